import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { summarize } from "../../../src/metrics/histogram/histogram.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { timeLinesOf } from "../../../src/run/store/read-time-line.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { readCsv } from "../../report/read-csv.ts";
import { scratch } from "../../storage/support.ts";
import { labelsOf } from "../labels.ts";
import { readLog } from "../log.ts";
import { execute, NULL_TARGET, readIntervals, syntheticTarget } from "../support.ts";

const mix = [
  { operation: "read", weight: 70 },
  { operation: "write", weight: 30 },
] as const;

test("run.json, intervals.csv and latency.hlog of a run say the same", async () => {
  const latency = { kind: "uniform", minNs: 1e6, maxNs: 30e6 } as const;
  const { folder } = await execute({
    target: syntheticTarget({ latency, errorEvery: 13 }),
    engine: "synthetic",
    repetitions: 2,
    phases: [
      { name: "mixed[queueDepth=8, workers=2]", workers: 2, queueDepth: 8, mix, limit: seconds(1) },
      { name: "counted", queueDepth: 4, limit: { kind: "operations", operations: 150 } },
    ],
  });
  const run: Run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  const log = readLog(folder);
  const rows = readIntervals(folder);
  expect(run.phases).toHaveLength(4);
  const tags = new Set<string>();
  for (const result of run.phases) {
    const single = result.phase.mix.length === 1;
    for (const summary of single ? result.summaries : result.summaries.slice(1)) {
      const operation = summary.operation === "all" ? "read" : summary.operation;
      const phase = result.phase.name.replaceAll(/[,\s]/g, ";");
      const tag = `${phase}#${result.repetition}/${operation}/service`;
      tags.add(tag);
      const logged = log.get(tag);
      if (logged === undefined) throw new Error(`${tag} is not in the log`);
      expect(summarize(logged.total)).toEqual(summary.latency);
      expect(summary.latency?.count).toBe(summary.operations + summary.drained);
      const own = rows.filter(
        (row) =>
          row.phase === result.phase.name &&
          row.repetition === String(result.repetition) &&
          row.operation === operation,
      );
      expect(own.map((row) => Number(row.interval))).toEqual([...own.keys()]);
      expect(own).toHaveLength(result.intervals);
      const sum = (name: string) => own.reduce((total, row) => total + Number(row[name]), 0);
      expect(sum("operations")).toBe(summary.operations);
      expect(sum("bytes")).toBe(summary.bytes);
      expect(Math.abs(sum("width_s") - result.elapsedNs / 1e9)).toBeLessThan(1e-5);
      if (summary.drained === 0) expect(sum("errors")).toBe(summary.errors);
      else expect(logged.spans.at(-1)?.[1]).toBeCloseTo(0, 6);
    }
  }
  expect([...log.keys()].sort()).toEqual([...tags].sort());
  expect(run.phases.some(({ summaries }) => (summaries[0]?.drained ?? 0) > 0)).toBe(true);
  for (const tag of log.keys()) expect(tag).not.toMatch(/[\s,]/);
});

test("intervals.csv repeats run, scenario, target and matrix settings in every row", async () => {
  const target = { ...NULL_TARGET, name: 'null, "quoted"\nname' };
  const finished = await execute({
    target,
    engine: "null",
    phases: [
      { name: "deep", matrix: { queueDepth: "4" }, limit: { kind: "operations", operations: 99 } },
      {
        name: "mixed",
        matrix: { access: "zipf(theta:1.1, shared)", queueDepth: "1" },
        limit: { kind: "operations", operations: 99 },
      },
      { name: "plain", limit: { kind: "operations", operations: 99 } },
    ],
  });
  const text = readFileSync(join(finished.folder, "intervals.csv"), "utf8");
  const [header = [], ...rows] = readCsv(text);
  expect(header.slice(-6)).toEqual([
    ...["run_id", "scenario", "target", "phase_backlog_end"],
    ...["matrix_queueDepth", "matrix_access"],
  ]);
  const labels = rows.map((row) => [row[0], ...row.slice(-6)]);
  const name = 'null, "quoted"\\nname';
  expect(new Set(labels.map((row) => JSON.stringify(row)))).toEqual(
    new Set(
      [
        ["deep", "run-known", "known", name, "", "4", ""],
        ["mixed", "run-known", "known", name, "", "1", "zipf(theta:1.1, shared)"],
        ["plain", "run-known", "known", name, "", "", ""],
      ].map((row) => JSON.stringify(row)),
    ),
  );
  const series = timeLinesOf([finished]);
  for (const phase of ["deep", "mixed", "plain"]) {
    const line = series("run-known", phase, 1, "all");
    expect(line?.operations.reduce((sum, value) => sum + value, 0)).toBe(99);
  }
});

test("the log's lines follow each other in time, phase by phase", async () => {
  const { folder } = await execute({
    target: syntheticTarget({ latency: { kind: "fixed", ns: 2e6 } }),
    engine: "synthetic",
    phases: [{ warmupNs: 300e6, limit: seconds(0.4) }, { limit: seconds(0.3) }],
  });
  const spans = [...readLog(folder).values()].flatMap((series) => series.spans);
  // Measuring began after the warm-up, and the log says so.
  expect(spans[0]?.[0]).toBeGreaterThanOrEqual(0.3);
  const starts = spans.map(([start]) => start);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
});

test("every line of the log is of the published format", async () => {
  const { folder } = await execute({
    target: NULL_TARGET,
    engine: "null",
    phases: [{ limit: { kind: "operations", operations: 1000 } }],
  });
  const lines = readFileSync(join(folder, "latency.hlog"), "utf8").split("\n");
  const intervals = lines.filter((line) => line !== "" && !/^[#"]/.test(line));
  expect(intervals.length).toBeGreaterThan(0);
  for (const line of intervals) {
    expect(line).toMatch(/^Tag=[^\s,]+,\d+\.\d{3},\d+\.\d{3},\d+\.\d{3},[A-Za-z0-9+/=]+$/);
  }
  expect(lines).toContain("#[Histogram log format version 1.3]");
  expect(lines.some((line) => line.startsWith('"StartTimestamp","Interval_Length"'))).toBe(true);
});

describe("the folder of results", () => {
  const opened = (folder: string) => new RunStore(folder, labelsOf("run-1")).close();

  test("is made with what is missing above it, and may be there, or behind a link", () => {
    const folder = join(scratch(), "a", "b");
    opened(folder);
    expect(existsSync(join(folder, "run-1", "intervals.csv"))).toBe(true);
    new RunStore(folder, labelsOf("run-2")).close();
    const link = join(scratch(), "link");
    symlinkSync(folder, link);
    new RunStore(link, labelsOf("run-3")).close();
    expect(existsSync(join(folder, "run-3", "latency.hlog"))).toBe(true);
    expect(() => opened(folder)).toThrow("the directory already exists");
  });

  test("that cannot be is one sentence with a way out", () => {
    const file = join(scratch(), "file");
    writeFileSync(file, "mine");
    for (const [folder, why] of [
      [file, "a part of the path is not a directory"],
      [join(file, "x"), "a part of the path is not a directory"],
      [join(scratch(), "x".repeat(300)), "the name is too long"],
    ] as const) {
      const sentence = `cannot store results in ${folder}: ${why}; choose another directory`;
      expect(() => opened(folder)).toThrow(PreflightError);
      expect(() => opened(folder)).toThrow(sentence);
    }
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test("that is not the one of --results has its own way out", () => {
    const file = join(scratch(), "file");
    writeFileSync(file, "mine");
    const remedy = "choose another directory with XDG_STATE_HOME on node-1";
    const open = (folder: string) => new RunStore(folder, { ...labelsOf("run-1"), remedy });
    expect(() => open(file)).toThrow(`a part of the path is not a directory; ${remedy}`);
    const folder = scratch();
    const store = open(folder);
    rmSync(join(folder, "run-1"), { recursive: true });
    expect(() => store.save({} as Run)).toThrow(`removed during the run; ${remedy}`);
    store.close();
  });
});

function seconds(count: number) {
  return { kind: "duration", durationNs: count * 1e9 } as const;
}
