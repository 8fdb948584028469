import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Msg, Subscription } from "@nats-io/transport-node";
import type { Wire } from "./lane-channel.ts";

/** Interval in which the server shows that a consumer without messages exists. */
const HEARTBEAT_MS = 2000;
/** Time without anything from the server after which the consumer is made again. */
const MISSING_MS = 5000;
const RESPONSE_MS = 5000;
const AGAIN_MS = 200;
/** Time after which the server forgets a consumer without a listener. */
const INACTIVE_MS = 30_000;
const NS_PER_MS = 1_000_000;
/** Code of messages by which the server controls a consumer. */
const CONTROL = 100;

/**
 * Reads the messages of the stream that match a filter, in order. The consumer lives in the memory
 * of the server and is made again, from the message after the last one, as soon as the connection
 * is renewed or a message is missing. Consumers of the client library wait 2 s to 30 s then, and
 * need permissions for every consumer of the stream; this one needs to create those of its filter.
 */
export class Feed {
  private readonly wire: Wire;
  private readonly filter: string;
  private readonly take: (message: Msg) => void;
  private readonly timer: NodeJS.Timeout;
  /** Name of the present consumer. */
  private id = "";
  private subscription: Subscription | null = null;
  /** Position of the last message in the stream. */
  private position = 0;
  /** Number of messages that the present consumer has delivered. */
  private delivered = 0;
  private heardMs = performance.now();
  private making: Promise<void> | null = null;
  private isStale = false;
  private again: (why: Error) => void = () => {};
  private stopped = false;

  private constructor(wire: Wire, filter: string, take: (message: Msg) => void) {
    this.wire = wire;
    this.filter = filter;
    this.take = take;
    this.timer = setInterval(() => {
      if (performance.now() - this.heardMs > MISSING_MS) this.renew();
    }, HEARTBEAT_MS / 2);
    this.timer.unref();
  }

  /** Begins to read. `take`: called for each message. @throws Error if the server refuses it */
  static async open(wire: Wire, filter: string, take: (message: Msg) => void): Promise<Feed> {
    const feed = new Feed(wire, filter, take);
    try {
      await feed.make();
      return feed;
    } catch (error) {
      feed.stop();
      throw error;
    }
  }

  /** Makes the consumer again. */
  renew(): void {
    if (this.stopped) return;
    this.isStale = true;
    this.again(new Error("the connection was interrupted"));
    this.making ??= this.remake().finally(() => {
      this.making = null;
    });
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.subscription?.unsubscribe();
  }

  private async remake(): Promise<void> {
    while (this.isStale && !this.stopped && !this.wire.connection.isClosed()) {
      this.isStale = false;
      try {
        await this.make();
      } catch {
        this.isStale = true;
        await sleep(AGAIN_MS);
      }
    }
  }

  private async make(): Promise<void> {
    const { connection, names, inbox } = this.wire;
    this.subscription?.unsubscribe();
    this.delivered = 0;
    const id = randomUUID();
    const to = `${inbox}.feed.${id}`;
    this.subscription = connection.subscribe(to, {
      callback: (error, message) => {
        if (error === null) this.receive(message, id);
      },
    });
    this.id = id;
    const { stream } = names;
    const request = connection.request(
      `$JS.API.CONSUMER.CREATE.${stream}.${id}.${this.filter}`,
      JSON.stringify({ stream_name: stream, config: this.configOf(id, to), action: "create" }),
      { timeout: RESPONSE_MS },
    );
    request.catch(() => {});
    // A response on a former connection never arrives.
    const { promise: renewed, reject } = Promise.withResolvers<never>();
    this.again = reject;
    renewed.catch(() => {});
    const response = await Promise.race([request, renewed]);
    const { error } = response.json<{ readonly error?: { readonly description: string } }>();
    if (error !== undefined) throw new Error(`no consumer of ${stream}: ${error.description}`);
    this.heardMs = performance.now();
  }

  private configOf(name: string, to: string) {
    const first = this.position + 1;
    return {
      ...{ name, deliver_subject: to, filter_subject: this.filter, ack_policy: "none" },
      ...{ deliver_policy: "by_start_sequence", opt_start_seq: first, replay_policy: "instant" },
      ...{ max_deliver: 1, mem_storage: true, num_replicas: 1, flow_control: true },
      idle_heartbeat: HEARTBEAT_MS * NS_PER_MS,
      inactive_threshold: INACTIVE_MS * NS_PER_MS,
    };
  }

  private receive(message: Msg, id: string): void {
    // Messages of a former consumer may still arrive.
    if (id !== this.id || this.stopped) return;
    this.heardMs = performance.now();
    if (message.headers?.code === CONTROL) {
      this.control(message);
      return;
    }
    const at = positionOf(message.reply);
    if (at === null) return;
    if (at.delivered !== this.delivered + 1) {
      this.renew();
      return;
    }
    this.delivered = at.delivered;
    this.position = at.position;
    this.take(message);
  }

  /** Responds to the server's flow control, and compares its count of messages. */
  private control(message: Msg): void {
    if (message.reply !== undefined && message.reply !== "") {
      message.respond();
      return;
    }
    const stalled = message.headers?.get("Nats-Consumer-Stalled") ?? "";
    if (stalled !== "") this.wire.connection.publish(stalled);
    const sent = Number(message.headers?.get("Nats-Last-Consumer") ?? 0);
    if (sent !== this.delivered) this.renew();
  }
}

/**
 * Returns the place of a message in its consumer and in the stream, which the server puts into the
 * reply subject: `$JS.ACK.[domain.account.]stream.consumer.attempts.position.delivered.time.rest`.
 */
export function positionOf(
  reply: string | undefined,
): { readonly position: number; readonly delivered: number } | null {
  const tokens = (reply ?? "").split(".");
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK") return null;
  const first = tokens.length === 9 ? 5 : tokens.length >= 11 ? 7 : Number.NaN;
  const [position, delivered] = [Number(tokens[first]), Number(tokens[first + 1])];
  return Number.isInteger(position) && Number.isInteger(delivered) ? { position, delivered } : null;
}
