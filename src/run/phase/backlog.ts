import { type Growth, growthOf } from "../../metrics/statistics/series/growth.ts";
import type { Series } from "../../model/run/measurement.ts";
import type { BacklogGrowth } from "../../model/run/stability.ts";
import type { PhaseInterval } from "./intervals.ts";

/** Fields of an interval that the backlog depends on. */
export type Watched = Pick<
  PhaseInterval,
  "widthNs" | "operations" | "errors" | "opened" | "offered"
> & {
  /** By series. */
  readonly histograms: readonly { readonly totalCount: number; readonly mean: number }[];
};

/**
 * Watches whether the backlog of an open loop grows, by two series: scheduled operations that are
 * not done, and the mean response time of those that completed. By Little's law one is the other
 * times the rate. The first sees what does not complete at all; the second is finer where few
 * operations are in flight.
 */
export class BacklogSeries {
  private readonly responses: readonly number[];
  /** At the end of each interval, from the start of measuring. */
  private readonly undone: number[] = [];
  private readonly offered: number[] = [];
  /** Mean response time of each interval in which an operation completed, nanoseconds. */
  private readonly meanNs: number[] = [];
  private lengthNs = 0;

  constructor(series: readonly Series[]) {
    this.responses = series.flatMap(({ metric }, at) => (metric === "response" ? [at] : []));
  }

  closed({ widthNs, operations, errors, opened, offered, histograms }: Watched): void {
    const done = sumOf(operations) + sumOf(errors) + opened.dropped;
    this.lengthNs += widthNs;
    this.offered.push((this.offered.at(-1) ?? 0) + offered);
    this.undone.push((this.undone.at(-1) ?? 0) + offered - done);
    const found = this.responses.flatMap((at) => histograms[at] ?? []);
    const count = sumOf(found.map(({ totalCount }) => totalCount));
    const sum = sumOf(
      found.map(({ totalCount, mean }) => (totalCount === 0 ? 0 : totalCount * mean)),
    );
    if (count > 0) this.meanNs.push(sum / count);
  }

  /** Growth by the series with less random variation; null if both are too short. */
  growth(): BacklogGrowth | null {
    const offered = this.offered.at(-1) ?? 0;
    const perNs = this.lengthNs === 0 ? 0 : offered / this.lengthNs;
    const found = [
      ...scaled(growthOf(this.undone), 1, offered),
      ...scaled(growthOf(this.meanNs), perNs, offered),
    ];
    return found.sort((a, b) => a.chance - b.chance)[0] ?? null;
  }
}

function scaled(found: Growth | null, by: number, offered: number): readonly BacklogGrowth[] {
  if (found === null) return [];
  return [{ operations: found.growth * by, chance: found.reach * by, offered }];
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, one) => sum + one, 0);
}

/** Two neighboring intervals as one. */
export function joined(one: Watched | null, next: Watched): Watched {
  // Histograms are valid until the next interval only.
  const kept = next.histograms.map(({ totalCount, mean }) => ({ totalCount, mean }));
  if (one === null) return { ...next, histograms: kept };
  return {
    widthNs: one.widthNs + next.widthNs,
    operations: [sumOf(one.operations) + sumOf(next.operations)],
    errors: [sumOf(one.errors) + sumOf(next.errors)],
    opened: { ...next.opened, dropped: one.opened.dropped + next.opened.dropped },
    offered: one.offered + next.offered,
    histograms: kept.map(({ totalCount, mean }, at) => {
      const before = one.histograms[at] ?? { totalCount: 0, mean: 0 };
      const total = before.totalCount + totalCount;
      const sum =
        (before.totalCount === 0 ? 0 : before.totalCount * before.mean) +
        (totalCount === 0 ? 0 : totalCount * mean);
      return { totalCount: total, mean: total === 0 ? 0 : sum / total };
    }),
  };
}
