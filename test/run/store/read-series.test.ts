// @module-tag system
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { PhaseSeries } from "../../../src/metrics/series/series.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { readRun } from "../../../src/run/store/read.ts";
import { readSeries } from "../../../src/run/store/read-series.ts";
import { scratch } from "../../storage/support.ts";
import { type Given, type GivenInterval, storeRun } from "./generated-run.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../results/examples");
const MS = 1e6;

/** Largest latency of the histogram cell of a latency of whole milliseconds below 2,048. */
function cellEnd(ns: number): number {
  const step = 2 ** (Math.floor(Math.log2(ns)) - 10);
  return (Math.floor(ns / step) + 1) * step - 1;
}

const given = (...service: Given["service"]): GivenInterval => ({ operations: [{ service }] });

function firstOf(folder: string, run: Run): PhaseSeries {
  const { phases, problem } = readSeries(folder, run);
  expect(problem).toBeNull();
  return phases[0] ?? expect.fail("no series");
}

describe("series of known histograms", () => {
  test("have exact numbers in columns and curves; the drain is in curves only", () => {
    const intervals = [
      given([1 * MS, 98], [5 * MS, 1], [20 * MS, 1]),
      given([2 * MS, 1]),
      given(),
      given([3 * MS, 99]),
    ];
    const { folder, run } = storeRun(scratch(), [
      {
        ...{ name: "read[a=1, b=2]", intervalNs: 100 * MS, intervals },
        drain: [{ service: [[900 * MS, 1]] }],
      },
    ]);
    const series = firstOf(folder, run);
    expect(series).toMatchObject({ phase: "read[a=1, b=2]", repetition: 1, metric: "service" });
    const shown = series.columns.map(({ operations, p50Ns, p99Ns, maxNs, open }) => {
      return { operations, p50Ns, p99Ns, maxNs, open };
    });
    const [one, five, twenty] = [cellEnd(1 * MS), cellEnd(5 * MS), cellEnd(20 * MS)];
    const three = cellEnd(3 * MS);
    expect(shown).toEqual([
      { operations: 100, p50Ns: one, p99Ns: five, maxNs: twenty, open: null },
      { operations: 1, p50Ns: null, p99Ns: null, maxNs: cellEnd(2 * MS), open: null },
      { operations: 0, p50Ns: null, p99Ns: null, maxNs: null, open: null },
      { operations: 99, p50Ns: three, p99Ns: null, maxNs: three, open: null },
    ]);
    expect(series.columns.map(({ fromS, widthS }) => [fromS, widthS])).toEqual([
      [0, 0.1],
      [0.1, expect.closeTo(0.1)],
      [0.2, expect.closeTo(0.1)],
      [expect.closeTo(0.3), expect.closeTo(0.1)],
    ]);
    expect(series.columns.map(({ cells }) => cells)).toEqual([
      [
        [60, 98],
        [66, 1],
        [73, 1],
      ],
      [[63, 1]],
      [],
      [[64, 99]],
    ]);
    const [curve = expect.fail()] = series.curves;
    expect(series.curves).toHaveLength(1);
    expect(curve).toMatchObject({ operation: "read", metric: "service", count: 201 });
    const at = new Map(curve.points.map(({ share, ns }) => [share, ns]));
    expect(at.get(0.5)).toBe(three);
    expect(at.get(0.99)).toBe(five);
    // The slowest but one of 201 operations.
    expect(curve.points.at(-1)).toEqual({ share: 1 - 1 / 201, ns: twenty });
  });
});

describe("series of columns", () => {
  test("merge histograms where columns join intervals, and never average percentiles", () => {
    const fast = given([1 * MS, 10]);
    const slow = given([100 * MS, 90]);
    const intervals = Array.from({ length: 480 }, (_, at) => (at % 2 === 0 ? fast : slow));
    const { folder, run } = storeRun(scratch(), [{ name: "read", intervalNs: 1e9, intervals }]);
    const { columns } = firstOf(folder, run);
    expect(columns).toHaveLength(240);
    for (const column of columns) {
      expect(column).toMatchObject({ widthS: 2, operations: 100, p50Ns: cellEnd(100 * MS) });
      expect(column.cells.map(([, count]) => count)).toEqual([10, 90]);
    }
    const [fewer] = readSeries(folder, run, { maxColumns: 60 }).phases;
    expect(fewer?.columns).toHaveLength(60);
    expect(fewer?.columns[0]).toMatchObject({ widthS: 8, operations: 400 });
  });

  test("of an open loop are response times of all operations, and counts of the phase", () => {
    const one = (service: number, response: number): Given => ({
      service: [[service * MS, 50]],
      response: [[response * MS, 50]],
      ...{ bytes: 512, errors: 1, throttled: 2 },
    });
    const open = { offered: 120, late: 3, dropped: 4, backlogMost: 16, backlogEnd: 9 };
    const { folder, run } = storeRun(scratch(), [
      {
        ...{ name: "mixed", mix: ["read", "write"], intervalNs: 1e9, isOpen: true },
        intervals: [{ operations: [one(1, 10), one(2, 40)], open }],
      },
    ]);
    const series = firstOf(folder, run);
    expect(series.metric).toBe("response");
    expect(series.columns).toEqual([
      {
        ...{ fromS: 0, widthS: 1, operations: 100, bytes: 1024, errors: 2, throttled: 4 },
        open,
        ...{ p50Ns: cellEnd(10 * MS), p99Ns: cellEnd(40 * MS), maxNs: cellEnd(40 * MS) },
        cells: [
          [70, 50],
          [76, 50],
        ],
        ...{ stealShare: null, cpuWaitShare: null },
        ...{ deviceReadBytesPerSecond: null, deviceWriteBytesPerSecond: null },
      },
    ]);
    expect(series.curves.map(({ operation, metric, count }) => [operation, metric, count])).toEqual(
      [
        ["read", "service", 50],
        ["read", "response", 50],
        ["write", "service", 50],
        ["write", "response", 50],
      ],
    );
  });

  test("have columns only for the first 12 phases and those with a warning, curves for all", () => {
    const warning = { code: "own-pause", message: "The load generator was paused." };
    const phases = Array.from({ length: 15 }, (_, at) => ({
      name: `phase-${at}`,
      ...{ intervalNs: 1e9, intervals: [given([1 * MS, 10])], startS: 1 + 2 * at },
      result: { warnings: at === 13 ? [warning] : [] },
    }));
    const { folder, run } = storeRun(scratch(), phases);
    const found = readSeries(folder, run).phases;
    const without = found.flatMap(({ columns, phase }) => (columns.length === 0 ? [phase] : []));
    expect(without).toEqual(["phase-12", "phase-14"]);
    for (const { curves } of found) expect(curves).toMatchObject([{ count: 10 }]);
    const all = readSeries(folder, run, { hasColumns: () => true }).phases;
    expect(all.every(({ columns }) => columns.length === 1)).toBe(true);
  });
});

describe("damaged files leave the charts out and say where", () => {
  const name = readdirSync(EXAMPLES).find((one) => one.includes("random-read-local")) ?? "";

  async function damaged(file: string, change: (text: string) => string | null) {
    const copy = join(scratch(), "run");
    cpSync(join(EXAMPLES, name), copy, { recursive: true });
    const path = join(copy, file);
    const text = change(readFileSync(path, "utf8"));
    if (text === null) rmSync(path);
    else writeFileSync(path, text);
    return readSeries(copy, (await readRun(copy, "")).run);
  }

  const swapped = (text: string): string => text.replace(/(Tag=.*\n)(Tag=.*\n)/, "$2$1");

  test.each([
    ["latency.hlog", (t: string) => t.replace("HISTFAAAA", "HISTXAAAA"), /latency\.hlog:7: /],
    ["latency.hlog", (t: string) => t.replace(/(HISTFAAAA.{9}).{9}/, "$1AAAAAAAAA"), /hlog:7: /],
    ["latency.hlog", (t: string) => t.replace(/Tag=([^,]*),[^,]*/, "Tag=$1,x"), /hlog:7: .*start/],
    ["latency.hlog", swapped, /hlog:8: its interval is not in the phase/],
    ["latency.hlog", () => null, /latency\.hlog: expected a time series, got no file/],
    ["intervals.csv", () => null, /intervals\.csv: expected a time series, got no file/],
    ["intervals.csv", (t: string) => t.replace(/,read,\d+/, ",read,x"), /csv:2: operations: /],
    ["intervals.csv", (t: string) => t.replace("read,1,3,", "read,1,3000,"), /csv:5: interval: /],
    ["intervals.csv", () => "x".repeat(5_000_000), /csv:1: expected a line of at most 4,000,000/],
  ])("%s, case %#", async (file, change, sentence) => {
    const { phases, problem } = await damaged(file, change);
    expect(phases).toEqual([]);
    expect(problem).toMatch(sentence);
  });

  test("and so does a last line that a crash cut off", async () => {
    const drained = /Tag=[^\n]*\n$/;
    const cut = await damaged("latency.hlog", (text) => text.replace(drained, "").slice(0, -100));
    expect(cut.phases).toEqual([]);
    expect(cut.problem).toMatch(/hlog: expected [\d,]+ service times of read, got [\d,]+; /);
    const rows = await damaged("intervals.csv", (text) => text.slice(0, -10));
    expect(rows.phases).toEqual([]);
    expect(rows.problem).toMatch(/csv: expected 20 rows of read, got 19; the file was changed/);
  });

  test("and lines of a phase that come again after another one", () => {
    const phases = ["a", "b"].map((of, at) => ({
      ...{ name: of, intervalNs: 1e9, intervals: [given([1 * MS, 1])], startS: 1 + at },
    }));
    const { folder, run } = storeRun(scratch(), phases);
    const log = join(folder, "latency.hlog");
    appendFileSync(log, `${/Tag=a.*/.exec(readFileSync(log, "utf8"))?.[0]}\n`);
    expect(readSeries(folder, run).problem).toMatch(/hlog:9: a#1\/read\/service is not next to/);
  });
});
