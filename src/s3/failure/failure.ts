/**
 * Failures of requests: one code for each, and one sentence for people that says what to do.
 * Nothing here sends anything, and no sentence contains a credential. Read this file first.
 */

import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import { namelessCode } from "../../model/fault/system-error.ts";
import type { BucketAddress } from "../../model/target/target.ts";
import { ContractError } from "../contract/contract.ts";
import { errorCodeOf } from "../contract/values.ts";
import { withoutSecrets } from "../signing/secrets.ts";
import { networkFailure } from "./network.ts";
import { NoResponseError } from "./no-response.ts";
import { notS3Sentence, otherServer } from "./other-server.ts";
import { namedPermission } from "./permissions.ts";

/** Longest message of a store that is kept, and the longest of which any part is. */
const MAX_MESSAGE = 1000;
const MAX_READ = 64 * 1024;
/** Code of an operation that was ended by `abort`. */
export const CANCELLED = "ECANCELED";
/** Code of a request for which no provider of the default chain had credentials. */
const NO_CREDENTIALS = "NoCredentials";

/** Names the SDK gives to what is no answer of the store. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["AbortError", CANCELLED],
  ["TimeoutError", "ETIMEDOUT"],
  ["NoResponseError", "ETIMEDOUT"],
  ["CredentialsProviderError", NO_CREDENTIALS],
  ["TokenProviderError", NO_CREDENTIALS],
]);

/** What a HEAD answer means: it has no body that could name a code. */
const BY_STATUS: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  403: "AccessDenied",
  404: "NotFound",
  429: "TooManyRequests",
  503: "SlowDown",
};

/**
 * One code for anything the SDK or the network throws: the store's own (`NoSuchBucket`,
 * `SlowDown`), an errno name (`ECONNREFUSED`), OpenSSL's name of a refused certificate, or
 * `HTTP 502` for an answer that names none.
 */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if (error instanceof ContractError) return error.code;
  // The SDK throws a bare error where a body does not have the checksum that came with it.
  if (error.message.startsWith("Checksum mismatch")) return "ECHECKSUM";
  const status = statusOf(error);
  const given = "code" in error && typeof error.code === "string" ? error.code : "";
  const code = namelessCode(error) ?? given;
  const named = NAMED.get(error.name);
  // A lost connection is a TimeoutError for the SDK as well; its code knows better.
  if (named !== undefined) return error.name === "TimeoutError" && code !== "" ? code : named;
  if (status === null) return code === "" ? error.name : code;
  if (isStoreCode(error.name)) return withoutSecrets(error.name);
  if (status < 300 && code !== "") return code;
  return BY_STATUS[status] ?? `HTTP ${status}`;
}

/** The SDK calls an answer without a code `Unknown`, `UnknownError`, or by its status. */
function isStoreCode(name: string): boolean {
  return errorCodeOf(name) !== null && !/^(Unknown|Error$|.*ServiceException$)/.test(name);
}

/** The HTTP status of the answer that an error stands for; null where there was none. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("$metadata" in error)) return null;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null) return null;
  if (!("httpStatusCode" in metadata)) return null;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : null;
}

/** The error's text on one line of bounded length, without anything that could be a credential. */
export function failureMessage(error: unknown): string {
  // Before it is shortened, or the first half of a credential would stay.
  const all = withoutSecrets(messageOf(error).slice(0, MAX_READ)).replace(/\s+/g, " ").trim();
  const text = all.length > MAX_MESSAGE ? `${all.slice(0, MAX_MESSAGE)}…` : all;
  return text === "" ? failureCode(error) : text;
}

/** How the bucket is named in a sentence: `bucket "data" at http://127.0.0.1:9000`. */
export function bucketLabel(address: BucketAddress): string {
  return `bucket "${address.bucket}" at ${endpointLabel(address, "AWS region")}`;
}

/** What to check of a store whose responses contradict each other. */
export function endpointAdvice({ endpoints = [] }: BucketAddress): string {
  if (endpoints.length < 2) return "check the endpoint and its proxies";
  return "do all endpoints lead to the same store? check them and their proxies";
}

/** Requests go to several endpoints in turn, and an error does not say which one it is of. */
function endpointLabel(
  { endpoint, endpoints = [], region }: BucketAddress,
  amazon: string,
): string {
  if (endpoint === undefined) return `${amazon} ${region}`;
  const others = endpoints.length - 1;
  return others < 1
    ? endpoint
    : `${endpoint} (or ${others} other endpoint${others > 1 ? "s" : ""})`;
}

/**
 * The one sentence a user gets when a bucket cannot be used: what is wrong and what to do.
 *
 * @param permission the one that the refused request needs, if that is known: `s3:ListBucket`
 */
export function preflightFailure(
  error: unknown,
  address: BucketAddress,
  permission: string | null = null,
): PreflightError {
  if (error instanceof PreflightError) return error;
  const code = failureCode(error);
  if (code === "AccessDenied" || code === "AllAccessDisabled") {
    return new PreflightError(denied(error, address, permission));
  }
  return new PreflightError(sentence(code, error, address));
}

function denied(error: unknown, address: BucketAddress, permission: string | null): string {
  const needed = namedPermission(messageOf(error)) ?? permission;
  return (
    `${bucketLabel(address)} denies access (AccessDenied); the credentials need ` +
    (needed ?? "ListBucket, GetObject, PutObject, DeleteObject and AbortMultipartUpload") +
    " on it"
  );
}

const REMEDY = "check the endpoint, the network and its firewalls";

function sentence(code: string, error: unknown, address: BucketAddress): string {
  const label = bucketLabel(address);
  const endpoint = endpointLabel(address, "the S3 endpoint of region");
  if (error instanceof NoResponseError) return `${error.clause(endpoint)} (${code}); ${REMEDY}`;
  const network = networkFailure(code, error, { endpoint, caPath: address.caPath });
  if (network !== null) return network;
  const other = otherServer(error);
  if (other !== null) return notS3Sentence(endpoint, other);
  if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("HPE_")) {
    return notS3Sentence(endpoint, code);
  }
  return answered(code, error, address, label);
}

/** A profile that is named goes before keys in the environment, which may be right. */
function noCredentials({ profile }: BucketAddress, label: string): string {
  const [named, where] =
    profile === undefined
      ? [process.env.AWS_PROFILE, "AWS_PROFILE"]
      : [profile, "the target's `profile`"];
  if (named === undefined || named === "") {
    return (
      `no credentials were found for ${label}; set AWS_ACCESS_KEY_ID and ` +
      "AWS_SECRET_ACCESS_KEY, name a `profile`, or run where an instance role applies"
    );
  }
  return (
    `no credentials were found for ${label} in the profile \`${named}\` (${where}); correct the ` +
    "name or its entry in the AWS configuration, or leave it out"
  );
}

function answered(code: string, error: unknown, address: BucketAddress, label: string): string {
  switch (code) {
    case NO_CREDENTIALS:
      return noCredentials(address, label);
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
    case "InvalidToken":
    case "ExpiredToken":
      return `${label} refuses the credentials (${code}); check the key, secret and profile`;
    case "NoSuchBucket":
      return `there is no ${label}; create it or correct the name`;
    case "PermanentRedirect":
    case "TemporaryRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException":
      return `${label} is not in region ${address.region} (${code}); set its \`region\``;
    case "RequestTimeTooSkewed":
      return `the clock of this machine differs too much from that of ${label}; set it right`;
    case "XMinioStorageFull":
    case "InsufficientStorage":
      return `${label} has no space left (${code}); free some or take a smaller dataset`;
    case CANCELLED:
      return `the request to ${label} was cancelled`;
    default:
      return `${label} cannot be used (${code}): ${failureMessage(error)}`;
  }
}
