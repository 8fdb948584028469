import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { inTime } from "../model/abort.ts";
import { silentFor, stalled, unfinishedAfter } from "./failure/no-response.ts";

/** Deadlines of requests outside the measurement, milliseconds. */
export interface ResponseDeadlines {
  /** For the head of the response, after the time that the request's body may take. */
  readonly headMs: number;
  /** From the head to the end of the body. */
  readonly bodyMs: number;
  /** All attempts of a request with their pauses, whatever `Retry-After` says. */
  readonly totalMs: number;
}

export const RESPONSE_DEADLINES: ResponseDeadlines = {
  headMs: 30_000,
  bodyMs: 30_000,
  totalMs: 150_000,
};

/** Completing an upload may take minutes, during which a server sends spaces. */
const JOIN_MS = 600_000;
/** Minimum rate of a body; eight such bodies fill a link of 1 Mbit/s. */
const MIN_BYTES_PER_MS = 16;

/** Parts of the SDK's request that are used here. */
interface Sent {
  readonly method: string;
  readonly query?: object;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends one attempt of a request with a deadline for the whole response. It covers silence, a head
 * or body that arrives byte by byte, and endless interim responses (`100 Continue`).
 *
 * @throws NoResponseError; a body that is read later fails with it too
 */
export async function withinDeadlines<Result extends { readonly response: unknown }>(
  request: Sent,
  { headMs, bodyMs }: ResponseDeadlines,
  signal: AbortSignal | undefined,
  handle: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const joins = request.method === "POST" && "uploadId" in (request.query ?? {});
  const allMs = headMs + sendingMs(request);
  const timer = setTimeout(() => late.abort(), allMs);
  const { signal: over } = late;
  try {
    const result = await handle(signal === undefined ? over : AbortSignal.any([signal, over]));
    boundBody(result.response, joins ? JOIN_MS : bodyMs);
    return result;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (over.aborted) throw silentFor(allMs);
    throw isSilence(error) ? stalled() : error;
  } finally {
    clearTimeout(timer);
  }
}

function sendingMs({ headers }: Sent): number {
  const length = headers["x-amz-decoded-content-length"] ?? headers["content-length"] ?? "0";
  const bytes = Number(length);
  return Number.isFinite(bytes) ? bytes / MIN_BYTES_PER_MS : 0;
}

/** Whether the transport closed a silent connection, for example during a long upload. */
function isSilence(error: unknown): boolean {
  return (
    error instanceof Error && error.name === "TimeoutError" && /inactivity/.test(error.message)
  );
}

function boundBody(response: unknown, ms: number): void {
  if (typeof response !== "object" || response === null || !("body" in response)) return;
  const { body } = response;
  if (!(body instanceof Readable)) return;
  const timer = setTimeout(() => body.destroy(unfinishedAfter(ms)), ms);
  timer.unref();
  body.once("close", () => clearTimeout(timer));
}

/** Sets a deadline for all attempts of each request together, pauses included. */
export function boundRequests(client: S3Client, { totalMs }: ResponseDeadlines): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const bytes = "Body" in args.input ? lengthOf(args.input.Body) : 0;
      const allMs = totalMs + bytes / MIN_BYTES_PER_MS;
      return inTime(next(args), allMs, () => silentFor(allMs));
    },
    { step: "initialize", name: "assayBoundRequests" },
  );
}

function lengthOf(body: unknown): number {
  if (body instanceof Uint8Array) return body.byteLength;
  return typeof body === "string" ? body.length : 0;
}
