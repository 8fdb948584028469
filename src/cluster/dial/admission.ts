import { randomUUID } from "node:crypto";
import type { Msg } from "@nats-io/transport-node";
import type { Claims } from "./claims.ts";
import { LaneChannel, type Wire } from "./lane-channel.ts";
import { type Address, addressOf } from "./names.ts";
import { Requests } from "./requests.ts";
import { Slot } from "./slot.ts";

/** Time for a process to connect with a rank that it has claimed, once another one wants it. */
const COME_MS = 2000;

/** Decides which process has which rank of a run, until the run begins. */
export class Admission {
  readonly slots: readonly Slot[];
  private readonly wire: Wire;
  private readonly claims: Claims;
  private readonly requests: Requests;
  /** Base of the subjects on which the server reports that an agent does not listen. */
  private readonly goneInbox: string;
  /** Claims that others want, by rank and incarnation: time of the first contest. */
  private readonly contested = new Map<string, number>();
  private started = false;
  /** Why the server does not let this process hear agents; null: it does. */
  problem: Error | null = null;

  constructor(
    wire: Wire,
    claims: Claims,
    run: { session: string; agents: number; lostMs: number },
  ) {
    this.wire = wire;
    this.claims = claims;
    this.slots = Array.from({ length: run.agents }, (_, rank) => new Slot(rank, run.lostMs));
    const { connection, names, inbox } = wire;
    this.goneInbox = `${inbox}.gone.${randomUUID()}`;
    connection.subscribe(`${this.goneInbox}.*.*`, { callback: (_, message) => this.miss(message) });
    const listen = (subject: string, hear: (address: Address, message: Msg) => void): void => {
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) this.problem = error;
          const address = error === null ? addressOf(message.subject) : null;
          if (address !== null) hear(address, message);
        },
      });
    };
    listen(names.all(run.session, "up", "pulse"), (address, { data }) => this.hear(address, data));
    listen(names.allContests(run.session), (address) => void this.contest(address).catch(() => {}));
    this.requests = new Requests(connection, names, {
      ...{ ...run, claims },
      refusal: () => (this.started ? LATE : null),
      isPresent: (rank, incarnation) => this.laneOf({ rank, incarnation }) !== null,
    });
  }

  /** From now on, agents that come or start again are refused. */
  begin(): void {
    this.started = true;
    for (const slot of this.slots) slot.begin();
  }

  /** Whether to answer agents that look for the run: only as the coordinator of the group. */
  answer(answers: boolean): void {
    if (answers) this.requests.listen();
    else this.requests.stop();
  }

  /** The channel of the process that has a rank; null if this one does not. */
  laneOf(address: Omit<Address, "session"> | null): LaneChannel | null {
    return address === null ? null : (this.slots[address.rank]?.laneOf(address) ?? null);
  }

  /** Takes a pulse of an agent; the first one of a process asks for its rank. */
  private hear(address: Address, data: Uint8Array): void {
    const lane = this.laneOf(address);
    if (lane === null) void this.admit(address, data).catch(() => {});
    else if (lane.ended) this.refuse(address, "its session has ended");
    else lane.receive(data);
  }

  /** Lets a process have its rank if it holds the claim, before the start. */
  private async admit(address: Address, data: Uint8Array): Promise<void> {
    const { rank, incarnation } = address;
    const slot = this.slots[rank];
    if (slot === undefined) {
      this.refuse(address, `rank ${rank} is not one of the ${this.slots.length} of this run`);
      return;
    }
    if (this.started || slot.isOver) {
      this.refuse(address, LATE);
      return;
    }
    const claim = await this.claims.of(rank);
    if (claim?.incarnation !== incarnation || slot.isKept(claim.attempt)) {
      const has = claim === null ? "was not claimed by it" : `was taken by ${claim.host}`;
      if (slot.laneOf(address) === null) this.refuse(address, `rank ${rank} ${has}`);
      return;
    }
    // Its next greeting may have come, or the run may have started, while the claim was read.
    if (this.started || slot.isOver || slot.laneOf(address) !== null) return;
    const gone = `${this.goneInbox}.${rank}.${incarnation}`;
    const lane = new LaneChannel(this.wire, address, "down", gone);
    slot.bind(address, claim.attempt, lane, () => void this.requests.release(rank, incarnation));
    lane.receive(data);
  }

  /**
   * A process wants a rank that another one has claimed. Frees the rank if that one does not
   * connect: it has ended.
   */
  private async contest({ rank }: Address): Promise<void> {
    const slot = this.slots[rank];
    if (slot === undefined || this.started) return;
    const claim = await this.claims.of(rank);
    if (claim === null || slot.laneOf(claim) !== null) return;
    const key = `${rank}.${claim.incarnation}`;
    const nowMs = performance.now();
    const sinceMs = this.contested.get(key) ?? nowMs;
    this.contested.set(key, sinceMs);
    if (nowMs - sinceMs >= COME_MS) await this.requests.release(rank, claim.incarnation);
  }

  private refuse(address: Address, message: string): void {
    const { connection, names } = this.wire;
    const text = JSON.stringify({ type: "refuse", message });
    connection.publish(names.of(address, "down", "pulse"), text);
  }

  /** The server found no process that listens to a pulse. */
  private miss({ subject, headers }: Msg): void {
    if (headers?.code !== 503) return;
    const [rank, incarnation = ""] = subject.slice(this.goneInbox.length + 1).split(".");
    if (this.laneOf({ rank: Number(rank), incarnation }) !== null) {
      this.slots[Number(rank)]?.missed();
    }
  }
}

const LATE = "the run has started; an agent that comes later does not take part";
