import type { HeadReader } from "../../s3/http/head.ts";
import { cutOff, lengthError } from "../objects/errors.ts";
import { SHARD_START_BYTES, WORTH_FINISHING_BYTES } from "../objects/steps.ts";
import type { RequestListener, WireConnection } from "./connection.ts";
import type { WireSlot } from "./slot.ts";

/**
 * Reads shards of one slot from start to end: a read takes the next bytes of one open response.
 * Between reads nothing is read from the connection.
 */
export class WireStream implements RequestListener {
  private readonly slot: WireSlot;
  private connection: WireConnection | null = null;
  private file = -1;
  /** Offset in the file up to which bytes have arrived, and end of the response. */
  private position = 0;
  private end = 0;
  /** End of the last read: the next one starts here or later, or needs a new request. */
  private consumed = 0;
  private over = true;
  private failure: Error | null = null;
  private waiting = false;
  private seen = false;
  /** Whether the rest of a response is read only to keep the connection. */
  private leaving = false;

  constructor(slot: WireSlot) {
    this.slot = slot;
  }

  /** Starts the slot's read; the slot reports its completion. */
  read(): void {
    const { file, offset } = this.slot;
    this.waiting = true;
    this.seen = false;
    if (file === this.file && offset >= this.consumed && !this.leaving) {
      this.check();
      if (this.waiting && !this.over) this.connection?.resume();
      return;
    }
    if (this.over) this.begin();
    else if (this.end - this.position <= WORTH_FINISHING_BYTES) {
      this.leaving = true;
      this.connection?.resume();
    } else {
      this.leaving = true;
      this.connection?.fail(cutOff());
    }
  }

  onHead(connection: WireConnection, head: HeadReader): void {
    if (head.contentLength >= 0) this.end = this.position + head.contentLength;
    const problem = this.slot.context.tags.problem(this.file, head.etagHash());
    if (problem !== null) connection.fail(problem);
  }

  onData(connection: WireConnection, _: Buffer, from: number, to: number): void {
    this.position += to - from;
    if (this.leaving) return;
    this.check();
    if (!this.waiting && this.position < this.end) connection.pause();
  }

  onDone(_: WireConnection, error: Error | null): void {
    this.over = true;
    this.failure = error;
    if (this.leaving) this.begin();
    else this.check();
  }

  private begin(): void {
    const { file, offset, context } = this.slot;
    this.leaving = false;
    this.file = file;
    // A shard's first sample is read with the header before it, so that it needs no range.
    const start = offset <= SHARD_START_BYTES ? 0 : offset;
    this.position = start;
    this.consumed = start;
    this.end = context.task.dataset.sizes[file] ?? 0;
    this.over = false;
    this.failure = null;
    // The rest of a response is read, so that the next request finds the connection open.
    this.connection ??= this.slot.connect({ ...context.retryPolicy, fresh: false });
    this.connection.perform(context.requests.rest(file, start), this);
  }

  /** Completes the waiting read once its bytes have arrived or cannot arrive any more. */
  private check(): void {
    if (!this.waiting) return;
    const { offset, length, number, sink } = this.slot;
    if (!this.seen && this.position > offset) {
      this.seen = true;
      sink?.firstByte(number);
    }
    if (this.position >= offset + length) {
      this.waiting = false;
      this.consumed = offset + length;
      this.slot.finish(length);
    } else if (this.over) {
      this.waiting = false;
      this.file = -1;
      const received = Math.max(0, this.position - offset);
      this.slot.fail(this.failure ?? lengthError(length, received));
    }
  }
}
