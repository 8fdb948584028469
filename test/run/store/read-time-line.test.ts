// @module-tag system
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readMeasure } from "../../../src/claim/evidence/measure.ts";
import { decodeCells, edgeOf } from "../../../src/metrics/histogram/cells.ts";
import type { HistogramCounts, TimeSeries } from "../../../src/metrics/histogram/time-series.ts";
import type { ClaimMeasure } from "../../../src/model/claim/claim.ts";
import type { Summary } from "../../../src/model/run/run.ts";
import { readRun, type StoredRun } from "../../../src/run/store/read.ts";
import { timeLinesOf } from "../../../src/run/store/read-time-line.ts";
import { scratch } from "../../storage/support.ts";
import { virtualRun } from "../virtual/virtual.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../results/examples");
const folders = readdirSync(EXAMPLES).filter((name) => /^\d{8}-/.test(name));

function sum(values: Float64Array | undefined): number {
  return values?.reduce((all, value) => all + value, 0) ?? 0;
}

function all(line: TimeSeries | null, of: "service" | "firstByte"): readonly HistogramCounts[] {
  return (line?.latencies[of] ?? []).flatMap((interval) => interval ?? []);
}

/** The largest value of the cell below which a share of all counts lies. */
function percentile(intervals: readonly HistogramCounts[], share: number): number {
  const counts = new Map<number, number>();
  for (const { cells, counts: of } of intervals) {
    for (const [at, cell] of cells.entries())
      counts.set(cell, (counts.get(cell) ?? 0) + (of[at] ?? 0));
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = sorted.reduce((all, [, count]) => all + count, 0);
  let below = 0;
  for (const [cell, count] of sorted) {
    below += count;
    if (below >= share * total) return edgeOf(cell + 1) - 1;
  }
  return Number.NaN;
}

function expectSame(line: TimeSeries | null, summary: Summary, elapsedNs: number): void {
  expect(sum(line?.operations)).toBe(summary.operations);
  expect(sum(line?.bytes)).toBe(summary.bytes);
  expect(Math.abs(sum(line?.widthsNs) / elapsedNs - 1)).toBeLessThan(0.01);
  const service = all(line, "service");
  const count = service.reduce((total, { counts }) => total + sum(counts), 0);
  expect(count).toBe(summary.latency?.count ?? 0);
  if (summary.latency !== null) {
    expect(percentile(service, 0.5)).toBe(summary.latency.p50Ns);
    expect(percentile(service, 0.99)).toBe(summary.latency.p99Ns);
  }
  if (summary.firstByte !== null) {
    expect(percentile(all(line, "firstByte"), 0.99)).toBe(summary.firstByte.p99Ns);
  }
}

describe("time lines of stored runs", () => {
  test("add up to what is in their summaries, operation by operation", async () => {
    let several = 0;
    for (const name of folders) {
      const stored = await readRun(join(EXAMPLES, name), EXAMPLES);
      const timeLines = timeLinesOf([stored]);
      for (const { phase, repetition, summaries, elapsedNs } of stored.run.phases) {
        if (summaries.length > 1) several++;
        for (const summary of summaries) {
          const line = timeLines(stored.run.id, phase.name, repetition, summary.operation);
          expectSame(line, summary, elapsedNs);
        }
      }
    }
    expect(several).toBeGreaterThan(0);
  });

  test("are none without their files, of another run, or of a log that is damaged", async () => {
    const [name = ""] = folders;
    const copy = join(scratch(), "run");
    cpSync(join(EXAMPLES, name), copy, { recursive: true });
    const stored: StoredRun = await readRun(copy, "");
    const phase = stored.run.plan.phases[0]?.name ?? "";
    const find = (id: string) => timeLinesOf([stored])(id, phase, 1, "all");
    expect(find(stored.run.id)).not.toBeNull();
    expect(find("another")).toBeNull();
    expect(timeLinesOf([stored])(stored.run.id, "no-such-phase", 1, "all")).toBeNull();
    const log = join(copy, "latency.hlog");
    writeFileSync(log, readFileSync(log, "utf8").replace("HISTFAAAA", "HISTXAAAA"));
    expect(find(stored.run.id)).toBeNull();
    rmSync(log);
    expect(find(stored.run.id)).toBeNull();
  });
});

describe("damaged files of intervals", () => {
  test.each([
    ["no number", (row: string) => row.replace(/,read,\d+,/, ",read,x,"), /operations: .* got "x"/],
    ["a negative one", (row: string) => row.replace(/,read,/, ",read,-"), /operations: .* got "-/],
    ["none at all", (row: string) => row.replace(/,read,.*/, ",read"), /operations: .* got ""/],
  ])("name file, line and column of a row with %s", async (_, change, sentence) => {
    const copy = join(scratch(), "run");
    const name = folders.find((one) => one.includes("random-read-local")) ?? "";
    cpSync(join(EXAMPLES, name), copy, { recursive: true });
    const stored: StoredRun = await readRun(copy, "");
    const path = join(copy, "intervals.csv");
    const [header, first = "", second = "", ...rest] = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, [header, first, change(second), ...rest].join("\n"));
    const find = () =>
      timeLinesOf([stored])(stored.run.id, stored.run.plan.phases[0]?.name ?? "", 1, "all");
    expect(find).toThrow(sentence);
    expect(find).toThrow("intervals.csv:3: ");
    // A crash may cut rows off: what is left has wrong rates.
    writeFileSync(path, [header, first, second.slice(0, 20)].join("\n"));
    expect(find()).toBeNull();
  });

  test("bound what a histogram of the log is expanded to", () => {
    const inner = Buffer.alloc(40 + 9);
    inner.writeInt32BE(0x1c849303, 0);
    inner.writeInt32BE(9, 4);
    inner.writeInt32BE(3, 12);
    const encoded = (bytes: Buffer): string => {
      const deflated = deflateSync(bytes);
      const head = Buffer.alloc(8);
      head.writeInt32BE(0x1c849304, 0);
      head.writeInt32BE(deflated.length, 4);
      return Buffer.concat([head, deflated]).toString("base64");
    };
    // 2^27 empty cells.
    inner.set([0xff, 0xff, 0xff, 0x7f], 40);
    expect(() => decodeCells(encoded(inner))).toThrow(/more than \d+ cells/);
    expect(() => decodeCells(encoded(Buffer.alloc(100_000_000)))).toThrow(/larger than/);
  });
});

describe("time series of a phase of which a part is reported", () => {
  const mixed = "mix: { read: 3, write: 1 }";
  const cases = [
    ["warmup: auto", "latency=1ms,stall=1s@0s", "warmup: auto, duration: 5s"],
    ["two operations", "latency=1ms,stall=1s@0s", `warmup: auto, duration: 5s, ${mixed}`],
    [
      "until: steady",
      "latency=100us,credits=3000/s:1000/s:4000",
      "queueDepth: 8, until: { steady: { window: 2s, atMost: 20s, range: 0.01 } }",
    ],
    [
      "never steady",
      "latency=1ms,stall=900ms@1s",
      "queueDepth: 4, until: { steady: { window: 2s, atMost: 3s, range: 0.001 } }",
    ],
    ["drained", "latency=300ms,stall=1s@0s", "queueDepth: 8, warmup: auto, duration: 8s"],
  ] as const;

  test.each(cases)("add up to its summaries: %s", async (_, behaviour, phase) => {
    const { folder } = await virtualRun({ behaviour, phases: [phase] });
    const stored = await readRun(folder, folder);
    const timeLines = timeLinesOf([stored]);
    const [result = expect.fail()] = stored.run.phases;
    expect(result.reportedNs).toBeLessThan(result.elapsedNs);
    for (const summary of result.summaries) {
      const at = [stored.run.id, result.phase.name, 1, summary.operation] as const;
      expectSame(timeLines(...at), summary, result.reportedNs ?? 0);
      const whole = timeLines(...at, "whole");
      expect(whole?.widthsNs.length).toBe(result.intervals);
      expect(sum(whole?.widthsNs) / result.elapsedNs).toBeGreaterThan(0.99);
      expect(sum(whole?.operations)).toBeGreaterThanOrEqual(summary.operations);
    }
  });

  test("decide shares of seconds, and slow operations, by what is reported alone", async () => {
    const behaviour = "latency=1ms,stall=1s@0s";
    const { folder } = await virtualRun({ behaviour, phases: ["warmup: auto, duration: 20s"] });
    const stored = await readRun(folder, folder);
    const repetitions = stored.run.phases.map(
      (result) => ({ run: stored.run, result, touch: "again" }) as const,
    );
    const seconds = { kind: "share-of-seconds", of: "iops", least: "900", unit: "IOPS" } as const;
    const slower = { kind: "share-slower", thanNs: 5e8 } as const;
    const read = (measure: ClaimMeasure) =>
      readMeasure(measure, repetitions, 900, timeLinesOf([stored]));
    expect(read(seconds)).toMatchObject({ measured: { value: 1 } });
    // The one operation that met the stall completed in what was left out.
    expect(read(slower)).toHaveProperty("absent");
  });
});

test.each([
  ["a duration", "duration: 24s", "latency=1ms,stall=800ms@10s"],
  [
    "until: steady",
    "until: { steady: { window: 3s, atMost: 30s, range: 0.01 } }",
    "latency=1ms,stall=800ms@1s",
  ],
  ["a count", "operations: 5000", "latency=1ms"],
])(
  "time series have rates of whole seconds where intervals are shorter: %s",
  async (_, phase, behaviour) => {
    const { folder } = await virtualRun({ behaviour, phases: [phase], interval: null });
    const stored = await readRun(folder, folder);
    const [result = expect.fail()] = stored.run.phases;
    expect(result.intervalNs).toBe(phase.startsWith("operations") ? 250e6 : 100e6);
    const at = [stored.run.id, result.phase.name, 1, "all"] as const;
    const whole = timeLinesOf([stored])(...at, "whole");
    const seconds = Math.ceil(result.elapsedNs / 1e9 - 1e-6);
    expect(whole?.widthsNs).toHaveLength(seconds);
    for (const widthNs of whole?.widthsNs.slice(0, -1) ?? []) expect(widthNs).toBeCloseTo(1e9, -3);
    const [summary = expect.fail()] = result.summaries;
    expectSame(timeLinesOf([stored])(...at), summary, result.reportedNs ?? result.elapsedNs);
    const { steady = null } = result.stability ?? {};
    if (steady !== null) expect(steady).toMatchObject({ reached: true, lengthNs: 3e9 });
    expect((steady?.fromNs ?? 0) % 1e9).toBe(0);
  },
);
