import { MAX_SHORT_BYTES, MAX_XML_BYTES, tooLong } from "../../s3/response/fields.ts";

/** The text of an answer, piece by piece. */
export class AnswerText {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** Keeps a copy of a piece; returns the error for a text that is too long with it, or null. */
  keep(buffer: Buffer, from: number, to: number, isSuccess: boolean): Error | null {
    const maxBytes = isSuccess ? MAX_XML_BYTES : MAX_SHORT_BYTES;
    this.#bytes += to - from;
    if (this.#bytes > maxBytes) return tooLong(maxBytes);
    this.#pieces.push(Buffer.from(buffer.subarray(from, to)));
    return null;
  }

  /** Forgets what was kept. */
  clear(): void {
    if (this.#bytes === 0) return;
    this.#pieces = [];
    this.#bytes = 0;
  }

  /** Hands out the text, and keeps nothing of it. */
  take(): string {
    const text = Buffer.concat(this.#pieces).toString("utf8");
    this.clear();
    return text;
  }
}
