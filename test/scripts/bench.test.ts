import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CELLS, type FioCell, type NullCell } from "../../scripts/bench/cells.ts";
import { fioArguments } from "../../scripts/bench/fio.ts";
import { parseFio } from "../../scripts/bench/fio-output.ts";
import { parseOptions } from "../../scripts/bench/options.ts";
import { filesRates, fioResult, memoryResult, nullResult } from "../../scripts/bench/result.ts";
import { agrees, isFlat, median, type Sample, spread } from "../../scripts/bench/sample.ts";
import { renderBench } from "../../scripts/bench/table.ts";

/** What fio 3.33 said of 16 jobs. */
const RECORDED = readFileSync(new URL("bench-fio.json", import.meta.url), "utf8");

const FIO_CELL = CELLS.find((cell): cell is FioCell => cell.name === "random-direct-16");
const NULL_CELL = CELLS.find((cell): cell is NullCell => cell.name === "null-depth-1");
const FILES_CELL = CELLS.find((cell) => cell.name === "small-files");
const MEMORY_CELL = CELLS.find((cell) => cell.name === "memory-null");

function sample(operationsPerSecond: number, p50Ns = 60_000): Sample {
  return { operationsPerSecond, p50Ns, cpuNsPerOperation: 10_000 };
}

describe("fio's report", () => {
  test("is read as rate, median latency and CPU of all jobs", () => {
    const read = parseFio(RECORDED);
    expect(read.operationsPerSecond).toBe(45_152.847153);
    expect(read.p50Ns).toBe(305_152);
    expect(read.bytes).toBe(185_131_008);
    // 3.4625 % of 16 s of threads, over 45,198 reads.
    expect(read.cpuNsPerOperation).toBeCloseTo(554e6 / 45_198, 0);
  });

  test("may follow warnings", () => {
    expect(parseFio(`fio: a note\n${RECORDED}`)).toEqual(parseFio(RECORDED));
  });

  test("with an error, without a read or of several groups is refused", () => {
    const report = JSON.parse(RECORDED);
    const [job] = report.jobs;
    const failed = { jobs: [{ ...job, error: 5 }] };
    expect(() => parseFio(JSON.stringify(failed))).toThrow("error 5");
    const idle = { jobs: [{ ...job, read: { ...job.read, total_ios: 0 } }] };
    expect(() => parseFio(JSON.stringify(idle))).toThrow("no read");
    expect(() => parseFio(JSON.stringify({ jobs: [job, job] }))).toThrow("group_reporting");
  });
});

describe("fio's command", () => {
  test("keeps the cache, and reads what we read", () => {
    for (const cell of CELLS) {
      if (cell.kind !== "fio") continue;
      const given = fioArguments(cell.load, "/data/file", 3);
      expect(given).toContain("--invalidate=0");
      expect(given).toContain("--fadvise_hint=0");
      expect(given).toContain("--norandommap");
      expect(given).toContain("--readonly");
      expect(given.includes("--iomem_align=4k")).toBe(cell.name.startsWith("sequential"));
      expect(given).toContain(`--direct=${cell.name.includes("direct") ? 1 : 0}`);
      expect(given).toContain(`--numjobs=${cell.name.endsWith("16") ? 16 : 1}`);
      expect(given).toContain(`--bs=${cell.name.startsWith("random") ? 4096 : 1048576}`);
    }
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

  test("a ratio is of medians, and judged against its target", () => {
    if (FIO_CELL === undefined) throw new Error("the cell is gone");
    const fio = [sample(100), sample(1), sample(101)];
    const met = fioResult(FIO_CELL, [sample(95), sample(500), sample(90)], fio, 0);
    expect(met.ratio).toBe(0.95);
    expect(met.ratioMet).toBe(true);
    const missed = fioResult(FIO_CELL, [sample(94, 70_000)], fio, 0);
    expect(missed.ratioMet).toBe(false);
    expect(missed.p50Met).toBe(false);
  });
});

describe("the table", () => {
  test("shows both sides, ratio, target and verdict of every cell", () => {
    if (FIO_CELL === undefined || NULL_CELL === undefined || MEMORY_CELL?.kind !== "memory") {
      throw new Error("a cell is gone");
    }
    if (FILES_CELL?.kind !== "files") {
      throw new Error("a cell is gone");
    }
    const text = renderBench({
      machine: "2 x Test",
      node: "Node v24",
      storage: null,
      loadBefore: 0.5,
      fioVersion: "fio-3.33",
      runs: 2,
      seconds: 3,
      sizeBytes: 536_870_912,
      fio: [fioResult(FIO_CELL, [sample(90_000)], [sample(100_000, 80_000)], 2)],
      null: [nullResult(NULL_CELL, { nsRuns: [99.96], cpuNsRuns: [98], floorNsRuns: [55] })],
      memory: [memoryResult(MEMORY_CELL, [10, 60], [200e6, 310e6])],
      files: [
        { cell: FILES_CELL, operations: [filesRates(FILES_CELL, "stat", [900], [300, 400])] },
      ],
      volumes: [],
      failed: [{ name: "random-cached", reason: "fio ended with 1" }],
    });
    expect(text).toMatchSnapshot();
  });
});

describe("options", () => {
  test("have defaults", () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({ runs: 5, seconds: 3, sizeBytes: 536_870_912, json: false });
    expect(options.cells).toBe(CELLS);
    expect(options.memorySeconds).toEqual([10, 60]);
  });

  test("take a family of cells by its first word", () => {
    const { cells } = parseOptions(["--only", "null"]);
    expect(cells.map(({ name }) => name)).toEqual(["null-depth-1", "null-depth-32"]);
  });

  test.each([
    [["--only", "nul"], "null-depth-1"],
    [["--runs", "0"], "above 0"],
    [["--runs", "1.5"], "whole number"],
    [["--seconds", "soon"], "`soon`"],
    [["--memory-seconds", "60,10"], "10,60"],
    [["--size", "5"], "--size"],
    [["--dir", "/nonexistent"], "no folder"],
    [["--fast"], "--fast"],
  ])("%j is refused in one sentence", (argv, part) => {
    expect(() => parseOptions(argv)).toThrow(part);
  });
});

describe("npm run bench", () => {
  const script = fileURLToPath(new URL("../../scripts/bench/main.ts", import.meta.url));
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-bench-test-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function bench(argv: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const given = [script, "--dir", folder, ...argv];
      execFile(process.execPath, given, { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, stdout, stderr });
      });
    });
  }

  test("measures a cell, prints JSON, and leaves nothing behind", async () => {
    const argv = ["--only", "null-depth-1", "--runs", "1", "--seconds", "1", "--json"];
    const { code, stdout, stderr } = await bench(argv);
    expect(stderr).toContain("null-depth-1 1/1");
    expect(code).toBe(0);
    const [result] = JSON.parse(stdout).null;
    expect(result.ns).toBeGreaterThan(0);
    expect(result.floorNs).toBeGreaterThan(0);
    expect(result.met).toBe(result.ns <= 110);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("without fio says so in a sentence", async () => {
    const { code, stderr } = await bench(["--only", "random-cached"], { PATH: "/nonexistent" });
    expect(stderr).toMatch(/^There is no fio here.*\n$/);
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("says what is wrong with an option", async () => {
    const { code, stderr } = await bench(["--only", "everything"]);
    expect(code).toBe(2);
    expect(stderr).toContain("`everything` is no cell");
  });
});
