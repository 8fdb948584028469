import { PreflightError } from "../model/fault/errors.ts";
import type { Turns } from "./turns.ts";

/** Maximum of round trips per estimate; the fastest decides. */
const ROUND_TRIPS = 16;
/** Sum over all hosts from which on each host has fewer, and minimum of a host. */
const MAX_SUM = 1024;
const FEW_TRIPS = 2;
const START_TRIPS = 4;
/** Bound of an estimate before a start that needs no further round trips. */
const START_BOUND_NS = 1.5e6;
/** Time after which a round trip counts as failed, unless the estimate has less. */
const ROUND_TRIP_MS = 1000;

/** The monotonic clock of another host, as estimated from this host's own. */
export interface HostClock {
  /** Maximum error of the newest estimate, nanoseconds. */
  readonly boundNs: number;
  readonly estimate: ClockEstimate;
  /** Longest round trip of the newest estimate, nanoseconds. */
  readonly roundTripNs: number;
  /** Converts an instant of this host's `process.hrtime` to the other host's. */
  toHost(ownNs: bigint): bigint;
  /** Converts an instant of the other host's `process.hrtime` to this host's. */
  toOwn(hostNs: bigint): bigint;
  /**
   * Estimates again, with the round trips that end within a time; default: 16.
   *
   * @throws PreflightError if the host does not respond; the estimate stays
   */
  measure(withinMs?: number, trips?: Trips): Promise<void>;
}

/** Number of round trips of an estimate. */
export interface Trips {
  readonly count: number;
  /** Up to 16 are made as long as the bound is larger, nanoseconds. */
  readonly boundNs: number;
}

const ALL: Trips = { count: ROUND_TRIPS, boundNs: 0 };

/**
 * Round trips for each of this many hosts if no start depends on the estimate: more than 64 hosts
 * have fewer, because a thousand would take seconds.
 */
export function fewTrips(hosts: number): Trips {
  return tripsOf(hosts, FEW_TRIPS, Number.POSITIVE_INFINITY);
}

/** Round trips for each of this many hosts before a start, until its clock is known to 1.5 ms. */
export function startTrips(hosts: number): Trips {
  return tripsOf(hosts, START_TRIPS, START_BOUND_NS);
}

function tripsOf(hosts: number, least: number, boundNs: number): Trips {
  const count = Math.min(ROUND_TRIPS, Math.max(least, Math.floor(MAX_SUM / hosts)));
  return { count, boundNs };
}

/** A reading of the other host's clock, between two readings of the own clock. */
export interface RoundTrip {
  readonly sentNs: bigint;
  readonly hostNs: bigint;
  readonly receivedNs: bigint;
}

/** Difference between two clocks. */
export interface ClockEstimate {
  /** The other clock minus the own clock. */
  readonly offsetNs: bigint;
  /** Maximum error of the offset, whatever share of the round trip each direction took. */
  readonly boundNs: number;
  /** Instant of the own clock at which it was made. */
  readonly atNs: bigint;
}

/** Clock of a host in a phase, from the estimates before and after it. */
export interface ClockInPhase {
  /** Change from the first to the second estimate, nanoseconds; null if there is only one. */
  readonly driftNs: number | null;
  /** Time by which the host started late, nanoseconds; negative: early. */
  readonly startErrorNs: number;
  /** Maximum error of the host's clock at the start, nanoseconds. */
  readonly boundNs: number;
}

/** Returns the estimate of the fastest round trip. */
export function estimateClock(trips: readonly [RoundTrip, ...RoundTrip[]]): ClockEstimate {
  const [first, ...others] = trips;
  let best = first;
  for (const trip of others) if (durationNs(trip) < durationNs(best)) best = trip;
  const atNs = (best.sentNs + best.receivedNs) / 2n;
  const offsetNs = best.hostNs - atNs;
  return { offsetNs, boundNs: Number((durationNs(best) + 1n) / 2n), atNs };
}

/**
 * Compares the estimate that a host started by with one from after the phase. A clock that drifts
 * evenly had a share of the drift at the start: all of it if the first estimate was far too old.
 */
export function clockInPhase(
  before: ClockEstimate,
  after: ClockEstimate,
  startNs: bigint,
): ClockInPhase {
  const betweenNs = Number(after.atNs - before.atNs);
  if (betweenNs <= 0) return { driftNs: null, startErrorNs: 0, boundNs: before.boundNs };
  const driftNs = Number(after.offsetNs - before.offsetNs);
  const share = Math.min(1, Math.max(0, Number(startNs - before.atNs) / betweenNs));
  // A host whose clock gained time reaches the instant early.
  const startErrorNs = 0 - driftNs * share;
  const estimatedNs = before.boundNs + (after.boundNs - before.boundNs) * share;
  return { driftNs, startErrorNs, boundNs: estimatedNs + Math.abs(startErrorNs) };
}

function durationNs({ sentNs, receivedNs }: RoundTrip): bigint {
  return receivedNs - sentNs;
}

/** Reads the clock of the other host once; null if it did not respond in time. */
export type Exchange = (withinMs: number) => Promise<RoundTrip | null>;

/** Estimates the clock of one host by round trips. */
export class EstimatedClock implements HostClock {
  private readonly host: { readonly name: string };
  private readonly exchange: Exchange;
  private readonly turns: Turns;
  private newest: ClockEstimate | null = null;
  roundTripNs = 0;

  constructor(host: { readonly name: string }, exchange: Exchange, turns: Turns) {
    this.host = host;
    this.exchange = exchange;
    this.turns = turns;
  }

  get estimated(): boolean {
    return this.newest !== null;
  }

  get estimate(): ClockEstimate {
    if (this.newest === null) throw new Error("the clock is not estimated yet");
    return this.newest;
  }

  get boundNs(): number {
    return this.estimate.boundNs;
  }

  toHost(ownNs: bigint): bigint {
    return ownNs + this.estimate.offsetNs;
  }

  toOwn(hostNs: bigint): bigint {
    return hostNs - this.estimate.offsetNs;
  }

  async measure(withinMs = Number.POSITIVE_INFINITY, wanted = ALL): Promise<void> {
    // The time of a host begins with its turn.
    const trips = await this.turns.take(() => this.roundTrips(withinMs, wanted));
    const [first, ...others] = trips;
    if (first === undefined) {
      throw new PreflightError(`${this.host.name} did not respond to clock requests`);
    }
    this.newest = estimateClock([first, ...others]);
    this.roundTripNs = Math.max(...trips.map((trip) => Number(durationNs(trip))));
  }

  private async roundTrips(
    withinMs: number,
    { count, boundNs }: Trips,
  ): Promise<readonly RoundTrip[]> {
    const untilMs = performance.now() + withinMs;
    const trips: RoundTrip[] = [];
    let shortestNs = Number.POSITIVE_INFINITY;
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      if (trip >= count && shortestNs <= 2 * boundNs) break;
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) break;
      const made = await this.exchange(Math.min(ROUND_TRIP_MS, leftMs));
      if (made === null) continue;
      const tookNs = Number(durationNs(made));
      this.turns.note(tookNs);
      shortestNs = Math.min(shortestNs, tookNs);
      trips.push(made);
    }
    return trips;
  }
}

/** Clock requests that wait for a response. */
export class ClockRequests {
  private readonly nowNs: () => bigint;
  private readonly send: (id: number) => void;
  private readonly waiting = new Map<number, (hostNs: bigint | null, receivedNs: bigint) => void>();
  private ids = 0;
  private stopped = false;

  constructor(nowNs: () => bigint, send: (id: number) => void) {
    this.nowNs = nowNs;
    this.send = send;
  }

  /** Sends a request; resolves with null if there is no response in time. */
  read(withinMs: number): Promise<RoundTrip | null> {
    if (this.stopped) return Promise.resolve(null);
    const id = this.ids++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(id, null, 0n), withinMs);
      const sentNs = this.nowNs();
      this.waiting.set(id, (hostNs, receivedNs) => {
        clearTimeout(timer);
        resolve(hostNs === null ? null : { sentNs, hostNs, receivedNs });
      });
      this.send(id);
    });
  }

  /** Takes a response; one that is too late is ignored. */
  answer(id: number, hostNs: bigint | null, receivedNs: bigint): void {
    const settle = this.waiting.get(id);
    this.waiting.delete(id);
    settle?.(hostNs, receivedNs);
  }

  /** Ends all requests, and those that follow. */
  stop(): void {
    this.stopped = true;
    for (const id of [...this.waiting.keys()]) this.answer(id, null, 0n);
  }
}
