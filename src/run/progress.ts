import type { PhaseSetup } from "../load/task.ts";
import {
  addHistogram,
  type LatencyHistogram,
  makeHistogram,
  resetHistogram,
} from "../metrics/histogram/histogram.ts";
import { operationsFor } from "../metrics/histogram/latency-figure.ts";
import { WHOLE } from "../model/plan/part.ts";
import { longestNs } from "../model/plan/plan.ts";
import type { Series } from "../model/run/measurement.ts";
import type { PhaseInterval } from "./phase/intervals.ts";
import type { RunRequest } from "./request.ts";
import type { Timing } from "./setup.ts";

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The part of a phase's setup that its progress depends on. */
export interface ProgressSetup
  extends Pick<PhaseSetup, "phase" | "intervalNs" | "perRate" | "part"> {
  readonly dataset: Pick<PhaseSetup["dataset"], "totalBytes" | "count">;
}

/** Turns closed intervals into progress events, one per rate of the phase (see `Intervals`). */
export class ProgressReporter {
  private readonly request: RunRequest;
  private readonly timing: Timing;
  private readonly setup: ProgressSetup;
  /** Service times since the last event, by series. */
  private readonly service = new Map<number, LatencyHistogram>();
  private since = { operations: 0, bytes: 0, widthNs: 0, intervals: 0 };
  private done = { operations: 0, bytes: 0, errors: 0 };

  constructor(request: RunRequest, timing: Timing, setup: ProgressSetup) {
    this.request = request;
    this.timing = timing;
    this.setup = setup;
  }

  add(cell: PhaseInterval, series: readonly Series[]): void {
    const { since, done } = this;
    const [operations, bytes] = [sumOf(cell.operations), sumOf(cell.bytes)];
    since.operations += operations;
    since.bytes += bytes;
    since.widthNs += cell.widthNs;
    done.operations += operations;
    done.bytes += bytes;
    done.errors += sumOf(cell.errors);
    for (const [index, { metric }] of series.entries()) {
      const histogram = cell.histograms[index];
      if (metric !== "service" || histogram === undefined) continue;
      const sum = this.service.get(index) ?? makeHistogram("total");
      this.service.set(index, sum);
      addHistogram(sum, histogram);
    }
    const { perRate = 1, intervalNs } = this.setup;
    // A shorter interval is the last one.
    if (++since.intervals >= perRate || cell.widthNs < intervalNs) this.report(cell);
  }

  /** Frees the histograms' memory. */
  close(): void {
    for (const histogram of this.service.values()) histogram.destroy();
  }

  private report(cell: PhaseInterval): void {
    const { request, timing, setup, since, done } = this;
    const perSecond = since.widthNs > 0 ? 1e9 / since.widthNs : 0;
    const slowest: number[] = [];
    for (const histogram of this.service.values()) {
      if (histogram.totalCount >= operationsFor(0.99)) {
        slowest.push(histogram.getValueAtPercentile(99));
      }
      resetHistogram(histogram);
    }
    this.since = { operations: 0, bytes: 0, widthNs: 0, intervals: 0 };
    request.events.progress({
      phase: timing.phase,
      repetition: timing.repetition,
      repetitions: repetitionsOf(request, timing),
      elapsedNs: cell.fromNs + cell.widthNs,
      totalNs: longestNs(timing.phase.limit),
      operationsPerSecond: since.operations * perSecond,
      bytesPerSecond: since.bytes * perSecond,
      p99Ns: slowest.length === 0 ? null : Math.max(...slowest),
      errors: done.errors,
      doneShare: doneShare(setup, { ...done, operations: done.operations + done.errors }),
    });
  }
}

/** Repetitions of a phase in its run; a point of a search is one of its own. */
export function repetitionsOf({ plan }: RunRequest, { pointOf }: Timing): number {
  return pointOf === undefined ? plan.repetitions : 1;
}

/**
 * Done share of this host's part of a planned count; null if time ends the phase. Operations that
 * failed count as well. Of passes over the dataset an estimate, by bytes if any are transferred.
 */
function doneShare(
  { phase, dataset, part = WHOLE }: ProgressSetup,
  done: { readonly operations: number; readonly bytes: number },
): number | null {
  const { limit } = phase;
  const operations = done.operations * part.hosts;
  const bytes = done.bytes * part.hosts;
  if (limit.kind === "operations") return Math.min(1, operations / limit.operations);
  if (limit.kind === "bytes") return Math.min(1, bytes / limit.bytes);
  if (limit.kind !== "epochs") return null;
  if (bytes > 0) return Math.min(1, bytes / (limit.epochs * dataset.totalBytes));
  return Math.min(1, operations / (limit.epochs * dataset.count));
}
