import { Readable } from "node:stream";
import { repeats } from "../../s3/http/request.ts";
import { cutOff, lengthError, TransferError } from "../objects/errors.ts";

/** The SDK joins chunks into parts: small ones waste less of the copy at a part's end. */
const CHUNK_BYTES = 512 * 1024;

/** Looks at the next bytes of a body; what is wrong with them, or null. */
export type ContentCheck = (chunk: Buffer) => TransferError | null;

/**
 * Reads an answer's body to its end, counting and dropping its bytes.
 *
 * @param asked bytes that must come; fewer reject with `ESHORT`, more with `ELONG`.
 * @param onFirst called once, when the first bytes are there.
 * @param check the first thing it finds wrong rejects.
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
      // What comes beyond the range is not waited for: it may be a whole object.
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

/** The body of an answer as the Node stream it is. */
export function readable(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw new TransferError("EPROTO", "the answer has no body");
}

/**
 * `length` bytes made of repeats of a slot's payload: one view where the payload is long enough,
 * else a stream, as an application has one that sends a file.
 */
export function payload(buffer: Buffer, length: number): Buffer | Readable {
  return length <= buffer.length ? buffer.subarray(0, length) : streamed(buffer, length);
}

/** The same as a stream, whose length the SDK cannot know. */
export function streamed(buffer: Buffer, length: number): Readable {
  return Readable.from(repeats(buffer, length, CHUNK_BYTES), {
    objectMode: false,
    highWaterMark: 1,
  });
}
