import type { EngineError, SlotTable } from "../../engine/engine.ts";
import { explain, isHostLimit } from "../../model/fault/system-error.ts";
import { type DatasetLocation, fileName } from "../../model/plan/dataset.ts";
import { OPERATIONS, SYNC_CODE } from "../../model/plan/operation.ts";
import { type BackOff, type ErrorCount, UNFINISHED } from "../../model/run/measurement.ts";
import { elapsedText } from "../../model/units.ts";

/** Fewer failures can be chance. */
const MIN_FAILURES = 10;

/**
 * One success makes up for so many failures: where less than one operation in 100 succeeds, the
 * storage has not recovered. It takes at most 100 successes after an outage of any length.
 */
const FAILURES_PER_SUCCESS = 100;
const MAX_DEBT = 100 * FAILURES_PER_SUCCESS;

/**
 * A worker gives up when its operations have failed for so long. An open loop is
 * how an outage is measured, so it outlasts a failover; its rate bounds what it sends meanwhile.
 */
export const PATIENCE_MS = { closed: 5000, open: 60_000 } as const;

type Counted = { -readonly [K in keyof ErrorCount]: ErrorCount[K] };

/** Counts failed operations by code, keeps the first of each, and sees when there is no use. */
export class Failures {
  private readonly counts = new Map<string, Counted>();
  /** Failures since the storage last worked, and those that no success has made up for. */
  private failures = 0;
  private debt = 0;
  private last: EngineError | null = null;
  /** The limit of this host that ends the phase; null while none was reached. */
  private hostLimit: string | null = null;
  private readonly slots: SlotTable;
  private readonly dataset: DatasetLocation;
  private readonly patienceMs: number;
  /** When operations began to fail; NaN while they do not. */
  private failingSinceMs = Number.NaN;
  private readonly pauses = { pauses: 0, totalNs: 0 };

  constructor(slots: SlotTable, dataset: DatasetLocation, patienceMs: number = PATIENCE_MS.closed) {
    this.slots = slots;
    this.dataset = dataset;
    this.patienceMs = patienceMs;
  }

  /** Called for a success that follows a failure. */
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
   * Counts a failure, unless it belongs to the warm-up, where only the streak matters. Returns
   * whether it is the storage's: too few descriptors, ports or bytes of memory on this host are no
   * error of the storage, and are counted nowhere.
   */
  failed(slot: number, error: EngineError, counts: boolean): boolean {
    if (isHostLimit(error.code)) {
      this.hostLimit ??= `a limit of this host was reached: ${explain(error.code)}`;
      return false;
    }
    this.failures++;
    this.debt = Math.min(this.debt + 1, MAX_DEBT);
    this.last = error;
    if (counts) this.count(slot, error);
    return true;
  }

  /** Counts an operation that had not completed when the drain ended, at an age of so long. */
  unfinished(slot: number, ageMs: number): void {
    const leastAgeNs = Math.floor(ageMs * 1e6);
    const age = elapsedText(ageMs * 1e6);
    const words = `not complete when the drain ended, at least ${age} after its issue`;
    const known = this.count(slot, { code: UNFINISHED, message: words });
    known.leastAgeNs = Math.min(known.leastAgeNs ?? leastAgeNs, leastAgeNs);
  }

  /** Why there is no use in going on, or null. Called after each failure. */
  abortReason(nowMs: number): string | null {
    if (this.hostLimit !== null) return this.hostLimit;
    if (Number.isNaN(this.failingSinceMs)) this.failingSinceMs = nowMs;
    const failingMs = nowMs - this.failingSinceMs;
    if (this.failures < MIN_FAILURES || failingMs < this.patienceMs) return null;
    const why = this.last === null ? "" : `, the last with ${this.last.code}: ${this.last.message}`;
    return (
      `gave up after ${this.failures} failed operations in ${elapsedText(failingMs * 1e6)}, in ` +
      `which less than one in ${FAILURES_PER_SUCCESS} succeeded${why}`
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
    const operation = code === SYNC_CODE ? "sync" : (OPERATIONS[code] ?? "read");
    const key = `${operation}:${error.code}`;
    const known = this.counts.get(key);
    if (known !== undefined) {
      known.count++;
      return known;
    }
    const place = `${fileName(dataset, slots.file[slot] ?? 0)} at ${slots.offset[slot] ?? 0}`;
    const first = `${operation} of ${place}: ${error.message}`;
    const counted: Counted = { operation, code: error.code, count: 1, first };
    this.counts.set(key, counted);
    return counted;
  }
}
