import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CELLS } from "../../../scripts/bench/cells.ts";
import { FILES, filesRates } from "../../../scripts/bench/families/files.ts";
import { FIO, fioResult } from "../../../scripts/bench/families/fio.ts";
import { isFlat, MEMORY, memoryResult } from "../../../scripts/bench/families/memory.ts";
import { NULL, nullResult } from "../../../scripts/bench/families/null.ts";
import { S3, s3Result } from "../../../scripts/bench/families/s3.ts";
import { STARTUP, STARTUP_CELLS, startupResult } from "../../../scripts/bench/families/startup.ts";
import { parseOptions } from "../../../scripts/bench/options.ts";
import { renderBench } from "../../../scripts/bench/report.ts";
import { parseFio } from "../../../scripts/bench/runner/fio.ts";
import { leftOut } from "../../../scripts/bench/runner/programs.ts";
import {
  agrees,
  median,
  medianSample,
  notAbove,
  pairsOf,
  type Sample,
  spread,
} from "../../../scripts/bench/runner/statistics.ts";
import { MIXED, sample, sideNamed } from "./samples.ts";

const NULL_CELL = CELLS.find((cell) => cell.name === "null-depth-1");
const FILES_CELL = CELLS.find((cell) => cell.name === "small-files");
const MEMORY_CELL = CELLS.find((cell) => cell.name === "memory-null");

describe("start-up", () => {
  const times = (packageMs: readonly number[]) => ({
    ...{ packageMs, sourcesMs: [180, 150, 155], nodeMs: [41, 40, 45] },
  });

  test("compares the median wall time with the target", () => {
    const results = STARTUP_CELLS.map((cell) => startupResult(cell, times([150, 119, 90])));
    expect(STARTUP.show(results, { options: parseOptions([]) })).toEqual([
      [
        "| wall time | sources | package | fastest | Node alone | target |  |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| assay --help | 155 ms | 119 ms | 90 ms | 41 ms | ≤ 120 ms | met |",
        "| assay list | 155 ms | 119 ms | 90 ms | 41 ms | ≤ 300 ms | met |",
        "| assay run, 1 s on an existing dataset | 155 ms | 119 ms | 90 ms | 41 ms " +
          "| ≤ 1,600 ms | met |",
      ].join("\n"),
    ]);
    const [help] = STARTUP_CELLS;
    expect(help && startupResult(help, times([90, 121, 130])).met).toBe(false);
  });
});

describe("arithmetic", () => {
  test("a median has as many values above it as below", () => {
    expect(median([3])).toBe(3);
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        return below <= values.length / 2 && above <= values.length / 2;
      }),
    );
  });

  test("spread is a share of the median", () => {
    expect(spread([90, 100, 120])).toBeCloseTo(0.3);
    expect(spread([7])).toBe(0);
  });

  test("the ratio of pairs is that of neighbors, with its range", () => {
    const { ratio, least, most } = pairsOf([10, 20, 40], [20, 20, 10]);
    expect([ratio, least, most]).toEqual([1, 0.5, 4]);
  });

  test("latencies agree to 5 % or 1 µs, in both directions", () => {
    expect(agrees(2200, 1300)).toBe(true);
    expect(agrees(2400, 1300)).toBe(false);
    expect(agrees(104_000, 100_000)).toBe(true);
    expect(agrees(96_000, 100_000)).toBe(true);
    expect(agrees(106_000, 100_000)).toBe(false);
    expect(agrees(94_000, 100_000)).toBe(false);
  });

  test("memory is flat where six times as long needs no more", () => {
    expect(isFlat(200e6, 210e6)).toBe(true);
    expect(isFlat(200e6, 250e6)).toBe(false);
  });

  test("accepts lower latencies if only higher ones count", () => {
    expect(notAbove(2200, 1300)).toBe(true);
    expect(notAbove(2400, 1300)).toBe(false);
    expect(notAbove(105_000, 100_000)).toBe(true);
    expect(notAbove(106_000, 100_000)).toBe(false);
    expect(notAbove(50_000, 100_000)).toBe(true);
  });

  test("each column of the medians is a column's own", () => {
    const { operationsPerSecond, latency } = medianSample([
      sample(1, 300),
      sample(2, 100),
      sample(3, 200),
    ]);
    expect(operationsPerSecond).toBe(2);
    expect(latency).toEqual({ read: { p50Ns: 200, p99Ns: 400, p999Ns: 600 } });
  });
});

describe("the table", () => {
  test("shows both sides, ratio, target and verdict of every cell", () => {
    if (NULL_CELL?.kind !== "null" || MEMORY_CELL?.kind !== "memory") {
      throw new Error("a cell is gone");
    }
    if (FILES_CELL?.kind !== "files") {
      throw new Error("a cell is gone");
    }
    const bench = { options: parseOptions([]) };
    const mixed = { ...parseFio(MIXED), cpuNsPerOperation: 7920, workerCpuNsPerOperation: 7000 };
    const of = (
      name: string,
      ours: readonly Sample[],
      theirs: readonly Sample[],
      title?: string,
    ) => {
      const { cell, side } = sideNamed(name, title);
      return fioResult(cell, side, ours, theirs);
    };
    const rates = [sample(100_000), sample(80_000)];
    const fio = [
      {
        compared: [of("random-direct-16", [sample(90_000)], [sample(100_000, 80_000)])],
        notes: ["Random: runs repeated because the device was read: 2."],
      },
      {
        compared: [
          of("uring-direct-32", rates, [sample(99_000), sample(81_000)]),
          of("uring-direct-32", rates, [sample(90_000), sample(80_000)], "fio in batches of 8"),
          of("uring-mixed-32", [mixed], [mixed]),
        ],
        notes: [],
      },
    ];
    const cost = { cpuNsPerOperation: 900, workerCpuNsPerOperation: 800 };
    const stat = (operationsPerSecond: number) => ({ operationsPerSecond, ...cost });
    const files = {
      cell: FILES_CELL,
      storage: "ext4 on /dev/test",
      operations: [filesRates(FILES_CELL, "stat", [stat(900), stat(800)], [stat(300), stat(400)])],
    };
    const blocks = [
      ...FIO.show(fio, bench),
      ...NULL.show([nullResult(NULL_CELL, [{ ns: 99.96, cpuNs: 98, floorNs: 55 }])], bench),
      ...MEMORY.show([memoryResult(MEMORY_CELL, [10, 60], [200e6, 310e6])], bench),
      ...FILES.show([files], bench),
    ];
    const about = {
      machine: "2 x Test",
      node: "Node v24",
      storage: null,
      loadBefore: 0.5,
      programs: ["fio 3.33", "warp"],
      control: false,
      runs: 2,
      seconds: 3,
      sizeBytes: 536_870_912,
    };
    const failed = [{ name: "random-cached", reason: "fio ended with 1" }];
    const missing = [leftOut("elbencho", ["elbencho-cold-2", "elbencho-warm-2"])];
    const text = renderBench(about, [{ blocks, failed, leftOut: missing }]);
    expect(text).toMatchSnapshot();
  });
});

describe("an S3 cell", () => {
  test("shows the medians of each side and the verdict on each bound", () => {
    const cell = CELLS.find((one) => one.name === "s3-put-4k");
    if (cell?.kind !== "s3") throw new Error("a cell is gone");
    const sample = (cpuNsPerOperation: number) => ({
      operationsPerSecond: 1e9 / cpuNsPerOperation,
      cpuNsPerOperation,
      workerCpuNsPerOperation: cpuNsPerOperation / 2,
      bytesPerSecond: 4096e9 / cpuNsPerOperation,
    });
    const runs = {
      "s3-wire": [sample(20_000), sample(30_000)],
      "s3-sdk": [sample(100_000), sample(100_000)],
    };
    const result = s3Result(cell, runs);
    expect(S3.show([result], { options: parseOptions([]) })).toMatchSnapshot();
    expect(result.bounds.map(({ met }) => met)).toEqual([false]);
  });
});

describe("options", () => {
  test("have defaults", () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({ runs: 7, seconds: 3, sizeBytes: 536_870_912, json: false });
    expect(options.cells).toEqual(CELLS.filter(({ name }) => !/^(s3|warp)-/.test(name)));
    expect(options.memorySeconds).toEqual([10, 60]);
  });

  test("take the cells of S3 only by their names", () => {
    const { cells } = parseOptions(["--only", "s3-get"]);
    expect(cells.map(({ name }) => name)).toEqual(["s3-get-4k", "s3-get-8m", "s3-get-8m-tls"]);
  });

  test("take a family of cells by its first word", () => {
    const { cells } = parseOptions(["--only", "null"]);
    expect(cells.map(({ name }) => name)).toEqual(["null-depth-1", "null-depth-32"]);
  });

  test.each([
    [["--only", "random-direct-1"], ["random-direct-1"]],
    [
      ["--only", "null,durable"],
      ["durable-fsync", "durable-fdatasync", "null-depth-1", "null-depth-32"],
    ],
    [
      ["--only", "memory-n", "--only", "uring-m"],
      ["uring-mixed-32", "memory-null"],
    ],
  ])("%j chooses cells by name or its beginning, in the order of the table", (argv, names) => {
    expect(parseOptions(argv).cells.map(({ name }) => name)).toEqual(names);
  });

  test.each([
    [["--only", "ring"], "null-depth-1"],
    [["--only", "null,"], "unknown cell"],
    [["--runs", "0"], "above 0"],
    [["--runs", "1.5"], "whole number"],
    [["--seconds", "soon"], "`soon`"],
    [["--memory-seconds", "60,10"], "10,60"],
    [["--size", "5"], "--size"],
    [["--dir", "/nonexistent"], "does not exist"],
    [["--elbencho", "/nonexistent/elbencho"], "--elbencho: program /nonexistent/elbencho does not"],
    [["--fast"], "--fast"],
  ])("%j is refused in one sentence", (argv, part) => {
    expect(() => parseOptions(argv)).toThrow(part);
  });
});
