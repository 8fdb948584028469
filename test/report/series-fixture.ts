import { latencyFigure } from "../../src/metrics/histogram/latency-figure.ts";
import type { LatencyCurve, PhaseSeries, SeriesColumn } from "../../src/metrics/series/series.ts";
import type { LatencySummary } from "../../src/model/run/latency.ts";
import type { Run } from "../../src/model/run/run.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "./fixture.ts";

/** A repeatable stand-in for chance: numbers of 0 to below 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** Nearest-rank percentile of sorted values. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Summary of exact latencies, as a stored run has it. */
function summaryOf(latencies: readonly number[]): LatencySummary {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => rank(sorted, share);
  return {
    count: sorted.length,
    minNs: at(0),
    meanNs: sorted.reduce((sum, one) => sum + one, 0) / Math.max(1, sorted.length),
    standardDeviationNs: 0,
    p50Ns: at(0.5),
    p90Ns: at(0.9),
    p95Ns: at(0.95),
    p99Ns: at(0.99),
    p999Ns: at(0.999),
    p9999Ns: at(0.9999),
    maxNs: at(1),
  };
}

/** A curve of exact latencies. */
function curveOf(metric: LatencyCurve["metric"], latencies: readonly number[]): LatencyCurve {
  const sorted = latencies.toSorted((a, b) => a - b);
  const count = sorted.length;
  const shares = [0, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999];
  const kept = shares.filter((share) => share <= 1 - 1 / count);
  return {
    operation: "read",
    metric,
    count,
    points: kept.map((share) => ({ share, ns: rank(sorted, share) })),
  };
}

/** A column of a series with these latencies. */
function columnOf(
  fromS: number,
  latencies: readonly number[],
  more: Partial<SeriesColumn> = {},
): SeriesColumn {
  const rows = Map.groupBy(latencies, (ns) => Math.floor(Math.log10(ns) * 10 + 1e-9));
  const summary = summaryOf(latencies);
  return {
    fromS,
    widthS: 0.1,
    operations: latencies.length,
    bytes: latencies.length * 4096,
    errors: 0,
    throttled: 0,
    open: null,
    p50Ns: latencyFigure(summary, "p50").ns,
    p99Ns: latencies.length === 0 ? null : summary.p99Ns,
    maxNs: latencies.length === 0 ? null : summary.maxNs,
    cells: [...rows]
      .map(([row, found]) => [row, found.length] as const)
      .toSorted(([one], [other]) => one - other),
    stealShare: null,
    cpuWaitShare: null,
    deviceReadBytesPerSecond: null,
    deviceWriteBytesPerSecond: null,
    ...more,
  };
}

/** 400 operations per second of about 1 ms for 20 s; the storage stalls from 5.0 s to 5.8 s. */
function stallSeries(phase: string): {
  readonly series: PhaseSeries;
  readonly response: readonly number[];
  readonly service: readonly number[];
} {
  const next = chance(7);
  const columns: SeriesColumn[] = [];
  const response: number[] = [];
  const service: number[] = [];
  for (let at = 0; at < 200; at++) {
    const isStalled = at >= 50 && at < 58;
    const isAfter = at === 58;
    const count = isStalled ? 0 : isAfter ? 360 : 40;
    const latencies = Array.from({ length: count }, (_, index) => {
      const own = 1e6 * (1 + next() ** 8 * 30);
      const wait = isAfter ? Math.max(0, 800e6 - index * 2.5e6) : 0;
      service.push(isAfter && index < 8 ? 800e6 : own);
      response.push(own + wait);
      return own + wait;
    });
    const backlogMost = isStalled ? (at - 49) * 40 : 0;
    columns.push(
      columnOf(at / 10, latencies, {
        errors: at % 22 === 3 ? 1 : 0,
        throttled: at > 150 && at < 156 ? 4 : 0,
        open: {
          offered: 40,
          late: isAfter ? 320 : 0,
          dropped: 0,
          backlogMost,
          backlogEnd: backlogMost,
        },
        deviceReadBytesPerSecond: isStalled ? 0 : 1.6e6,
        stealShare: at > 100 && at < 130 ? 0.1 + next() / 10 : 0,
      }),
    );
  }
  const curves = [curveOf("response", response), curveOf("service", service)];
  return {
    series: { phase, repetition: 1, metric: "response", columns, curves },
    response,
    service,
  };
}

/** An open loop of 400 operations per second against a stall, as a stored run with its series. */
export function openLoopRun(): { readonly run: Run; readonly series: PhaseSeries } {
  const { series, response, service } = stallSeries("lookups");
  const phase = phasePlan("lookups");
  const latencies = { latency: summaryOf(service), response: summaryOf(response) };
  const all = summary("all", 400, 4096, 1e6, { ...latencies, operations: 8000, errors: 9 });
  const pauses = [1.2e9, 3.7e9].map((atNs) => ({ atNs, lengthNs: 60e6, readyShare: 0 }));
  const one = result(phase, [all], {
    elapsedNs: 20e9,
    intervalNs: 1e8,
    intervals: 200,
    openLoop: {
      offered: 8000,
      offeredPerSecond: 400,
      late: 320,
      dropped: 0,
      unissued: 0,
      backlogMost: 320,
      backlogAtEnd: 0,
      pacing: null,
    },
    harness: {
      watchedNs: 20e9,
      pauses: { count: 2, totalNs: 120e6, longestNs: 60e6, list: pauses },
      workers: [],
      stealShare: null,
      involuntarySwitches: 0,
      cores: 2,
      floor: null,
      bound: null,
    },
    stability: {
      warmup: { leftOutNs: 5e8, found: true },
      steady: null,
      trend: null,
      change: null,
      done: null,
    },
  });
  return { run: run("open-loop", VOLUME, plan("open-loop", [phase]), [one]), series };
}
