import { CellCounts } from "../../metrics/histogram/cell-counts.ts";
import { summarizeCells } from "../../metrics/histogram/cell-summary.ts";
import { CellList } from "../../metrics/histogram/packed.ts";
import { TotalsHash } from "../../metrics/histogram/totals-hash.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import { DRAIN, type Series } from "../../model/run/measurement.ts";
import type { MemberRecord } from "../phase/pending-interval.ts";

const NOTHING = { operations: 0, bytes: 0, errors: 0, drained: 0, throttled: 0, unfinished: 0 };

/** Sums of one host over all of its intervals, whichever part of the phase is reported. */
export class HostTotals {
  private readonly series: readonly Series[];
  private readonly mix: readonly Series["operation"][];
  private readonly sums: { -readonly [Count in keyof typeof NOTHING]: number }[];
  /** By series. */
  private readonly cells: readonly CellCounts[];
  /** Operations scheduled in an open loop. */
  offered = 0;
  /** End of the last interval, nanoseconds from the start of measuring. */
  endNs = 0;
  private since = { operations: 0, widthNs: 0 };
  private recent: number | null = null;

  constructor(series: readonly Series[]) {
    this.series = series;
    this.mix = [...new Set(series.map(({ operation }) => operation))];
    this.sums = this.mix.map(() => ({ ...NOTHING }));
    this.cells = series.map(() => new CellCounts());
  }

  add(record: MemberRecord): void {
    const isDrain = record.index === DRAIN;
    for (const [position, sum] of this.sums.entries()) {
      const operations = record.operations[position] ?? 0;
      if (isDrain) sum.drained += operations;
      else {
        sum.operations += operations;
        sum.bytes += record.bytes[position] ?? 0;
        this.since.operations += operations;
      }
      sum.errors += record.errors[position] ?? 0;
      sum.throttled += record.throttled[position] ?? 0;
      sum.unfinished += record.unfinished?.[position] ?? 0;
    }
    this.offered += record.offered ?? 0;
    this.endNs += record.widthNs;
    this.since.widthNs += record.widthNs;
    // Rates of less than a second depend on the scheduler.
    if (this.since.widthNs >= 0.999e9) {
      this.recent = (this.since.operations * 1e9) / this.since.widthNs;
      this.since = { operations: 0, widthNs: 0 };
    }
    for (const [series, one] of record.latencies.entries()) {
      if (one instanceof CellList) this.cells[series]?.add(one);
    }
  }

  /** Sum over the operations of the mix. */
  sum(count: keyof typeof NOTHING): number {
    return this.sums.reduce((total, sum) => total + sum[count], 0);
  }

  /** Operations per second in its last second; null before the first. */
  get recentPerSecond(): number | null {
    return this.recent;
  }

  /** Latencies of all operations together; null if there are none. */
  latency(metric: Series["metric"]): LatencySummary | null {
    const found = this.cells.filter((_, index) => this.series[index]?.metric === metric);
    const [first, ...others] = found;
    if (first === undefined) return null;
    if (others.length === 0) return summarizeCells(first);
    const all = new CellCounts();
    const list = new CellList();
    for (const one of found) {
      list.fill(one);
      all.add(list);
    }
    return summarizeCells(all);
  }

  /** SHA-256 of the totals, as the host computes it itself. `list`: room for one series. */
  hash(list: CellList): string {
    const hash = new TotalsHash();
    for (const [position, operation] of this.mix.entries()) {
      hash.sums(operation, this.sums[position] ?? NOTHING);
    }
    for (const [index, series] of this.series.entries()) {
      const cells = this.cells[index];
      if (cells === undefined) continue;
      list.fill(cells);
      hash.series(series, list);
    }
    return hash.digest();
  }
}
