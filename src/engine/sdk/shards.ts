import type { Readable } from "node:stream";
import { cutOff, lengthError } from "../objects/errors.ts";
import { SHARD_START_BYTES, WORTH_FINISHING_BYTES } from "../objects/steps.ts";

/** An open response: the bytes of one object from an offset to its end. */
export interface OpenBody {
  readonly body: Readable;
  /** Length of the response, bytes. */
  readonly length: number;
}

/** Requests a file from an offset to its end. */
export type OpenFrom = (file: number, offset: number) => Promise<OpenBody>;

interface Waiting {
  readonly offset: number;
  readonly end: number;
  readonly onFirst: () => void;
  readonly resolve: (bytes: number) => void;
  readonly reject: (error: unknown) => void;
  seen: boolean;
}

/** A partly read shard; `position`: offset in the file up to which bytes have arrived. */
interface Flow {
  readonly file: number;
  readonly body: Readable;
  readonly end: number;
  position: number;
  /** End of the last read: the next one starts here or later, or needs a new request. */
  consumed: number;
  /** Whether no more bytes arrive, because of `failure` or the end of the response. */
  over: boolean;
  failure: unknown;
  waiting: Waiting | null;
}

/**
 * Reads shards of one slot from start to end: a read takes the next bytes of one open response. The
 * body is paused between reads, so that only the buffers of Node and the kernel read ahead.
 */
export class ShardReader {
  private readonly openFrom: OpenFrom;
  private flow: Flow | null = null;

  constructor(openFrom: OpenFrom) {
    this.openFrom = openFrom;
  }

  /** Resolves with `length` when the bytes from `offset` on have arrived; one call at a time. */
  async read(file: number, offset: number, length: number, onFirst: () => void): Promise<number> {
    const current = this.flow;
    const continues = current !== null && current.file === file && offset >= current.consumed;
    const flow = continues ? current : await this.begin(file, offset);
    return new Promise((resolve, reject) => {
      const end = offset + length;
      flow.waiting = { offset, end, onFirst, resolve, reject, seen: false };
      this.check(flow);
      if (flow.waiting !== null) flow.body.resume();
    });
  }

  close(): void {
    this.flow?.body.destroy();
    this.flow = null;
  }

  private async begin(file: number, offset: number): Promise<Flow> {
    this.leave();
    const start = offset <= SHARD_START_BYTES ? 0 : offset;
    const { body, length } = await this.openFrom(file, start);
    const flow: Flow = {
      file,
      body,
      end: start + length,
      position: start,
      consumed: start,
      over: false,
      failure: null,
      waiting: null,
    };
    body.on("data", (chunk: Buffer) => {
      flow.position += chunk.length;
      this.check(flow);
      if (flow.waiting === null && flow === this.flow) body.pause();
    });
    body.once("end", () => this.over(flow, null));
    body.once("error", (error) => this.over(flow, error));
    body.once("close", () => this.over(flow, cutOff()));
    this.flow = flow;
    return flow;
  }

  /** Closes the shard before the next one starts. */
  private leave(): void {
    const flow = this.flow;
    this.flow = null;
    if (flow === null) return;
    if (flow.end - flow.position <= WORTH_FINISHING_BYTES) flow.body.resume();
    else flow.body.destroy();
  }

  /** Completes the waiting read once its bytes have arrived or cannot arrive any more. */
  private check(flow: Flow): void {
    const waiting = flow.waiting;
    if (waiting === null) return;
    if (!waiting.seen && flow.position > waiting.offset) {
      waiting.seen = true;
      waiting.onFirst();
    }
    if (flow.position >= waiting.end) {
      flow.waiting = null;
      flow.consumed = waiting.end;
      waiting.resolve(waiting.end - waiting.offset);
    } else if (flow.over) {
      flow.waiting = null;
      if (flow === this.flow) this.flow = null;
      const received = Math.max(0, flow.position - waiting.offset);
      waiting.reject(flow.failure ?? lengthError(waiting.end - waiting.offset, received));
    }
  }

  /** Handles the end of the response; the read that lacks bytes detects an early end. */
  private over(flow: Flow, error: unknown): void {
    if (flow.over) return;
    flow.over = true;
    flow.failure = error;
    this.check(flow);
  }
}
