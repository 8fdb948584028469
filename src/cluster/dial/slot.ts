import { type Channel, Inbox, isList, type Json } from "../channel.ts";
import type { LaneChannel } from "./lane-channel.ts";
import type { Address } from "./names.ts";

/** Interval in which an agent that does not listen is tried again, and for how long. */
const PROBE_MS = 100;
const LOST_MS = 500;
/** Time for agents to connect again after the server was restarted. */
const RENEWAL_MS = 3000;
/** Time that an agent has to end by itself. */
const CLOSE_MS = 15_000;

/**
 * The coordinator's channel of one rank. Until the start, a process that ends or is replaced leaves
 * the rank to another one; from the start on, its end is the end of the channel.
 */
export class Slot implements Channel {
  readonly rank: number;
  readonly isFenced = true;
  private readonly inbox = new Inbox();
  private address: Address | null = null;
  private lane: LaneChannel | null = null;
  private release: (() => void) | null = null;
  private started = false;
  private parting = false;
  private renewedMs = Number.NEGATIVE_INFINITY;
  /** Time of the first pulse that no process listened to, since the last message; null: none. */
  private missedMs: number | null = null;

  constructor(rank: number) {
    this.rank = rank;
  }

  get isBound(): boolean {
    return this.lane !== null;
  }

  /** The channel of a process; null if the process does not have this rank. */
  laneOf({ incarnation }: Address): LaneChannel | null {
    return this.address?.incarnation === incarnation ? this.lane : null;
  }

  /** Gives the rank to a process. `release`: gives its claim up. */
  bind(address: Address, lane: LaneChannel, release: () => void): void {
    const replaced = this.lane;
    this.address = address;
    this.lane = lane;
    this.release = release;
    this.missedMs = null;
    if (replaced !== null) {
      replaced.send({ type: "refuse", message: `a newer agent has rank ${this.rank}` });
      replaced.close();
    }
    lane.onMessage((message) => {
      this.missedMs = null;
      if (this.lane === lane) this.inbox.deliver(message);
    });
    lane.onClosed((why) => {
      if (this.lane === lane) this.lose(why);
    });
  }

  begin(): void {
    this.started = true;
  }

  /** Ends the channel of a rank that no process will have. */
  fail(why: string): void {
    this.inbox.end(why);
  }

  /** The connection to the server was interrupted: agents have to connect again, too. */
  renewed(): void {
    this.renewedMs = performance.now();
    this.missedMs = null;
  }

  /** No process listened to a pulse: the agent has ended, unless it connects again. */
  missed(): void {
    const nowMs = performance.now();
    if (nowMs - this.renewedMs < RENEWAL_MS) return;
    this.missedMs ??= nowMs;
    if (nowMs - this.missedMs >= LOST_MS) this.lane?.end("its connection has ended");
    else setTimeout(() => this.probe(), PROBE_MS);
  }

  send(message: Json): void {
    if (isParting(message)) this.parting = true;
    this.lane?.send(message);
  }

  onMessage(listener: (message: Json) => void): void {
    this.inbox.onMessage(listener);
  }

  onClosed(listener: (why: string) => void): void {
    this.inbox.onClosed(listener);
  }

  close(): void {
    const { lane } = this;
    if (lane === null) {
      this.inbox.end("the session has ended");
      return;
    }
    // An agent that was told to end does so and closes its side.
    if (!this.parting) lane.close();
    else setTimeout(() => lane.end("did not end in time"), CLOSE_MS).unref();
  }

  lastWords(): string {
    return "";
  }

  absence(): string | null {
    return this.isBound ? null : "no agent with this rank has connected to the NATS server";
  }

  private probe(): void {
    if (this.missedMs !== null) this.lane?.send({ type: "beat" });
  }

  private lose(why: string): void {
    if (this.started || this.parting) {
      this.inbox.end(why);
      return;
    }
    this.lane = null;
    this.address = null;
    this.release?.();
  }
}

/** Whether an agent that gets a message ends by itself. */
function isParting(message: Json): boolean {
  if (typeof message !== "object" || message === null || isList(message)) return false;
  return message.type === "bye" || message.type === "refuse";
}
