import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import hdr from "hdr-histogram-js";
import { expect, test } from "vitest";
import { decodeCells, edgeOf } from "../../../src/metrics/histogram/cells.ts";
import { LatencyCounts } from "../../../src/metrics/histogram/counts.ts";
import { summarizePhase } from "../../../src/metrics/histogram/summary.ts";
import type { LatencySummary } from "../../../src/model/run/latency.ts";
import type { IntervalRecord, Series } from "../../../src/model/run/measurement.ts";
import { NOTHING_OPENED } from "../../../src/model/run/measurement.ts";
import { PhaseIntervals } from "../../../src/run/phase/intervals.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { labelsOf } from "../labels.ts";

const CONTEXT = { phase: "p", repetition: 1, startedAtMs: 1e12, matrix: {} };

const SERIES: readonly Series[] = [{ operation: "restore", metric: "service" }];
const DAY_NS = 24 * 3600e9;
const WIDTH_NS = 1e9;

/** As many latencies of each magnitude from 1 ns to 40 days. */
const latency = fc
  .double({ min: 0, max: 1, noNaN: true })
  .map((u) => Math.round((40 * DAY_NS) ** u));
const latencies = fc.array(latency, { minLength: 1, maxLength: 40 });

/** What a worker hands over for latencies, through the recorder's own counts. */
function recordOf(worker: number, values: readonly number[]): IntervalRecord {
  const counts = new LatencyCounts(1);
  for (const ns of values) counts.record(0, ns);
  return {
    worker,
    index: 0,
    widthNs: WIDTH_NS,
    operations: [values.length],
    bytes: [0],
    errors: [0],
    throttled: [0],
    opened: NOTHING_OPENED,
    latencies: [counts.take(0)],
  };
}

interface Stored {
  readonly summary: LatencySummary;
  readonly row: Readonly<Record<string, string>>;
  readonly logged: ReturnType<typeof decodeCells>;
}

/** Two workers' latencies through the time line and the store, and read back from its files. */
function stored(workers: readonly (readonly number[])[], chooses: boolean): Stored {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  try {
    const store = new RunStore(folder, labelsOf("run", 1e12));
    const timeLine = new PhaseIntervals(
      SERIES,
      workers.length,
      WIDTH_NS,
      (cell) => store.interval(cell, SERIES, CONTEXT),
      null,
      chooses,
    );
    for (const [worker, values] of workers.entries()) {
      timeLine.add(recordOf(worker, values));
      timeLine.finish(worker);
    }
    const totals = timeLine.total(chooses ? { from: 0, to: 1 } : null).chosen.result();
    const summary = summarizePhase(totals, WIDTH_NS)[0]?.latency;
    timeLine.close();
    store.close();
    const text = JSON.stringify(summary);
    const [header = "", line = ""] = read(folder, "intervals.csv").split("\n");
    const fields = line.split(",");
    const log = read(folder, "latency.hlog").split("\n");
    const encoded =
      log
        .find((one) => one.startsWith("Tag="))
        ?.split(",")
        .at(-1) ?? "";
    return {
      summary: JSON.parse(text),
      row: Object.fromEntries(header.split(",").map((name, at) => [name, fields[at] ?? ""])),
      logged: decodeCells(encoded),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, "run", name), "utf8");
}

test("from 1 ns to 40 days no percentile exceeds the maximum, in every stored file", () => {
  fc.assert(
    fc.property(fc.array(latencies, { minLength: 2, maxLength: 2 }), fc.boolean(), (both, part) => {
      const { summary, row, logged } = stored(both, part);
      const truth = both.flat();
      const { minNs, p50Ns, p90Ns, p95Ns, p99Ns, p999Ns, p9999Ns, maxNs } = summary;
      const inOrder = [minNs, p50Ns, p90Ns, p95Ns, p99Ns, p999Ns, p9999Ns, maxNs];
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
      expect(Math.abs(maxNs / Math.max(...truth) - 1)).toBeLessThanOrEqual(0.001);
      expect(summary).not.toHaveProperty("atLeastNs");
      expect(Number(row.latency_p50_ns)).toBeLessThanOrEqual(Number(row.latency_max_ns));
      expect(Number(row.latency_max_ns)).toBe(maxNs);
      const last = logged.cells.at(-1) ?? 0;
      expect([edgeOf(last), edgeOf(last + 1) - 1]).toSatisfy(
        ([low, high]: [number, number]) => low <= maxNs && maxNs <= high,
      );
      expect(logged.counts.reduce((sum, count) => sum + count, 0)).toBe(truth.length);
    }),
    { numRuns: 40 },
  );
});

test("a restore of 9.2 hours is 9.2 hours", () => {
  const { summary } = stored([Array.from({ length: 10 }, () => 9.2 * 3600e9)], false);
  for (const ns of [summary.p50Ns, summary.maxNs, summary.meanNs]) {
    expect(Math.abs(ns / (9.2 * 3600e9) - 1)).toBeLessThanOrEqual(0.001);
  }
});

test("a latency beyond 52 days is stored as a lower bound", () => {
  const { summary } = stored([[1e6, 60 * DAY_NS]], true);
  expect(summary.atLeastNs).toBe(2 ** 52 - 1);
});

test("a log of a version that held one hour is read alike", () => {
  hdr.initWebAssemblySync();
  const older = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3.6e12,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: true,
  });
  older.recordValue(1.5e12);
  let line = "";
  const writer = new hdr.HistogramLogWriter((text) => {
    line = text;
  });
  writer.outputIntervalHistogram(older, 0, 1, 1e6);
  const { cells, counts } = decodeCells(line.trim().split(",").at(-1) ?? "");
  expect([...counts]).toEqual([1]);
  expect(Math.abs(edgeOf(cells[0] ?? 0) / 1.5e12 - 1)).toBeLessThanOrEqual(0.001);
});
