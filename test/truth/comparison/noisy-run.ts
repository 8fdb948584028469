import type { TimeSeries } from "../../../src/metrics/histogram/time-series.ts";
import { Random } from "../../../src/model/random/random.ts";
import type { LatencySummary } from "../../../src/model/run/latency.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { autoregressive, cellCounts, cellOf, normal } from "../../metrics/statistics/noise.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";
import { RUN_NOISES, type RunNoise } from "../run-noise.ts";

/** How a made-up storage behaves. */
export interface Behaviour {
  /** Factor of the rate, and divisor of the latencies. */
  readonly speed: number;
  /** Deviation of the logarithm from repetition to repetition: 0.03 is what quiet machines have. */
  readonly betweenRuns: number;
  readonly phases: number;
  readonly repetitions: number;
  /** How repetitions differ; absent: independent and normal. */
  readonly noise?: RunNoise;
}

/** Intervals of a repetition, and how much one resembles the next. */
const INTERVALS = 60;
const RESEMBLANCE = 0.6;
const INSIDE = 0.08;

/**
 * A run whose repetitions differ as those of real storage do: a level of each repetition's own
 * (lognormal), intervals around it that resemble their neighbours, and percentiles the noisier the
 * further out they lie. Rate and latencies of a repetition share its level.
 */
export function noisyRun(id: string, behaviour: Behaviour, random: Random): Run {
  return runOf(id, behaviour, random, deviationsOf(behaviour, behaviour.repetitions, random));
}

/** Deviations of the repetitions of each phase. */
function deviationsOf(
  { phases, noise = RUN_NOISES.independent }: Behaviour,
  length: number,
  random: Random,
): readonly (readonly number[])[] {
  return Array.from({ length: phases }, () => noise(length, random));
}

/**
 * Runs of one repetition each that took turns, A B B A, on one storage whose noise goes on from run
 * to run. `speeds`: times the rate of the others, by side.
 */
export function noisyTurns(
  behaviour: Behaviour,
  speeds: readonly [number, number],
  random: Random,
): readonly Run[] {
  const rounds = behaviour.repetitions;
  const deviations = deviationsOf(behaviour, 2 * rounds, random);
  return Array.from({ length: 2 * rounds }, (_, at) => {
    const [round, second] = [Math.floor(at / 2), at % 2];
    const side = round % 2 === 0 ? second : 1 - second;
    const own = { ...behaviour, speed: behaviour.speed * (speeds[side] ?? 1), repetitions: 1 };
    const here = deviations.map((phase) => phase.slice(at, at + 1));
    const made = runOf(side === 0 ? "first" : "other", own, random, here);
    const startedAt = new Date(Date.UTC(2026, 10, 20, 12, at)).toISOString();
    return { ...made, id: `${made.id}-${round}`, startedAt };
  });
}

function runOf(
  id: string,
  behaviour: Behaviour,
  random: Random,
  deviations: readonly (readonly number[])[],
): Run {
  const phases = Array.from({ length: behaviour.phases }, (_, at) => phasePlan(`phase-${at + 1}`));
  const planned = plan("noisy", phases, { repetitions: behaviour.repetitions });
  const results = phases.flatMap((phase, at) =>
    Array.from({ length: behaviour.repetitions }, (_, repetition) => {
      const deviation = deviations[at]?.[repetition] ?? 0;
      const level = behaviour.speed * Math.exp(behaviour.betweenRuns * deviation);
      const inside = autoregressive(INTERVALS, RESEMBLANCE, random);
      const mean = inside.reduce((sum, value) => sum + value, 0) / INTERVALS;
      const rate = 5000 * 2 ** at * level * (1 + INSIDE * mean);
      const measured = summary("all", rate, 4096, 0, { latency: latencies(level, random) });
      return result(phase, [measured], { repetition: repetition + 1 });
    }),
  );
  return run(id, { ...VOLUME, name: id }, planned, results);
}

function latencies(level: number, random: Random): LatencySummary {
  const at = (ns: number, noise: number): number =>
    Math.round((ns / level) * Math.exp(noise * normal(random)));
  const p50Ns = at(800_000, 0.01);
  return {
    count: 50_000,
    minNs: at(400_000, 0.02),
    meanNs: p50Ns * 1.1,
    standardDeviationNs: p50Ns * 0.4,
    p50Ns,
    p90Ns: at(1.4e6, 0.02),
    p95Ns: at(1.8e6, 0.03),
    p99Ns: at(3.2e6, 0.05),
    p999Ns: at(9e6, 0.12),
    p9999Ns: at(2e7, 0.2),
    maxNs: at(4e7, 0.3),
  };
}

/** Operations of an interval. */
const OPERATIONS = 400;

/**
 * A time line of which neighbouring intervals resemble each other in rate and in latency: lognormal
 * latencies around 800 us times the interval's own level.
 */
export function noisyLine(random: Random): TimeSeries {
  const levels = autoregressive(INTERVALS, RESEMBLANCE, random).map((one) => 1 + INSIDE * one);
  const service = levels.map((level) => {
    const counts = new Map<number, number>();
    for (let i = 0; i < OPERATIONS; i++) {
      const cell = cellOf((800_000 / level) * Math.exp(0.4 * normal(random)));
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    return cellCounts(counts);
  });
  const operations = Float64Array.from(levels, (level) => OPERATIONS * level);
  return {
    widthsNs: Float64Array.from(levels, () => 1e8),
    operations,
    bytes: operations.map((count) => count * 4096),
    latencies: { service },
  };
}

/** A run of one repetition whose summary matches its time series. */
export function withNumbersOf(run: Run, line: TimeSeries | undefined): Run {
  if (line === undefined) return run;
  const all: number[] = [];
  for (const interval of line.latencies.service ?? []) {
    for (const [at, cell] of (interval?.cells ?? []).entries()) {
      const shift = Math.max(0, Math.floor(cell / 1024) - 1);
      const ns = (cell - shift * 1024 + 0.5) * 2 ** shift;
      for (let i = 0; i < (interval?.counts[at] ?? 0); i++) all.push(ns);
    }
  }
  const sorted = Float64Array.from(all).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const seconds = line.widthsNs.reduce((sum, width) => sum + width, 0) / 1e9;
  const rate = line.operations.reduce((sum, count) => sum + count, 0) / seconds;
  const [planned] = run.plan.phases;
  if (planned === undefined) return run;
  const latency = { ...latencies(1, new Random(1)), p50Ns: at(0.5), p99Ns: at(0.99) };
  const measured = summary("all", rate, 4096, 0, { latency: { ...latency, p999Ns: at(0.999) } });
  return { ...run, phases: [result(planned, [measured])] };
}
