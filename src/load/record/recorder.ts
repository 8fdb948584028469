/**
 * What a worker counts: completions (this file), intervals on their way to the main thread
 * (`outbox.ts`), and its own CPU time and pauses (`own-time.ts`). Nothing here decides what is
 * issued or when a phase ends. Read `Recorder` first.
 */
import { CELLS_EACH } from "../../metrics/histogram/cells.ts";
import { LatencyCounts } from "../../metrics/histogram/counts.ts";
import {
  DRAIN,
  type IntervalRecord,
  NOTHING_OPENED,
  type Series,
} from "../../model/run/measurement.ts";
import { type Columns, columnsOf, type Grid, type Timed } from "./columns.ts";

/** Index while the warm-up lasts; what completes in it is forgotten. */
const WARM_UP = -2;

/**
 * Counts what completes, in the interval in which it completes. Nothing is kept longer than an
 * interval: as it closes it is handed on, so memory does not grow with a run's length.
 */
export class Recorder {
  /** The loop calls {@link cross} once its clock has reached this, milliseconds. */
  boundaryMs: number;
  /** False once nothing more may be issued. */
  open = true;
  /** When the last operation completed, kept by the loop; it ends a phase that a count ends. */
  lastMs: number;
  /** When the phase ended, once nothing more may be issued; set by the recorder alone. */
  endedMs: number;
  /** Called with the end of an interval before it is handed on. */
  onClose: ((endMs: number) => void) | null = null;
  private readonly grid: { -readonly [Field in keyof Grid]: Grid[Field] };
  private readonly columns: Columns;
  private readonly emit: (record: Omit<IntervalRecord, "worker">) => void;
  /** Called when the warm-up is over. */
  private readonly onMeasuring: () => void;
  private readonly counts: LatencyCounts;
  private readonly series: number;
  private readonly operations: Float64Array;
  private readonly bytes: Float64Array;
  private readonly errors: Float64Array;
  private readonly throttles: Float64Array;
  /** By position; made by the first operation that never completes. */
  private unfinished: number[] | null = null;
  /** Of an open loop: started late, dropped, and the most that waited. */
  private readonly opened = { ...NOTHING_OPENED };
  /** Interval being filled, {@link WARM_UP} or {@link DRAIN}. */
  private index: number;

  constructor(
    grid: Grid,
    series: readonly Series[],
    warming: boolean,
    emit: (record: Omit<IntervalRecord, "worker">) => void,
    onMeasuring: () => void = () => {},
  ) {
    this.grid = { ...grid };
    this.onMeasuring = onMeasuring;
    this.columns = columnsOf(series);
    this.emit = emit;
    this.counts = new LatencyCounts(series.length);
    this.series = series.length;
    this.operations = new Float64Array(this.columns.count);
    this.bytes = new Float64Array(this.columns.count);
    this.errors = new Float64Array(this.columns.count);
    this.throttles = new Float64Array(this.columns.count);
    this.index = warming ? WARM_UP : 0;
    this.endedMs = grid.fromMs;
    this.lastMs = grid.fromMs;
    this.boundaryMs = warming ? grid.fromMs : this.endOf(0);
  }

  /** False while the warm-up lasts. */
  get measuring(): boolean {
    return this.index !== WARM_UP;
  }

  /** Counts a completed operation; a negative result is an error and has no latency. */
  complete(code: number, latencyMs: number, result: number): void {
    const position = this.columns.positionOf[code] ?? 0;
    if (result < 0) {
      this.errors[position] = (this.errors[position] ?? 0) + 1;
      return;
    }
    this.operations[position] = (this.operations[position] ?? 0) + 1;
    this.bytes[position] = (this.bytes[position] ?? 0) + result;
    this.counts.record(this.columns.serviceOf[code] ?? 0, latencyMs * 1e6);
  }

  /** Records a time that is none of an operation's rates; nothing where it has no such series. */
  timed(metric: Timed, code: number, latencyMs: number): void {
    const series = this.columns.timedOf[metric][code] ?? -1;
    if (series >= 0) this.counts.record(series, latencyMs * 1e6);
  }

  /** Counts a request that the store refused because there were too many. */
  throttled(code: number): void {
    const position = this.columns.positionOf[code] ?? 0;
    this.throttles[position] = (this.throttles[position] ?? 0) + 1;
  }

  /**
   * Counts an operation that was issued so long ago and has not completed when the drain ends: its
   * age is what its latency is at least.
   */
  neverCompleted(code: number, ageMs: number): void {
    this.countUnfinished(code);
    this.recordAtLeast(this.columns.serviceOf[code] ?? 0, ageMs);
  }

  /** Counts a sync of what an operation wrote that has not ended: an error of that operation. */
  neverSynced(code: number, ageMs: number): void {
    this.countUnfinished(code);
    this.atLeast("sync", code, ageMs);
  }

  /** Records a lower bound of a time that has not ended; nothing where there is no such series. */
  atLeast(metric: Timed, code: number, ageMs: number): void {
    const series = this.columns.timedOf[metric][code] ?? -1;
    if (series >= 0) this.recordAtLeast(series, ageMs);
  }

  private recordAtLeast(series: number, ageMs: number): void {
    // A percentile is the highest latency of a cell of the histogram, up to 1/1024 above the
    // lowest: a lower bound must not exceed what was watched.
    this.counts.recordAtLeast(series, ageMs * 1e6 * (1 - 1 / CELLS_EACH));
  }

  private countUnfinished(code: number): void {
    this.unfinished ??= Array.from({ length: this.columns.count }, () => 0);
    const position = this.columns.positionOf[code] ?? 0;
    this.unfinished[position] = (this.unfinished[position] ?? 0) + 1;
  }

  /** An operation that was due found no slot free. */
  late(): void {
    this.opened.late++;
  }

  /**
   * A scheduled operation is dropped because the backlog is full: how long it has waited is what
   * its response time is at least.
   */
  dropped(code: number, waitedMs: number): void {
    this.opened.dropped++;
    this.atLeast("response", code, waitedMs);
  }

  /** So many operations are due and wait. */
  backlog(waiting: number): void {
    if (waiting > this.opened.backlogMost) this.opened.backlogMost = waiting;
  }

  /** When measuring ends; Infinity where a count ends the phase. */
  get toMs(): number {
    return this.grid.toMs;
  }

  /** Records a sync of what an operation wrote: no operation of a rate, but an error like any. */
  synced(code: number, latencyMs: number, result: number): void {
    if (result < 0) {
      const position = this.columns.positionOf[code] ?? 0;
      this.errors[position] = (this.errors[position] ?? 0) + 1;
    } else this.timed("sync", code, latencyMs);
  }

  /** Closes the intervals that have ended by `nowMs`; past the deadline the drain begins. */
  cross(nowMs: number): void {
    while (nowMs >= this.boundaryMs) {
      if (this.index === WARM_UP) {
        this.clear();
        this.index = 0;
        this.onMeasuring();
      } else {
        this.flush(this.boundaryMs);
        if (this.boundaryMs >= this.grid.toMs) {
          this.beginDrain(this.grid.toMs);
          return;
        }
        this.index++;
      }
      this.boundaryMs = this.endOf(this.index);
    }
  }

  /** Moves the deadline to an earlier instant; if that has passed, to the last completion. */
  endBy(deadlineMs: number): void {
    const { grid } = this;
    if (!this.open || deadlineMs >= grid.toMs) return;
    const fromMs = grid.fromMs + Math.max(0, this.index) * grid.intervalMs;
    grid.toMs = Math.min(grid.toMs, Math.max(deadlineMs, fromMs, this.lastMs));
    if (this.index !== WARM_UP) this.boundaryMs = this.endOf(this.index);
  }

  /** Ends the phase at once: nothing more is issued, what completes from now on is the drain. */
  end(nowMs: number): void {
    this.cross(nowMs);
    if (!this.open) return;
    if (this.index === WARM_UP) this.clear();
    else this.flush(nowMs);
    this.beginDrain(nowMs);
  }

  /** Hands on the last cell and returns how long was measured, nanoseconds. */
  finish(): number {
    // A count ended the phase: what was in flight at the last issue still belongs to it.
    if (this.open) this.endedMs = this.lastMs;
    if (this.index !== WARM_UP) this.flush(this.endedMs);
    return Math.round(Math.max(0, this.endedMs - this.grid.fromMs) * 1e6);
  }

  private beginDrain(endMs: number): void {
    this.endedMs = endMs;
    this.index = DRAIN;
    this.open = false;
    this.boundaryMs = Number.POSITIVE_INFINITY;
  }

  private endOf(index: number): number {
    const endMs = this.grid.fromMs + (index + 1) * this.grid.intervalMs;
    // Rounding must not leave a sliver of an interval before the deadline.
    return endMs > this.grid.toMs - 1e-3 ? this.grid.toMs : endMs;
  }

  private flush(toMs: number): void {
    const fromMs = this.grid.fromMs + this.index * this.grid.intervalMs;
    if (this.index !== DRAIN) this.onClose?.(toMs);
    this.emit({
      index: this.index,
      widthNs: this.index === DRAIN ? 0 : Math.max(0, Math.round((toMs - fromMs) * 1e6)),
      operations: [...this.operations],
      bytes: [...this.bytes],
      errors: [...this.errors],
      throttled: [...this.throttles],
      opened: { ...this.opened },
      latencies: Array.from({ length: this.series }, (_, index) => this.counts.take(index)),
      ...(this.unfinished === null ? {} : { unfinished: this.unfinished }),
    });
    this.clear();
  }

  private clear(): void {
    for (const counts of [this.operations, this.bytes, this.errors, this.throttles]) counts.fill(0);
    Object.assign(this.opened, NOTHING_OPENED);
    this.unfinished = null;
    for (let index = 0; index < this.series; index++) this.counts.forget(index);
  }
}
