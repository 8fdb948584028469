import type { EngineError, SlotTable } from "../../engine/engine.ts";
import { explain, isHostLimit } from "../../model/fault/system-error.ts";
import { type DatasetLocation, fileName } from "../../model/plan/dataset.ts";
import { AT_OFFSET, OPERATIONS, SYNC_CODE } from "../../model/plan/operation.ts";
import { type BackOff, type ErrorCount, UNFINISHED } from "../../model/run/measurement.ts";
import { elapsedText } from "../../model/units.ts";

/** Minimum failures before a worker stops. */
const MIN_FAILURES = 10;

/**
 * One success offsets this many failures: if less than one operation in 100 succeeds, the storage
 * has not recovered. After an outage of any length, at most 100 successes are needed.
 */
const FAILURES_PER_SUCCESS = 100;
const MAX_DEBT = 100 * FAILURES_PER_SUCCESS;

/**
 * A worker stops after failures for this long. An open loop measures outages, so it outlasts a
 * failover; its rate limits the requests during that time.
 */
export const PATIENCE_MS = { closed: 5000, open: 60_000 } as const;

type Counted = { -readonly [K in keyof ErrorCount]: ErrorCount[K] };

/** Counts failed operations by code, keeps the first of each, and decides when to stop. */
export class Failures {
  private readonly counts = new Map<string, Counted>();
  /** Failures since the last success, and failures that no success has offset. */
  private failures = 0;
  private debt = 0;
  private last: EngineError | null = null;
  /** The host limit that ends the phase; null if none is reached. */
  private hostLimit: string | null = null;
  private readonly slots: SlotTable;
  private readonly dataset: DatasetLocation;
  private readonly patienceMs: number;
  /** Time of the first failure of the streak; NaN without one. */
  private failingSinceMs = Number.NaN;
  private readonly pauses = { pauses: 0, totalNs: 0 };

  constructor(slots: SlotTable, dataset: DatasetLocation, patienceMs: number = PATIENCE_MS.closed) {
    this.slots = slots;
    this.dataset = dataset;
    this.patienceMs = patienceMs;
  }

  /** Called for a success after a failure. */
  succeeded(): void {
    this.debt = Math.max(0, this.debt - FAILURES_PER_SUCCESS);
    if (this.debt > 0) return;
    this.failures = 0;
    this.failingSinceMs = Number.NaN;
  }

  get failing(): boolean {
    return this.debt > 0;
  }

  /**
   * Counts a failure, except in the warm-up, where only the streak matters. Returns whether it is
   * an error of the storage. A lack of descriptors, ports or memory on this host is not, and is not
   * counted.
   */
  failed(slot: number, error: EngineError, counts: boolean): boolean {
    if (isHostLimit(error.code)) {
      this.hostLimit ??= `a limit of this host is reached: ${explain(error.code)}`;
      return false;
    }
    this.failures++;
    this.debt = Math.min(this.debt + 1, MAX_DEBT);
    this.last = error;
    if (counts) this.count(slot, error);
    return true;
  }

  /** Counts an operation that was incomplete at the end of the drain, with its age. */
  unfinished(slot: number, ageMs: number): void {
    const leastAgeNs = Math.floor(ageMs * 1e6);
    const age = elapsedText(ageMs * 1e6);
    const words = `incomplete at the end of the drain, at least ${age} after its issue`;
    const known = this.count(slot, { code: UNFINISHED, message: words });
    known.leastAgeNs = Math.min(known.leastAgeNs ?? leastAgeNs, leastAgeNs);
  }

  /** Reason to stop, or null. Called after each failure. */
  abortReason(nowMs: number): string | null {
    if (this.hostLimit !== null) return this.hostLimit;
    if (Number.isNaN(this.failingSinceMs)) this.failingSinceMs = nowMs;
    const failingMs = nowMs - this.failingSinceMs;
    if (this.failures < MIN_FAILURES || failingMs < this.patienceMs) return null;
    const why = this.last === null ? "" : `; last error ${this.last.code}: ${this.last.message}`;
    return (
      `stopped after ${this.failures} failed operations in ${elapsedText(failingMs * 1e6)}: less ` +
      `than one in ${FAILURES_PER_SUCCESS} succeeded${why}`
    );
  }

  /** Counts a pause of a slot after a failure. */
  paused(lengthMs: number): void {
    this.pauses.pauses++;
    this.pauses.totalNs += Math.round(lengthMs * 1e6);
  }

  get backOff(): BackOff {
    return { ...this.pauses };
  }

  list(): readonly ErrorCount[] {
    return [...this.counts.values()];
  }

  private count(slot: number, error: EngineError): Counted {
    const { slots, dataset } = this;
    const code = slots.operation[slot] ?? 0;
    const own = code === SYNC_CODE ? null : (OPERATIONS[code] ?? "read");
    const operation = own ?? "sync";
    const key = `${operation}:${error.code}`;
    const known = this.counts.get(key);
    if (known !== undefined) {
      known.count++;
      return known;
    }
    const file = fileName(dataset, slots.file[slot] ?? 0);
    const at = own !== null && AT_OFFSET.has(own) ? ` at ${slots.offset[slot] ?? 0}` : "";
    const first = `${operation} of ${file}${at}: ${error.message}`;
    const counted: Counted = { operation, code: error.code, count: 1, first };
    this.counts.set(key, counted);
    return counted;
  }
}
