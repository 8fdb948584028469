import type { ResponseContract } from "../contract/contract.ts";
import type { HeaderSet, Signer } from "../signing/signature.ts";

/** Body of a request: one buffer, or pieces made on demand. */
export type RequestBody = Buffer | Iterator<Buffer>;

/** Pieces of a body, which another attempt can make again. */
export interface BodyMaker {
  make(): Iterator<Buffer>;
}

/** Methods of requests that may be sent again without a response. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** Reads the text of a response as it arrives. */
export interface TextReader {
  /** Starts a response: the first one, or that of the next attempt after a lost connection. */
  begin(): void;
  feed(piece: string): void;
}

/** One S3 request, complete except for its signature. */
export interface WireRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Encoded key with its leading slash; `/` for the bucket itself. */
  readonly path: string;
  /** Canonical query, or empty. */
  readonly query: string;
  readonly headers: HeaderSet;
  /** Unsigned header lines, each with its line end. */
  readonly extra: string;
  readonly body: Buffer | BodyMaker | null;
  /** Contract of the response; an XML body is kept as text, see `WireConnection.text`. */
  readonly contract: ResponseContract;
  /** Receives an XML body as it arrives, so that it is not kept; null: it is. */
  readonly reader: TextReader | null;
  /** Required bytes of the response body; -1: any number. */
  readonly expects: number;
  /** First byte of the requested range; -1: no range. */
  readonly offset: number;
  /** Size of the whole object; -1 if it is unknown. */
  readonly objectBytes: number;
  /** Version that the response must name; empty: any version; null: none is required. */
  readonly version: string | null;
}

/** Head of a request as bytes. `fresh`: the connection serves only this request. */
export function headText(
  { method, path, query, headers, extra }: WireRequest,
  signer: Signer,
  base: string,
  fresh: boolean,
): string {
  const head = headers.head(signer, method, base + path, query);
  return fresh ? `${head}connection: close\r\n${extra}\r\n` : `${head}${extra}\r\n`;
}

/** Maximum bytes of one piece of a long body. */
const PIECE_BYTES = 1024 * 1024;

/** `length` bytes that repeat a buffer; one view of it if it is long enough. */
export function repeated(buffer: Buffer, length: number): Buffer | BodyMaker {
  if (length <= Math.min(buffer.length, PIECE_BYTES)) return buffer.subarray(0, length);
  return { make: () => repeats(buffer, length) };
}

/** `length` bytes that repeat a buffer, in pieces of a maximum size. */
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
