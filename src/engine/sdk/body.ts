import { Readable } from "node:stream";
import { repeats } from "../../s3/http/request.ts";
import { cutOff, lengthError, TransferError } from "../objects/errors.ts";

/** Chunk size; the SDK joins chunks into parts, and small chunks waste less at a part's end. */
const CHUNK_BYTES = 512 * 1024;

/** Checks the next bytes of a body; returns their error or null. */
export type ContentCheck = (chunk: Buffer) => TransferError | null;

/**
 * Reads a response body to its end; counts and discards its bytes.
 *
 * @param asked expected bytes; fewer reject with `ESHORT`, more with `ELONG`
 * @param onFirst called once, at the first bytes
 * @param check its first error rejects
 */
export function drain(
  body: unknown,
  asked: number,
  onFirst: () => void,
  check: ContentCheck | null = null,
): Promise<number> {
  const stream = readable(body);
  return new Promise((resolve, reject) => {
    let received = 0;
    stream.on("data", (chunk: Buffer) => {
      if (received === 0) onFirst();
      received += chunk.length;
      // Surplus bytes are not read: they may be a whole object.
      if (received > asked) {
        stream.destroy(lengthError(asked, received));
        return;
      }
      const wrong = check?.(chunk) ?? null;
      if (wrong !== null) stream.destroy(wrong);
    });
    stream.once("end", () => {
      if (received === asked) resolve(received);
      else reject(lengthError(asked, received));
    });
    stream.once("error", reject);
    stream.once("close", () => reject(cutOff()));
  });
}

/** The body of a response as a Node stream. */
export function readable(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw new TransferError("EPROTO", "the response has no body");
}

/**
 * `length` bytes that repeat a slot's payload: one view if the payload is long enough, else a
 * stream, like an application that sends a file.
 */
export function payload(buffer: Buffer, length: number): Buffer | Readable {
  return length <= buffer.length ? buffer.subarray(0, length) : streamed(buffer, length);
}

/** The same as a stream of unknown length. */
export function streamed(buffer: Buffer, length: number): Readable {
  return Readable.from(repeats(buffer, length, CHUNK_BYTES), {
    objectMode: false,
    highWaterMark: 1,
  });
}
