/**
 * Requests to the bucket outside the measurement: listings (`listing.ts`), runs (`folder.ts`),
 * objects (`objects.ts`), versioning and locks (`removable.ts`). A failed request becomes one
 * message that includes the remedy. Read this file first.
 */
import {
  type $Command,
  HeadObjectCommand,
  type S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-s3";
import { orAborted } from "../../../model/abort.ts";
import { PreflightError } from "../../../model/fault/errors.ts";
import { KIND, usualClassOf } from "../../../model/target/kind.ts";
import type { BucketAddress, TargetSpec } from "../../../model/target/target.ts";
import { makeClient } from "../../../s3/client.ts";
import { ContractError } from "../../../s3/contract/contract.ts";
import { diagnosedFailure } from "../../../s3/diagnosis.ts";
import { failureCode, statusOf } from "../../../s3/failure/failure.ts";
import { NoResponseError } from "../../../s3/failure/no-response.ts";
import { permissionOf } from "../../../s3/failure/permissions.ts";
import { type UnansweredWrites, WriteWatch } from "../../../s3/failure/unanswered.ts";
import { XmlError } from "../../../s3/response/xml.ts";
import { RESPONSE_DEADLINES } from "../../../s3/response-deadline.ts";
import { RequestLedger } from "./usage.ts";

/** Maximum requests in flight while data is written, listed or removed. */
export const IN_FLIGHT = 8;
/** Retries per request by the SDK, because preparation and cleanup are not measured. */
const RETRIES = 3;

/** A bucket and its client. */
export interface Store {
  readonly client: S3Client;
  readonly address: BucketAddress;
  readonly ledger: RequestLedger;
  /** Writes of `client` without a response. */
  readonly writes: UnansweredWrites;
  /** Whether it is a directory bucket, which lists only prefixes that end with a slash. */
  readonly express: boolean;
}

/** A command of the SDK. */
export type Command<In extends ServiceInputTypes, Out extends ServiceOutputTypes> = $Command<
  In,
  Out,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

export function openStore(spec: TargetSpec): Store {
  if (spec.address.kind !== "bucket") throw new Error(`target ${spec.name} is not a bucket`);
  const writes = new WriteWatch();
  const client = makeClient(spec.address, {
    connections: 2 * IN_FLIGHT,
    retries: RETRIES,
    deadlines: RESPONSE_DEADLINES,
    writes,
  });
  const express = KIND[spec.kind].isDirectoryBucket === true;
  const ledger = new RequestLedger(usualClassOf(spec.kind));
  ledger.attach(client);
  return { client, address: spec.address, ledger, writes, express };
}

/**
 * Sends a request and returns its response. An abort ends the wait immediately, even during a
 * connection attempt, a retry delay or the search for credentials.
 *
 * @param graceMs time that an aborted request may still take, for responses that must not be lost,
 *   such as the id of an upload
 * @throws the error of the SDK, or the signal's reason
 */
export async function send<In extends ServiceInputTypes, Out extends ServiceOutputTypes>(
  store: Store,
  command: Command<In, Out>,
  signal: AbortSignal | undefined,
  graceMs = 0,
): Promise<Out> {
  if (signal === undefined) return store.client.send(command);
  signal.throwIfAborted();
  const options = graceMs > 0 ? {} : { abortSignal: signal };
  try {
    return await orAborted(store.client.send(command, options), signal, graceMs);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Sends a request; throws a PreflightError with a message for the user if it fails. */
export async function request<In extends ServiceInputTypes, Out extends ServiceOutputTypes>(
  store: Store,
  command: Command<In, Out>,
  signal: AbortSignal | undefined,
  graceMs = 0,
): Promise<Out> {
  return explained(store, command, signal, () => send(store, command, signal, graceMs));
}

/**
 * Calls `work`, which sends a request; throws a PreflightError with a message for the user if it
 * fails.
 *
 * @param other returns a result for error codes that are not failures
 */
export async function explained<Value, Other = never>(
  store: Store,
  command: object,
  signal: AbortSignal | undefined,
  work: () => Promise<Value>,
  other: (code: string) => Other | undefined = () => undefined,
): Promise<Value | Other> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    const value = other(failureCode(error));
    if (value !== undefined) return value;
    throw await requestError(store, command, error, signal);
  }
}

/** Makes a function that maps the given error codes to null, such as those of a missing object. */
export function nullFor(...codes: readonly string[]): (code: string) => null | undefined {
  return (code) => (codes.includes(code) ? null : undefined);
}

/** The endpoint did not respond, so that any other request would fail as well. */
export class UnreachableError extends PreflightError {}

/** The credentials lack a permission, which the message names. */
export class DeniedError extends PreflightError {}

/** Makes the error for a failed request; if access is denied, it names the missing permission. */
export async function requestError(
  store: Store,
  command: object,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<PreflightError> {
  const input = "input" in command ? command.input : null;
  const versioned = typeof input === "object" && input !== null && "VersionId" in input;
  const permission = store.express
    ? "s3express:CreateSession"
    : permissionOf(command.constructor.name, versioned && input.VersionId !== undefined);
  if (error instanceof NoResponseError) error.request = command.constructor.name.slice(0, -7);
  const diagnosed = diagnosedFailure(error, store.address, permission);
  const failure = await (signal === undefined ? diagnosed : orAborted(diagnosed, signal));
  if (hasNoResponse(error)) return new UnreachableError(failure.message);
  return failureCode(error) === "AccessDenied" ? new DeniedError(failure.message) : failure;
}

/** Whether a request got no response: the endpoint is unreachable, or credentials are missing. */
export function hasNoResponse(error: unknown): boolean {
  const broken = error instanceof ContractError || error instanceof XmlError;
  return statusOf(error) === null && !broken && !(error instanceof PreflightError);
}

/** Error codes of a server that does not support a request. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  "NotImplemented",
  "MethodNotAllowed",
  "UnsupportedOperation",
  "HTTP 405",
  "HTTP 501",
]);

/** Whether an error means that the server does not support the request. */
export function isUnsupported(error: unknown): boolean {
  return UNSUPPORTED.has(failureCode(error));
}

/** Size and version of an object. */
export interface ObjectHead {
  readonly sizeBytes: number;
  /** Id of the newest version; null if the bucket keeps no versions. */
  readonly versionId: string | null;
}

/** Reads the head of an object; null if it does not exist. */
export async function headOf(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectHead | null> {
  const command = new HeadObjectCommand({ Bucket: store.address.bucket, Key: key });
  const read = async () => {
    const { ContentLength, VersionId } = await send(store, command, signal);
    return { sizeBytes: ContentLength ?? 0, versionId: VersionId ?? null };
  };
  return explained(store, command, signal, read, nullFor("NoSuchKey", "NotFound"));
}
