/**
 * Requests to the bucket outside the measurement, and what they find there: listings
 * (`listing.ts`), runs (`folder.ts`), objects (`objects.ts`), versioning and locks
 * (`removable.ts`). A failed request becomes one sentence that names the remedy. Read this file
 * first.
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

/** Requests in flight at once while data is written, listed or removed. */
export const IN_FLIGHT = 8;
/** Attempts the SDK may add: what prepares and cleans up is not measured. */
const RETRIES = 3;

/** A bucket and the client that reaches it. */
export interface Store {
  readonly client: S3Client;
  readonly address: BucketAddress;
  readonly ledger: RequestLedger;
  /** Of `client`. */
  readonly writes: UnansweredWrites;
  /** A directory bucket lists only prefixes that end with a slash. */
  readonly express: boolean;
}

/** A request of the SDK. */
export type Command<In extends ServiceInputTypes, Out extends ServiceOutputTypes> = $Command<
  In,
  Out,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

export function openStore(spec: TargetSpec): Store {
  if (spec.address.kind !== "bucket") throw new Error(`target ${spec.name} is no bucket`);
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
 * Sends a request and returns its response. An abort ends the wait at once, whatever the request
 * is at: a connection, a retry's pause, credentials.
 *
 * @param graceMs how long an aborted request may still take; for what must not be lost, such as
 *   the id of an upload
 * @throws what the SDK throws, or the signal's reason
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

/** Sends a request; a failure becomes the one sentence the user gets. */
export async function ask<In extends ServiceInputTypes, Out extends ServiceOutputTypes>(
  store: Store,
  command: Command<In, Out>,
  signal: AbortSignal | undefined,
  graceMs = 0,
): Promise<Out> {
  return answered(store, command, signal, () => send(store, command, signal, graceMs));
}

/**
 * The same for all that is done for one request: `work` sends it. A failure whose code `other` has
 * a value for is no failure.
 */
export async function answered<Value, Other = never>(
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
    throw await refusalOf(store, command, error, signal);
  }
}

/** Null for the failures that say that there is no such object. */
export function nullFor(...codes: readonly string[]): (code: string) => null | undefined {
  return (code) => (codes.includes(code) ? null : undefined);
}

/** There was no response at all: whatever else is asked of the store would fail the same way. */
export class UnreachableError extends PreflightError {}

/** The credentials lack a permission, which the message names. */
export class DeniedError extends PreflightError {}

/** The sentence for a request that failed; a denied one names the permission it needs. */
export async function refusalOf(
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
  if (isUnanswered(error)) return new UnreachableError(failure.message);
  return failureCode(error) === "AccessDenied" ? new DeniedError(failure.message) : failure;
}

/** Whether a failure is no response: the store cannot be reached, or there are no credentials. */
export function isUnanswered(error: unknown): boolean {
  const broken = error instanceof ContractError || error instanceof XmlError;
  return statusOf(error) === null && !broken && !(error instanceof PreflightError);
}

/** Codes of a store that lacks a request altogether. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  "NotImplemented",
  "MethodNotAllowed",
  "UnsupportedOperation",
  "HTTP 405",
  "HTTP 501",
]);

/** Whether a failure means that the store does not offer the request. */
export function isUnsupported(error: unknown): boolean {
  return UNSUPPORTED.has(failureCode(error));
}

/** An object's size in bytes and, where the bucket keeps versions, the newest one's id. */
export interface ObjectHead {
  readonly sizeBytes: number;
  readonly versionId: string | null;
}

/** Asks for one object by its key; null where there is none. */
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
  return answered(store, command, signal, read, nullFor("NoSuchKey", "NotFound"));
}
