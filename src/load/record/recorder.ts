/**
 * Counts of a worker: completions (this file), intervals for the main thread (`outbox.ts`), and its
 * CPU time and pauses (`own-time.ts`). Nothing here issues operations or ends a phase.
 */
import { CELLS_EACH } from "../../metrics/histogram/cells.ts";
import { LatencyCounts } from "../../metrics/histogram/counts.ts";
import {
  DRAIN,
  type IntervalRecord,
  NOTHING_OPENED,
  type Series,
} from "../../model/run/measurement.ts";
import { type Columns, columnsOf, endOf, type Grid, type Timed } from "./columns.ts";

/** Index during the warm-up, whose completions are discarded. */
const WARM_UP = -2;

/**
 * Counts completions in the interval of their completion. A closed interval is passed on
 * immediately, so that memory does not grow with the length of a run.
 */
export class Recorder {
  /** Time at which the loop must call {@link cross}, milliseconds. */
  boundaryMs: number;
  /** Whether operations may be issued. */
  open = true;
  /** Time of the last completion, set by the loop; it ends a phase with a count. */
  lastMs: number;
  /** End of the phase, set by the recorder when nothing more may be issued. */
  endedMs: number;
  /** Called with the end of an interval before it is passed on; returns the claims in it. */
  onClose: ((endMs: number) => IntervalRecord["claims"]) | null = null;
  private readonly grid: { -readonly [Field in keyof Grid]: Grid[Field] };
  private readonly columns: Columns;
  private readonly emit: (record: Omit<IntervalRecord, "worker">) => void;
  /** Called at the end of the warm-up. */
  private readonly onMeasuring: () => void;
  private readonly counts: LatencyCounts;
  private readonly series: number;
  private readonly operations: Float64Array;
  private readonly bytes: Float64Array;
  private readonly errors: Float64Array;
  private readonly throttles: Float64Array;
  /** By operation index; created for the first operation that never completes. */
  private unfinished: number[] | null = null;
  /** Open loop: late and dropped operations, and the maximum backlog. */
  private readonly opened = { ...NOTHING_OPENED };
  /** Current interval, {@link WARM_UP} or {@link DRAIN}. */
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
    this.boundaryMs = warming ? grid.fromMs : endOf(grid, 0);
  }

  /** False during the warm-up. */
  get measuring(): boolean {
    return this.index !== WARM_UP;
  }

  /** Counts a completed operation; a negative result is an error without latency. */
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

  /** Records an additional time of an operation; ignored without such a series. */
  timed(metric: Timed, code: number, latencyMs: number): void {
    const series = this.columns.timedOf[metric][code] ?? -1;
    if (series >= 0) this.counts.record(series, latencyMs * 1e6);
  }

  /** Records the stages of an operation, whose series are consecutive; ignored without them. */
  staged(code: number, timesNs: Float64Array): void {
    const first = this.columns.timedOf.open[code] ?? -1;
    if (first >= 0) this.counts.recordEach(first, timesNs);
  }

  /** Counts a throttled request. */
  throttled(code: number): void {
    const position = this.columns.positionOf[code] ?? 0;
    this.throttles[position] = (this.throttles[position] ?? 0) + 1;
  }

  /**
   * Counts an operation that is incomplete at the end of the drain; its age is a lower bound of its
   * latency.
   */
  neverCompleted(code: number, ageMs: number): void {
    this.countUnfinished(code);
    this.recordAtLeast(this.columns.serviceOf[code] ?? 0, ageMs);
  }

  /** Counts an incomplete sync of an operation's data, an error of that operation. */
  neverSynced(code: number, ageMs: number): void {
    this.countUnfinished(code);
    this.atLeast("sync", code, ageMs);
  }

  /** Records a lower bound of an unfinished time; ignored without such a series. */
  atLeast(metric: Timed, code: number, ageMs: number): void {
    const series = this.columns.timedOf[metric][code] ?? -1;
    if (series >= 0) this.recordAtLeast(series, ageMs);
  }

  private recordAtLeast(series: number, ageMs: number): void {
    // A percentile is the highest latency of its cell: a lower bound must not exceed the time.
    this.counts.recordAtLeast(series, ageMs * 1e6 * (1 - 1 / CELLS_EACH));
  }

  private countUnfinished(code: number): void {
    this.unfinished ??= Array.from({ length: this.columns.count }, () => 0);
    const position = this.columns.positionOf[code] ?? 0;
    this.unfinished[position] = (this.unfinished[position] ?? 0) + 1;
  }

  /** Counts a scheduled operation without a free slot. */
  late(): void {
    this.opened.late++;
  }

  /**
   * Counts an operation that is dropped because the backlog is full; its wait is a lower bound of
   * its response time.
   */
  dropped(code: number, waitedMs: number): void {
    this.opened.dropped++;
    this.atLeast("response", code, waitedMs);
  }

  /** Records the size of the backlog. */
  backlog(waiting: number): void {
    if (waiting > this.opened.backlogMost) this.opened.backlogMost = waiting;
  }

  /** End of measurement; Infinity if a count ends the phase. */
  get toMs(): number {
    return this.grid.toMs;
  }

  /** Records a sync of an operation's data: not part of a rate, but an error if it fails. */
  synced(code: number, latencyMs: number, result: number): void {
    if (result < 0) {
      const position = this.columns.positionOf[code] ?? 0;
      this.errors[position] = (this.errors[position] ?? 0) + 1;
    } else this.timed("sync", code, latencyMs);
  }

  /** Closes intervals that ended by `nowMs`; after the deadline the drain begins. */
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
      this.boundaryMs = endOf(this.grid, this.index);
    }
  }

  /** Moves the deadline to an earlier time; if that is past, to the last completion. */
  endBy(deadlineMs: number): void {
    const { grid } = this;
    if (!this.open || deadlineMs >= grid.toMs) return;
    const fromMs = grid.fromMs + Math.max(0, this.index) * grid.intervalMs;
    grid.toMs = Math.min(grid.toMs, Math.max(deadlineMs, fromMs, this.lastMs));
    if (this.index !== WARM_UP) this.boundaryMs = endOf(this.grid, this.index);
  }

  /** Ends the phase immediately: later completions belong to the drain. */
  end(nowMs: number): void {
    this.cross(nowMs);
    if (!this.open) return;
    if (this.index === WARM_UP) this.clear();
    else this.flush(nowMs);
    this.beginDrain(nowMs);
  }

  /** Passes on the last interval; returns the measured time, nanoseconds. */
  finish(): number {
    // A count ended the phase: operations in flight at the last issue belong to it.
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

  private flush(toMs: number): void {
    const fromMs = this.grid.fromMs + this.index * this.grid.intervalMs;
    const claims = this.index === DRAIN ? undefined : this.onClose?.(toMs);
    this.emit({
      index: this.index,
      widthNs: this.index === DRAIN ? 0 : Math.max(0, Math.round((toMs - fromMs) * 1e6)),
      operations: [...this.operations],
      bytes: [...this.bytes],
      errors: [...this.errors],
      throttled: [...this.throttles],
      opened: { ...this.opened },
      latencies: Array.from({ length: this.series }, (_, index) => this.counts.take(index)),
      ...(claims === undefined ? {} : { claims }),
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
