import type { JetStreamClient } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Channel, Inbox, isList, type Json } from "../channel.ts";
import { FrameError, frame, messageIn, shown } from "../frames.ts";
import { type Address, type Direction, type GroupNames, type Lane, laneOf } from "./names.ts";
import { PipeReader, PipeWriter } from "./pipe.ts";

/** Type of the message by which one side tells the other that it ends. */
const CLOSED = "closed";
/** Time for the last messages to be stored, and for them to arrive at the other side. */
const FLUSH_MS = 2000;
const LAST_MS = 5000;

/** Connection of one side, and what it shares with other channels. */
export interface Wire {
  readonly connection: NatsConnection;
  /** Base of the subjects on which it receives responses. */
  readonly inbox: string;
  readonly stream: JetStreamClient;
  readonly names: GroupNames;
}

const ENDED = "the session has ended";
const BEAT = frame({ type: "beat" });
const BEAT_BYTES = Buffer.from(BEAT.trim());

/** End of the other side; it has sent this many chunks before. */
interface Closed {
  readonly why: string;
  readonly after: number;
}

function closedOf(message: Json): Closed | null {
  const isClosed =
    typeof message === "object" && message !== null && !isList(message) && message.type === CLOSED;
  return isClosed ? { why: shown(String(message.why)), after: Number(message.after) } : null;
}

/** One side of the messages between the coordinator and one agent. */
export class LaneChannel implements Channel {
  private readonly wire: Wire;
  private readonly direction: Direction;
  private readonly inbox = new Inbox();
  private readonly reader = new PipeReader();
  private readonly writer: PipeWriter;
  /** Subject to which the server responds if no process listens to a pulse; null: none. */
  private readonly gone: string | null;
  /** Set while the last messages of the other side are under way. */
  private closed: Closed | null = null;
  private readonly pulse: string;
  private atEnd = (): void => {};

  /** `direction`: of the messages that this side sends. */
  constructor(wire: Wire, address: Address, direction: Direction, gone: string | null = null) {
    this.wire = wire;
    this.direction = direction;
    this.gone = gone;
    this.pulse = wire.names.of(address, direction, "pulse");
    const subject = wire.names.of(address, direction, "data");
    this.writer = new PipeWriter(wire.stream, subject, (why) => this.fail(why));
  }

  get ended(): boolean {
    return this.inbox.ended;
  }

  send(message: Json): void {
    this.sendLine(frame(message), laneOf(message));
  }

  /** Sends a message that is formatted. */
  sendLine(line: string, lane: Lane): void {
    if (this.inbox.ended) return;
    if (lane === "data") this.writer.write(line);
    else this.publish(line);
  }

  /** Takes a message of the pulse lane. */
  receive(data: Uint8Array): void {
    this.deliver(() => {
      const message = messageIn(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      const closed = closedOf(message);
      if (closed === null) this.inbox.deliver(message);
      else this.endAfter(closed);
    });
  }

  /** Takes a chunk of the data lane. */
  receiveChunk(chunk: Parameters<PipeReader["read"]>[0]): void {
    this.deliver(() => {
      for (const message of this.reader.read(chunk)) this.inbox.deliver(message);
      if (this.closed !== null) this.endAfter(this.closed);
    });
  }

  /** The connection is a new one. */
  renew(): void {
    this.writer.renew();
  }

  onMessage(listener: (message: Json) => void): void {
    this.inbox.onMessage(listener);
  }

  onClosed(listener: (why: string) => void): void {
    this.inbox.onClosed(listener);
  }

  /** Sets a function that is called once at the end, after the listener of it. */
  onEnd(listener: () => void): void {
    this.atEnd = listener;
  }

  /** Ends the channel on this side. */
  end(why: string): void {
    if (this.inbox.ended) return;
    this.writer.stop();
    this.inbox.end(why);
    this.atEnd();
  }

  /** Resolves once everything that was sent is stored, at most after 2 s. */
  async flushed(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_MS);
    });
    await Promise.race([this.writer.flushed(), late]);
    clearTimeout(timer);
  }

  close(): void {
    void this.flushed().then(() => {
      this.fail(ENDED);
    });
  }

  lastWords(): string {
    return "";
  }

  /** Ends the channel on both sides. */
  private fail(why: string): void {
    if (this.inbox.ended) return;
    this.publish(JSON.stringify({ type: CLOSED, why, after: this.writer.count }));
    this.end(why);
  }

  /** Ends the channel once the last messages of the other side have arrived. */
  private endAfter(closed: Closed): void {
    if (!(this.reader.count < closed.after)) this.end(closed.why);
    else if (this.closed === null) setTimeout(() => this.end(closed.why), LAST_MS).unref();
    this.closed = closed;
  }

  private publish(text: string): void {
    const { connection } = this.wire;
    if (connection.isClosed()) return;
    const reply = this.gone === null ? {} : { reply: this.gone };
    // Beats are most of the messages.
    connection.publish(this.pulse, text === BEAT ? BEAT_BYTES : text.trim(), reply);
  }

  private deliver(read: () => void): void {
    if (this.inbox.ended) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.fail(this.direction === "up" ? `the coordinator ${error.message}` : error.message);
    }
  }
}
