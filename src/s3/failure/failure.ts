/**
 * Failures of requests: one code for each, and one message with a remedy. Nothing here sends
 * anything, and no message contains a credential. Read this file first.
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

/** Characters of a server's message that are kept, and the maximum that are read. */
const MAX_MESSAGE = 1000;
const MAX_READ = 64 * 1024;
/** Code of an operation that `abort` ended. */
export const CANCELLED = "ECANCELED";
/** Code of a request without credentials: no provider of the default chain has any. */
const NO_CREDENTIALS = "NoCredentials";

/** The SDK's names for failures without a response. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["AbortError", CANCELLED],
  ["TimeoutError", "ETIMEDOUT"],
  ["NoResponseError", "ETIMEDOUT"],
  ["CredentialsProviderError", NO_CREDENTIALS],
  ["TokenProviderError", NO_CREDENTIALS],
]);

/** Codes by status, for responses to HEAD: they have no body with a code. */
const BY_STATUS: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  403: "AccessDenied",
  404: "NotFound",
  429: "TooManyRequests",
  503: "SlowDown",
};

/**
 * Returns one code for any error of the SDK or the network: the server's (`NoSuchBucket`,
 * `SlowDown`), an errno name (`ECONNREFUSED`), OpenSSL's name of a rejected certificate, or
 * `HTTP 502` for a response without a code.
 */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if (error instanceof ContractError) return error.code;
  // The SDK throws a plain error if a body does not match its checksum.
  if (error.message.startsWith("Checksum mismatch")) return "ECHECKSUM";
  const status = statusOf(error);
  const given = "code" in error && typeof error.code === "string" ? error.code : "";
  const code = namelessCode(error) ?? given;
  const named = NAMED.get(error.name);
  // The SDK reports a lost connection as a TimeoutError too; its code is more precise.
  if (named !== undefined) return error.name === "TimeoutError" && code !== "" ? code : named;
  if (status === null) return code === "" ? error.name : code;
  if (isStoreCode(error.name)) return withoutSecrets(error.name);
  if (status < 300 && code !== "") return code;
  return BY_STATUS[status] ?? `HTTP ${status}`;
}

/** The SDK names a response without a code `Unknown`, `UnknownError`, or by its status. */
function isStoreCode(name: string): boolean {
  return errorCodeOf(name) !== null && !/^(Unknown|Error$|.*ServiceException$)/.test(name);
}

/** The HTTP status of a failed response; null without a response. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("$metadata" in error)) return null;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null) return null;
  if (!("httpStatusCode" in metadata)) return null;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : null;
}

/** The error's message on one line of limited length, without possible credentials. */
export function failureMessage(error: unknown): string {
  // Before shortening: otherwise the first half of a credential could stay.
  const all = withoutSecrets(messageOf(error).slice(0, MAX_READ)).replace(/\s+/g, " ").trim();
  const text = all.length > MAX_MESSAGE ? `${all.slice(0, MAX_MESSAGE)}…` : all;
  return text === "" ? failureCode(error) : text;
}

/** Name of the bucket in a message: `bucket "data" at http://127.0.0.1:9000`. */
export function bucketLabel(address: BucketAddress): string {
  return `bucket "${address.bucket}" at ${endpointLabel(address, "AWS region")}`;
}

/** Remedy for responses that contradict each other. */
export function endpointAdvice({ endpoints = [] }: BucketAddress): string {
  if (endpoints.length < 2) return "check the endpoint and its proxies";
  return "check that all endpoints and their proxies lead to the same S3 server";
}

/** Name of the endpoint; with several, an error does not name the one that failed. */
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
 * Describes why a bucket cannot be used, with a remedy, in one sentence.
 *
 * @param permission the permission that the request needs, if known: `s3:ListBucket`
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

/** A named profile takes precedence over keys in the environment, which may be valid. */
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
      return `the clock of this host differs too much from that of ${label}; correct it`;
    case "XMinioStorageFull":
    case "InsufficientStorage":
      return `${label} has no space left (${code}); free some or use a smaller dataset`;
    case CANCELLED:
      return `the request to ${label} was cancelled`;
    default:
      return `${label} cannot be used (${code}): ${failureMessage(error)}`;
  }
}
