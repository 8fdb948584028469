import type {
  HistogramCounts,
  TimeSeries,
  TimeSeriesSource,
} from "../../src/metrics/histogram/time-series.ts";
import { levelChanges } from "../../src/metrics/statistics/series/levels.ts";
import type { Operation } from "../../src/model/plan/operation.ts";
import type { PhasePlan } from "../../src/model/plan/plan.ts";
import { Random } from "../../src/model/random/random.ts";
import type { ClientBound, HarnessRecord } from "../../src/model/run/harness.ts";
import type { LatencySummary } from "../../src/model/run/latency.ts";
import type { PhaseResult, Run, Warning } from "../../src/model/run/run.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { cellCounts, cellOf, normal } from "../metrics/statistics/noise.ts";
import { phasePlan, plan, result, run, summary } from "../report/fixture.ts";
import type { RunNoise } from "./run-noise.ts";

/** A phase and the simulated results of storage with known performance. */
export interface Made {
  readonly name?: string;
  readonly operations?: readonly Operation[];
  readonly plan?: Partial<PhasePlan>;
  readonly seconds: number;
  /** Operations per second, by second. */
  readonly rate: number | ((second: number) => number);
  /** Median service time (default: by Little's law); `spread`: deviation of its logarithm. */
  readonly medianNs?: number;
  readonly spread?: number;
  /** Share of operations that take a hundred times as long. */
  readonly slowShare?: number;
  readonly repetitions?: number;
  /** Deviation of the rate's logarithm between repetitions, and between intervals of one. */
  readonly between?: number;
  /** Deviations of the repetitions from the level, in `between`; absent: independent, normal. */
  readonly noise?: RunNoise;
  readonly inside?: number;
  readonly cachedShare?: number | null;
  /** Share of operations that fail. */
  readonly failedShare?: number;
  readonly bound?: ClientBound;
  readonly warnings?: readonly Warning[];
  readonly more?: Partial<PhaseResult>;
}

/** A run of made-up storage, with its time lines. */
export interface MadeRun {
  readonly run: Run;
  readonly lines: ReadonlyMap<string, TimeSeries>;
}

const SAMPLES = 20;

/** As in real runs, long phases have wide intervals. */
function intervalOf({ seconds }: Made): number {
  return seconds > 60 ? 1e9 : 1e8;
}

/** Phases on a target, in order; the same seed gives the same run. */
export function madeRun(
  target: TargetSpec,
  phases: readonly Made[],
  { seed = 1, id = `run-${seed}`, ...more }: { seed?: number; id?: string } & Partial<Run> = {},
): MadeRun {
  const random = new Random(seed);
  const lines = new Map<string, TimeSeries>();
  const plans = phases.map(planOf);
  const results = phases.flatMap((made, at) => {
    const planned = plans[at] ?? phasePlan("phase");
    const repetitions = made.repetitions ?? 1;
    const deviations = made.noise?.(repetitions, random);
    return Array.from({ length: repetitions }, (_, index) => {
      const deviation = deviations === undefined ? normal(random) : (deviations[index] ?? 0);
      const line = lineOf(made, planned, deviation, random);
      lines.set(`${planned.name}#${index + 1}`, line);
      return resultOf(made, planned, line, index + 1);
    });
  });
  const planned = plan("made", plans);
  return { run: run(id, target, planned, results, more), lines };
}

/** The time lines of several runs. */
export function linesOf(made: readonly MadeRun[]): TimeSeriesSource {
  return (runId, phase, repetition) =>
    made.find((one) => one.run.id === runId)?.lines.get(`${phase}#${repetition}`) ?? null;
}

function planOf(made: Made, index: number): PhasePlan {
  const operations = made.operations ?? ["read"];
  return phasePlan(made.name ?? `phase-${index + 1}`, {
    mix: operations.map((operation) => ({ operation, weight: 1 })),
    limit: { kind: "duration", durationNs: made.seconds * 1e9 },
    ...made.plan,
  });
}

function lineOf(made: Made, planned: PhasePlan, deviation: number, random: Random): TimeSeries {
  const level = Math.exp((made.between ?? 0.005) * deviation);
  const widthNs = intervalOf(made);
  const intervals = Math.round((made.seconds * 1e9) / widthNs);
  const operations = new Float64Array(intervals);
  const service: HistogramCounts[] = [];
  for (let at = 0; at < intervals; at++) {
    const second = (at * widthNs) / 1e9;
    const asked = typeof made.rate === "number" ? made.rate : made.rate(second);
    const rate = asked * level * (1 + (made.inside ?? 0.01) * normal(random));
    const count = Math.max(0, Math.round((rate * widthNs) / 1e9));
    operations[at] = count;
    service.push(latencies(made, planned, rate, count, random));
  }
  return {
    widthsNs: operations.map(() => widthNs),
    operations,
    bytes: operations.map((count) => count * planned.blockBytes),
    latencies: { service },
  };
}

function latencies(
  made: Made,
  { workers, queueDepth }: PhasePlan,
  rate: number,
  count: number,
  random: Random,
): HistogramCounts {
  const median = made.medianNs ?? (workers * queueDepth * 1e9) / Math.max(1, rate);
  const counts = new Map<number, number>();
  const samples = Math.min(SAMPLES, count);
  for (let at = 0; at < samples; at++) {
    const slow = random.unit() < (made.slowShare ?? 0) ? 100 : 1;
    const cell = cellOf(median * slow * Math.exp((made.spread ?? 0.1) * normal(random)));
    counts.set(cell, (counts.get(cell) ?? 0) + count / samples);
  }
  return cellCounts(counts);
}

function resultOf(
  made: Made,
  planned: PhasePlan,
  line: TimeSeries,
  repetition: number,
): PhaseResult {
  const all = line.operations.reduce((sum, count) => sum + count, 0);
  const rate = all / made.seconds;
  const times = summaryOf(line.latencies.service ?? []);
  const measured = summary("all", rate, planned.blockBytes, times.p50Ns, {
    operations: all,
    bytes: all * planned.blockBytes,
    errors: Math.round(all * (made.failedShare ?? 0)),
    latency: times,
    firstByte: times,
  });
  const widthNs = intervalOf(made);
  const rates = [...line.operations].map((count) => (count * 1e9) / widthNs);
  const { change, levels } = levelChanges(rates);
  const base = result(planned, [measured]);
  const reads = planned.mix.every(({ operation }) => operation !== "write");
  return {
    ...base,
    repetition,
    elapsedNs: made.seconds * 1e9,
    intervalNs: widthNs,
    intervals: line.operations.length,
    stability: {
      warmup: null,
      steady: null,
      trend: null,
      done: null,
      ...(levels === null
        ? {}
        : {
            levels: levels.map(({ from, value }) => ({
              fromNs: from * widthNs,
              perSecond: value,
            })),
          }),
      change:
        change === null
          ? null
          : {
              atNs: change.at * widthNs,
              beforePerSecond: change.before,
              afterPerSecond: change.after,
              p: change.p,
            },
    },
    cache: {
      ...base.cache,
      logicalReadBytes: reads ? measured.bytes : 0,
      logicalWriteBytes: reads ? 0 : measured.bytes,
      servedFromCacheShare: made.cachedShare === undefined ? 0 : made.cachedShare,
      // Rates are made up, and the times that follow from them may be as short as memory's.
      memoryFastShare: 0,
      servedFromCacheShareLow: made.cachedShare ?? 0,
      servedFromCacheShareHigh: made.cachedShare === null ? 1 : (made.cachedShare ?? 0),
    },
    harness: { ...HARNESS, bound: made.bound ?? null },
    warnings: made.warnings ?? [],
    ...made.more,
  };
}

/** A load generator that nothing disturbed. */
export const HARNESS: HarnessRecord = {
  watchedNs: 1e10,
  pauses: null,
  workers: [],
  stealShare: 0,
  involuntarySwitches: 0,
  cores: 8,
  floor: null,
  bound: null,
};

/** The summary of a histogram, from its counts. */
function summaryOf(intervals: readonly (HistogramCounts | null)[]): LatencySummary {
  const pairs = intervals.flatMap((one) =>
    [...(one?.cells ?? [])].map((cell, at) => [middleOf(cell), one?.counts[at] ?? 0] as const),
  );
  pairs.sort(([a], [b]) => a - b);
  const count = pairs.reduce((sum, [, n]) => sum + n, 0);
  const at = (share: number): number => {
    let below = 0;
    for (const [ns, n] of pairs) {
      below += n;
      if (below >= share * count) return ns;
    }
    return 0;
  };
  const meanNs = pairs.reduce((sum, [ns, n]) => sum + ns * n, 0) / Math.max(1, count);
  return {
    count,
    minNs: pairs[0]?.[0] ?? 0,
    meanNs,
    standardDeviationNs: 0,
    p50Ns: at(0.5),
    p90Ns: at(0.9),
    p95Ns: at(0.95),
    p99Ns: at(0.99),
    p999Ns: at(0.999),
    p9999Ns: at(0.9999),
    maxNs: pairs.at(-1)?.[0] ?? 0,
  };
}

function middleOf(cell: number): number {
  const shift = Math.max(0, Math.floor(cell / 1024) - 1);
  return (cell - shift * 1024 + 0.5) * 2 ** shift;
}
