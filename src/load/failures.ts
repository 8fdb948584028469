import type { EngineError, SlotTable } from "../engine/engine.ts";
import { type DatasetLocation, fileName } from "../model/dataset.ts";
import { type ErrorCount, UNFINISHED } from "../model/measurement.ts";
import { OPERATIONS, SYNC_CODE } from "../model/operation.ts";

/** So many failures with no success between them: the storage is gone, not slow. */
const CONSECUTIVE_LIMIT = 1000;

/** Fewer failures are enough where nothing succeeded for so long. */
const SILENCE_MS = 5000;
const SILENCE_FAILURES = 10;

type Counted = { -readonly [K in keyof ErrorCount]: ErrorCount[K] };

/** Counts failed operations by code, keeps the first of each, and sees when there is no use. */
export class Failures {
  private readonly counts = new Map<string, Counted>();
  private consecutive = 0;
  private last: EngineError | null = null;
  private readonly slots: SlotTable;
  private readonly dataset: DatasetLocation;
  private lastSuccessMs: number;

  constructor(startMs: number, slots: SlotTable, dataset: DatasetLocation) {
    this.lastSuccessMs = startMs;
    this.slots = slots;
    this.dataset = dataset;
  }

  /** Called for a success that follows a failure. */
  succeeded(nowMs: number): void {
    this.consecutive = 0;
    this.lastSuccessMs = nowMs;
  }

  get failing(): boolean {
    return this.consecutive > 0;
  }

  /** Counts a failure, unless it belongs to the warm-up, where only the streak matters. */
  failed(slot: number, error: EngineError, measured: boolean): void {
    this.consecutive++;
    this.last = error;
    if (measured) this.count(slot, error);
  }

  /** Counts an operation that had not completed when the drain ended, at an age of so long. */
  unfinished(slot: number, ageMs: number): void {
    const leastAgeNs = Math.floor(ageMs * 1e6);
    const words = `not complete when the drain ended, at least ${seconds(ageMs)} after its issue`;
    const known = this.count(slot, { code: UNFINISHED, message: words });
    known.leastAgeNs = Math.min(known.leastAgeNs ?? leastAgeNs, leastAgeNs);
  }

  /** Why there is no use in going on, or null. */
  hopeless(nowMs: number): string | null {
    const silent = this.consecutive >= SILENCE_FAILURES && nowMs - this.lastSuccessMs > SILENCE_MS;
    if (this.consecutive < CONSECUTIVE_LIMIT && !silent) return null;
    const why = this.last === null ? "" : `, the last with ${this.last.code}: ${this.last.message}`;
    return `gave up after ${this.consecutive} failed operations in a row${why}`;
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

/** `10.6 s`, never more than it was. */
function seconds(ms: number): string {
  return ms < 1000 ? `${Math.floor(ms)} ms` : `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
}
