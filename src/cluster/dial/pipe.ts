import type { JetStreamClient } from "@nats-io/jetstream";
import type { Msg } from "@nats-io/transport-node";
import { messageOf } from "../../model/fault/errors.ts";
import type { Json } from "../channel.ts";
import { FrameError, FrameReader } from "../frames.ts";

/** Bytes of one message of the stream; servers take 1 MiB unless configured otherwise. */
const MAX_CHUNK_BYTES = 512 * 1024;
/** Time for the server to acknowledge a chunk, and until it is sent again. */
const ACK_MS = 2000;
const AGAIN_MS = 200;
/** Time without any acknowledgment after which the session ends, as without any message. */
const GIVE_UP_MS = 10_000;
/** Header by which the server recognizes a chunk that was sent twice. */
const ID_HEADER = "Nats-Msg-Id";

/**
 * Sends lines to a subject of the stream, in order and each once: one chunk at a time, which is
 * repeated until the server has stored it. Lines that arrive in the meantime make the next chunk.
 */
export class PipeWriter {
  private readonly stream: Pick<JetStreamClient, "publish">;
  private readonly subject: string;
  private readonly failed: (why: string) => void;
  private waiting: Buffer[] = [];
  private sending: Promise<void> | null = null;
  private chunks = 0;
  private stopped = false;
  private again: (why: string) => void = () => {};

  /** `failed`: called once if the server stores nothing any more. */
  constructor(
    stream: Pick<JetStreamClient, "publish">,
    subject: string,
    failed: (why: string) => void,
  ) {
    this.stream = stream;
    this.subject = subject;
    this.failed = failed;
  }

  write(line: string): void {
    if (this.stopped) return;
    this.waiting.push(Buffer.from(line));
    this.sending ??= this.send();
  }

  /** Number of chunks that were sent. */
  get count(): number {
    return this.chunks;
  }

  /** The connection is a new one: an acknowledgment that is awaited does not arrive any more. */
  renew(): void {
    this.again("the connection was interrupted");
  }

  /** Resolves once everything is stored, or the pipe has stopped. */
  async flushed(): Promise<void> {
    while (this.sending !== null) await this.sending;
  }

  /** Sends nothing more. */
  stop(): void {
    this.stopped = true;
    this.waiting = [];
  }

  private async send(): Promise<void> {
    // Lines of one turn of the event loop make one chunk.
    await Promise.resolve();
    while (this.waiting.length > 0 && !this.stopped) {
      const bytes = Buffer.concat(this.waiting.splice(0));
      for (let from = 0; from < bytes.length && !this.stopped; from += MAX_CHUNK_BYTES) {
        await this.store(bytes.subarray(from, from + MAX_CHUNK_BYTES), this.chunks++);
      }
    }
    // In the turn of the last check: a line that is written afterwards is sent by another call.
    this.sending = null;
  }

  private async store(chunk: Uint8Array, number: number): Promise<void> {
    const untilMs = performance.now() + GIVE_UP_MS;
    while (!this.stopped) {
      const problem = await this.attempt(chunk, number);
      if (problem === null) return;
      if (performance.now() > untilMs) {
        this.stop();
        this.failed(`the NATS server stored nothing for 10 s: ${problem}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** Sends a chunk; resolves with null once it is stored, else with the reason. */
  private attempt(chunk: Uint8Array, number: number): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.again = resolve;
    const options = { msgID: this.idOf(number), timeout: ACK_MS };
    const stored = this.stream.publish(this.subject, chunk, options).then(() => null, messageOf);
    return Promise.race([stored, promise]);
  }

  private idOf(number: number): string {
    return `${this.subject}:${number}`;
  }
}

/** Reads the messages of one sender from chunks. */
export class PipeReader {
  private readonly reader = new FrameReader(true);
  private next = 0;

  /** Number of chunks that were read. */
  get count(): number {
    return this.next;
  }

  /**
   * Returns the messages that a chunk completes.
   * @throws FrameError at something else, or if a chunk is missing
   */
  *read({ headers, data }: Pick<Msg, "headers" | "data">): Generator<Json> {
    const number = Number(/:(\d+)$/.exec(headers?.get(ID_HEADER) ?? "")?.[1]);
    // A server that forgot an id after a long outage stores the chunk again.
    if (number < this.next) return;
    if (number !== this.next) throw new FrameError("lost messages on the way through the server");
    this.next++;
    // A view: copies of what a thousand hosts send would be most of the memory.
    yield* this.reader.read(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }
}
