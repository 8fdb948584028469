import { type Channel, Inbox, isList, type Json } from "../channel.ts";
import { frame } from "../frames.ts";
import type { LaneChannel } from "./lane-channel.ts";
import type { Address } from "./names.ts";

/** Interval in which an agent that does not listen is tried again. */
const PROBE_MS = 100;
/** Time for agents to connect again after the server was restarted. */
const RENEWAL_MS = 5000;
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
  private attempt = 0;
  private lane: LaneChannel | null = null;
  /** Why the last process with the rank has ended; null: none has. */
  private former: string | null = null;
  private release: (() => void) | null = null;
  private vacated = (): void => {};
  private started = false;
  private parting = false;
  private renewedMs = Number.NEGATIVE_INFINITY;
  /** Time of the first pulse that no process listened to, since the last message; null: none. */
  private missedMs: number | null = null;

  private readonly lostMs: number;

  /** `lostMs`: time without a listener after which the agent has ended. */
  constructor(rank: number, lostMs: number) {
    this.rank = rank;
    this.lostMs = lostMs;
  }

  get isBound(): boolean {
    return this.lane !== null;
  }

  /** The channel of a process; null if the process does not have this rank. */
  laneOf({ incarnation }: Pick<Address, "incarnation">): LaneChannel | null {
    return this.address?.incarnation === incarnation ? this.lane : null;
  }

  /** Whether the session of the rank has ended. */
  get isOver(): boolean {
    return this.inbox.ended;
  }

  onVacated(listener: () => void): void {
    this.vacated = listener;
  }

  /** Whether a process has the rank that a new one with this attempt does not replace. */
  isKept(attempt: number): boolean {
    return this.lane !== null && this.attempt >= attempt;
  }

  /** Gives the rank to a process. `release`: gives its claim up. */
  bind(address: Address, attempt: number, lane: LaneChannel, release: () => void): void {
    const replaced = this.lane;
    this.address = address;
    this.attempt = attempt;
    this.lane = lane;
    this.release = release;
    this.missedMs = null;
    if (replaced !== null) {
      const message = `a newer agent has rank ${this.rank}`;
      // By the pulse lane, which arrives before the end.
      replaced.sendLine(frame({ type: "refuse", message }), "pulse");
      replaced.close();
    }
    lane.onMessage((message) => {
      this.missedMs = null;
      if (this.lane !== lane) return;
      if (!this.started && typeOf(message) === "leave") lane.end("it was ended by a signal");
      else this.inbox.deliver(message);
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
  renew(): void {
    this.renewedMs = performance.now();
    this.missedMs = null;
    this.lane?.renew();
  }

  /** No process listened to a pulse: the agent has ended, unless it connects again. */
  missed(): void {
    const nowMs = performance.now();
    if (nowMs - this.renewedMs < RENEWAL_MS) return;
    this.missedMs ??= nowMs;
    if (nowMs - this.missedMs >= this.lostMs) this.lane?.end("its connection has ended");
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
    if (this.isBound) return null;
    if (this.former === null) return "no agent with this rank has connected to the NATS server";
    return `the last agent with this rank has gone (${this.former}), and no other has connected`;
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
    this.former = why;
    this.release?.();
    this.vacated();
  }
}

/** Whether an agent that gets a message ends by itself. */
function isParting(message: Json): boolean {
  const type = typeOf(message);
  return type === "bye" || type === "refuse";
}

function typeOf(message: Json): Json | undefined {
  if (typeof message !== "object" || message === null || isList(message)) return undefined;
  return message.type;
}
