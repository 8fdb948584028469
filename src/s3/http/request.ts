import type { ResponseContract } from "../contract/contract.ts";
import type { HeaderSet, Signer } from "../signing/signature.ts";

/** What is sent behind a head: one buffer, or pieces made as they are needed. */
export type RequestBody = Buffer | Iterator<Buffer>;

/** Pieces that can be made again for another attempt. */
export interface BodyMaker {
  make(): Iterator<Buffer>;
}

/** Methods of requests that may be sent again where no answer came. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** One request of S3, ready but for its signature. */
export interface WireRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Key below the bucket, encoded, with its leading slash; `/` for the bucket itself. */
  readonly path: string;
  /** Canonical query, or empty. */
  readonly query: string;
  readonly headers: HeaderSet;
  /** Header lines that are not signed, each with its line end. */
  readonly extra: string;
  readonly body: Buffer | BodyMaker | null;
  /** What a success has to be; the body is kept as text if it is XML, see `WireConnection.text`. */
  readonly contract: ResponseContract;
  /** Bytes the answer's body must have; -1: any number. */
  readonly expects: number;
  /** First byte of a range that is asked for; -1: the request has no range. */
  readonly offset: number;
  /** Size of the whole object; -1 if it is unknown. */
  readonly objectBytes: number;
  /** Version that the answer must name; empty: any version; null: none is required. */
  readonly version: string | null;
}

/** The head of a request as it is sent. `fresh`: the connection serves this request only. */
export function headText(
  { method, path, query, headers, extra }: WireRequest,
  signer: Signer,
  base: string,
  fresh: boolean,
): string {
  const head = headers.head(signer, method, base + path, query);
  return fresh ? `${head}connection: close\r\n${extra}\r\n` : `${head}${extra}\r\n`;
}

/** Pieces of a long body are no longer than this. */
const PIECE_BYTES = 1024 * 1024;

/** `length` bytes made of repeats of a buffer; one view of it where it is long enough. */
export function repeated(buffer: Buffer, length: number): Buffer | BodyMaker {
  if (length <= Math.min(buffer.length, PIECE_BYTES)) return buffer.subarray(0, length);
  return { make: () => repeats(buffer, length) };
}

/** `length` bytes of repeats of a buffer, in pieces of at most so many bytes. */
export function* repeats(
  buffer: Buffer,
  length: number,
  pieceBytes = PIECE_BYTES,
): Generator<Buffer, void> {
  let from = 0;
  for (let left = length; left > 0; ) {
    const bytes = Math.min(left, pieceBytes, buffer.length - from);
    yield buffer.subarray(from, from + bytes);
    left -= bytes;
    from = from + bytes === buffer.length ? 0 : from + bytes;
  }
}
