import { hash } from "node:crypto";
import type { ChecksumAlgorithm, ObjectOptions } from "../../model/plan/object-options.ts";
import { checksumHeader, makeChecksum } from "../signing/checksum.ts";
import { type BodyMaker, repeated, repeats } from "./request.ts";

/** `x-amz-content-sha256` of an unsigned body. */
export const UNSIGNED = "UNSIGNED-PAYLOAD";
const TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/** A body as it is sent, with its headers. */
export interface SentBody {
  readonly body: Buffer | BodyMaker;
  /** Bytes on the wire, including chunk framing. */
  readonly wireBytes: number;
  /** Signed headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-content-sha256`. */
  readonly payload: string;
  /** Base64; null if no checksum is sent, or only in a trailer. */
  readonly checksum: string | null;
}

/** Whether a body adds headers, so that heads differ between requests. */
export function isPlain(objects: ObjectOptions): boolean {
  return objects.payload === "unsigned" && objects.checksum === null;
}

/** `length` bytes that repeat a buffer, with the signature and checksum of the options. */
export function sentBody(buffer: Buffer, length: number, objects: ObjectOptions): SentBody {
  const { payload, checksum: algorithm } = objects;
  if (payload === "trailing") return trailing(buffer, length, algorithm ?? "CRC32");
  const checksum = algorithm === null ? null : checksumOf(algorithm, buffer, length);
  return {
    body: repeated(buffer, length),
    wireBytes: length,
    headers:
      algorithm === null || checksum === null ? {} : { [checksumHeader(algorithm)]: checksum },
    payload: payload === "signed" ? sha256Of(buffer, length) : UNSIGNED,
    checksum,
  };
}

function checksumOf(algorithm: ChecksumAlgorithm, buffer: Buffer, length: number): string {
  const checksum = makeChecksum(algorithm);
  for (const piece of repeats(buffer, length)) checksum.update(piece);
  return checksum.digest();
}

function sha256Of(buffer: Buffer, length: number): string {
  if (length <= buffer.length) return hash("sha256", buffer.subarray(0, length), "hex");
  const base64 = checksumOf("SHA256", buffer, length);
  return Buffer.from(base64, "base64").toString("hex");
}

/**
 * The chunks of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html: the
 * checksum is computed while the body is sent and follows in a trailer.
 */
function trailing(buffer: Buffer, length: number, algorithm: ChecksumAlgorithm): SentBody {
  const name = checksumHeader(algorithm);
  const digits = makeChecksum(algorithm).digest().length;
  let wireBytes = `0\r\n${name}:\r\n\r\n`.length + digits;
  for (const { length: bytes } of repeats(buffer, length)) {
    wireBytes += bytes + `${bytes.toString(16)}\r\n\r\n`.length;
  }
  return {
    body: { make: () => chunks(buffer, length, algorithm) },
    wireBytes,
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": String(length),
      "x-amz-trailer": name,
    },
    payload: TRAILER,
    checksum: null,
  };
}

function* chunks(
  buffer: Buffer,
  length: number,
  algorithm: ChecksumAlgorithm,
): Generator<Buffer, void> {
  const checksum = makeChecksum(algorithm);
  for (const piece of repeats(buffer, length)) {
    yield Buffer.from(`${piece.length.toString(16)}\r\n`);
    checksum.update(piece);
    yield piece;
    yield Buffer.from("\r\n");
  }
  yield Buffer.from(`0\r\n${checksumHeader(algorithm)}:${checksum.digest()}\r\n\r\n`);
}
