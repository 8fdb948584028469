// @module-tag system
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { latencyFigure } from "../../../src/metrics/histogram/latency-figure.ts";
import type { PhaseSeries } from "../../../src/metrics/series/series.ts";
import type { PhaseResult, Run } from "../../../src/model/run/run.ts";
import { readRun } from "../../../src/run/store/read.ts";
import { readSeries } from "../../../src/run/store/read-series.ts";
import { readIntervals } from "../support.ts";
import { virtualRun } from "../virtual/virtual.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../results/examples");
const OLDER = resolve(import.meta.dirname, "../../report/older-runs");

function firstOf(folder: string, run: Run): PhaseSeries {
  const { phases, problem } = readSeries(folder, run);
  expect(problem).toBeNull();
  return phases[0] ?? expect.fail("no series");
}

function expectSame(result: PhaseResult, series: PhaseSeries | undefined): void {
  const { summaries } = result;
  expect(series).toMatchObject({ phase: result.phase.name, repetition: result.repetition });
  for (const curve of series?.curves ?? []) {
    const single = summaries.length === 1;
    const summary = single ? summaries[0] : summaries.find((s) => s.operation === curve.operation);
    const latency = curve.metric === "response" ? summary?.response : summary?.latency;
    expect(curve.count).toBe(latency?.count);
    const points = new Map(curve.points.map(({ share, ns }) => [share, ns]));
    for (const [share, statistic] of [
      [0.5, "p50"],
      [0.9, "p90"],
      [0.95, "p95"],
      [0.99, "p99"],
      [0.999, "p99.9"],
      [0.9999, "p99.99"],
    ] as const) {
      expect(points.get(share) ?? null).toBe(latencyFigure(latency, statistic).ns);
    }
  }
}

test("series of stored runs, older ones too, equal run.json and intervals.csv", async () => {
  let curves = 0;
  for (const kept of [EXAMPLES, OLDER]) {
    for (const name of readdirSync(kept).filter((one) => /^\d{8}-/.test(one))) {
      const { run, folder } = await readRun(join(kept, name), kept);
      const { phases, problem } = readSeries(folder, run, { hasColumns: () => true });
      expect(problem).toBeNull();
      const rows = readIntervals(folder);
      for (const [index, result] of run.phases.entries()) {
        const series = phases[index] ?? expect.fail();
        expectSame(result, series);
        curves += series.curves.length;
        const sum = (of: "operations" | "bytes" | "errors") =>
          series.columns.reduce((total, column) => total + column[of], 0);
        expect(sum("operations")).toBe(result.summaries[0]?.operations);
        expect(sum("bytes")).toBe(result.summaries[0]?.bytes);
        const own = rows.filter(
          (row) => row.phase === result.phase.name && row.repetition === String(result.repetition),
        );
        if (result.phase.mix.length > 1) continue;
        expect(series.columns).toHaveLength(own.length);
        for (const [at, { p50Ns, p99Ns, maxNs }] of series.columns.entries()) {
          const row = own[at] ?? expect.fail();
          // Older versions stored a p99 of fewer than 100 operations, too.
          for (const [ns, of, least] of [
            [p50Ns, "p50", 2],
            [p99Ns, "p99", 100],
            [maxNs, "max", 1],
          ] as const) {
            const isEnough = Number(row.operations) >= least;
            expect(`${ns ?? ""}`).toBe(isEnough ? row[`latency_${of}_ns`] : "");
          }
        }
      }
    }
  }
  expect(curves).toBeGreaterThan(50);
});

test.each([
  ["closed", "latency=1ms", "duration: 3s"],
  ["warmup: auto", "latency=1ms,stall=1s@0s", "warmup: auto, duration: 5s"],
  [
    "open",
    "latency=1ms,stall=500ms@1s",
    "rate: { offered: 300/s, arrivals: poisson }, queueDepth: 8, duration: 3s",
  ],
  ["drained", "latency=300ms,stall=1s@0s", "queueDepth: 8, warmup: auto, duration: 8s"],
])("curves equal the summaries of what is reported: %s", async (_, behaviour, phase) => {
  const { run, folder } = await virtualRun({ behaviour, phases: [phase] });
  const [result = expect.fail()] = run.phases;
  const series = firstOf(folder, run);
  expectSame(result, series);
  const whole = readIntervals(folder).reduce((sum, row) => sum + Number(row.operations), 0);
  expect(series.columns.reduce((sum, { operations }) => sum + operations, 0)).toBe(whole);
});

test("series of the points of a search are those of phases", async () => {
  const { run, folder } = await virtualRun({
    behaviour: "latency=1ms",
    phases: [
      "find: { slo: response.p99 < 5ms, from: 100/s, to: 3000/s, precision: 20% }, duration: 2s",
    ],
  });
  expect(run.phases.length).toBeGreaterThan(3);
  const { phases } = readSeries(folder, run);
  expect(phases).toHaveLength(run.phases.length);
  for (const [index, result] of run.phases.entries()) expectSame(result, phases[index]);
});
