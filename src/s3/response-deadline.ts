import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { inTime } from "../model/abort.ts";
import { silentFor, stalled, unfinishedAfter } from "./failure/no-response.ts";

/** How long a store may take for a request that is not measured, in milliseconds. */
export interface ResponseDeadlines {
  /** Until the head of the response is there, once the request's body could have been sent. */
  readonly headMs: number;
  /** From there until the end of its body. */
  readonly bodyMs: number;
  /** All attempts of a request with the pauses between them, whatever a store asks for. */
  readonly totalMs: number;
}

export const RESPONSE_DEADLINES: ResponseDeadlines = {
  headMs: 30_000,
  bodyMs: 30_000,
  totalMs: 150_000,
};

/** Joining the parts of an upload may take minutes, in which a store sends blanks. */
const JOIN_MS = 600_000;
/** Slowest rate at which a body may be sent; eight of them are a link of 1 Mbit/s. */
const MIN_BYTES_PER_MS = 16;

/** What of the SDK's request is looked at here. */
interface Sent {
  readonly method: string;
  readonly query?: object;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends one attempt of a request and bounds its response as a whole: silence, a head or a body that
 * comes a byte at a time, and interim responses without end (`100 Continue`) alike.
 *
 * @throws NoResponseError; a body that is read later fails with it, too
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

/** The transport gave a connection up on which nothing moved, as it may within a long upload. */
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

/** Bounds all attempts of each request of a client together, pauses included. */
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
