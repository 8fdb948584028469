import { TransferError } from "./s3-errors.ts";

/** Errors are short texts, a page of a listing is not. */
const MOST_BYTES = { error: 64 * 1024, success: 16 * 1024 * 1024 } as const;

/** The text of an answer, piece by piece. */
export class AnswerText {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** Keeps a copy of a piece; returns what is wrong where the text is too long with it. */
  keep(buffer: Buffer, from: number, to: number, isSuccess: boolean): Error | null {
    const most = isSuccess ? MOST_BYTES.success : MOST_BYTES.error;
    this.#bytes += to - from;
    if (this.#bytes > most) {
      return new TransferError("EPROTO", `an answer of S3 is longer than ${most} bytes`);
    }
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
