import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CELLS } from "../../../scripts/bench/cells.ts";
import { filesScenario } from "../../../scripts/bench/files/assay.ts";
import { elbenchoArguments, parseElbencho } from "../../../scripts/bench/files/elbencho.ts";
import { runChild } from "../../../scripts/bench/runner/child.ts";
import { CpuTrace, cpuAt } from "../../../scripts/bench/runner/cpu-trace.ts";
import { leftOut, titleOf } from "../../../scripts/bench/runner/programs.ts";
import { type Bench, type Family, measureCells } from "../../../scripts/bench/runner/runner.ts";
import { s3Scenario } from "../../../scripts/bench/s3/assay.ts";
import { parseWarp, warpArguments } from "../../../scripts/bench/s3/warp.ts";
import { planScenario } from "../../../src/scenario/index.ts";

const recorded = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

const FILES_CELLS = CELLS.filter((cell) => cell.kind === "files");
const S3_CELLS = CELLS.filter((cell) => cell.kind === "s3");

function named<Cell extends { readonly name: string }>(cells: readonly Cell[], name: string): Cell {
  const cell = cells.find((one) => one.name === name);
  if (cell === undefined) throw new Error(`the cell ${name} is gone`);
  return cell;
}

describe("elbencho", () => {
  const report = recorded("elbencho.jsonl");

  test("reports each phase of each pass, with its files, time and rate", () => {
    const phases = parseElbencho(report);
    const pass = ["MKDIRS", "WRITE", "STAT", "READ", "RMFILES", "RMDIRS"];
    expect(phases.map(({ name }) => name)).toEqual([...pass, ...pass]);
    expect(phases.filter(({ name }) => name === "STAT")).toMatchSnapshot();
    for (const { entries, entriesPerSecond, elapsedMs } of phases) {
      // Its times are cut to milliseconds, its rates are not.
      expect(entries / entriesPerSecond).toBeGreaterThanOrEqual(elapsedMs / 1000);
      expect(entries / entriesPerSecond).toBeLessThan((elapsedMs + 2) / 1000);
    }
    // A pause of a second is between two phases, but not after the last one of a pass.
    const starts = phases.map(({ startMs, elapsedMs }) => [startMs, startMs + elapsedMs] as const);
    for (const [place, [, end]] of starts.entries()) {
      const next = starts[place + 1]?.[0];
      if (next !== undefined && place % pass.length !== pass.length - 1) {
        expect(next - end).toBeGreaterThanOrEqual(1000);
      }
    }
  });

  test("without a number that is read is refused by the name of the phase", () => {
    const [line = ""] = report.split("\n");
    const without = line.replaceAll(/"entries\\?\/s"/g, '"other"');
    expect(() => parseElbencho(without)).toThrow("elbencho's report of MKDIRS lacks one of");
  });

  test.each([
    ["elbencho-cold-2", ["-t 2", "-n 32", "-N 625", "-s 4096", "-b 4096", "-i 1"]],
    ["elbencho-warm-2", ["-t 2", "-n 32", "-N 625", "-i 2"]],
    ["elbencho-warm-64", ["-t 64", "-n 1", "-N 625", "-i 2"]],
  ])("%s has as many threads as operations in flight, and our files", (name, pairs) => {
    const cell = named(FILES_CELLS, name);
    const given = elbenchoArguments(cell, "/data", "/report");
    for (const pair of pairs) expect(given.join(" ")).toContain(` ${pair} `);
    expect(given).not.toContain("--direct");
    const [threads, directories, files] = ["-t", "-n", "-N"].map((key) =>
      Number(given[given.indexOf(key) + 1]),
    );
    expect((threads ?? 0) * (directories ?? 0) * (files ?? 0)).toBe(cell.count);
  });

  test("cannot share files that are not whole directories for each thread", () => {
    const load = { ...named(FILES_CELLS, "elbencho-cold-64"), count: 40_001 };
    expect(() => elbenchoArguments(load, "/data", "/report")).toThrow("40001 files are not");
  });
});

describe("warp", () => {
  const text = recorded("warp-get.json");

  test("reports requests, bytes and instants of one kind of requests", () => {
    const { requests, bytes, fromMs, toMs } = parseWarp(text, "GET");
    expect(bytes).toBe(requests * 4096);
    expect({ requests, from: new Date(fromMs), ms: toMs - fromMs }).toMatchSnapshot();
    expect(parseWarp(`Preparing\n${text}`, "GET").requests).toBe(requests);
  });

  test("without a report, of other requests or with errors is refused", () => {
    expect(() => parseWarp("no such bucket", "GET")).toThrow("no report: no such bucket");
    expect(() => parseWarp(text, "PUT")).toThrow("no PUT requests; it has: GET");
    const failed = text.replaceAll('"total_errors": 0', '"total_errors": 3');
    expect(() => parseWarp(failed, "GET")).toThrow("3 requests failed");
  });

  const server = {
    address: {
      endpoint: "http://127.0.0.1:9000",
      region: "r",
      bucket: "b",
      prefix: "",
      pathStyle: true,
    },
    ...{ accessKey: "a", secretKey: "s" },
  };

  test.each([
    ["warp-get-4k", "get", "--concurrent 16 --duration 4.5s --objects 16 --obj.size 4096B"],
    ["warp-put-8m", "put", "--disable-multipart --disable-sha256-payload"],
    ["warp-put-8m-hashed", "put", "--obj.size 8388608B --disable-multipart"],
    ["warp-list", "list", "--concurrent 4 --duration 4.5s --objects 4000"],
    ["warp-upload-64m", "multipart-put", "--parts 8 --part.size 8388608B --part.concurrent 8"],
  ])("%s runs %s with our options", (name, command, options) => {
    const given = warpArguments(named(S3_CELLS, name).load, server, 3, "/report");
    expect(given[0]).toBe(command);
    expect(given.join(" ")).toContain(options);
    const unsigned = /^warp-(put|upload)/.test(name) && !name.endsWith("hashed");
    expect(given.includes("--disable-sha256-payload")).toBe(unsigned);
  });
});

describe("our side", () => {
  const planned = (scenario: object) =>
    planScenario("bench.yaml", JSON.stringify(scenario), { env: {}, set: [] }).phases;

  test.each(FILES_CELLS.map((cell) => [cell.name, cell] as const))("%s has a plan", (_, cell) => {
    const phases = planned(filesScenario(cell, ["create", "stat", "fetch", "delete"], 3));
    expect(phases.map(({ name }) => name).slice(-4)).toEqual(["create", "stat", "fetch", "delete"]);
    expect(phases.length).toBe(cell.passes === "warm" ? 8 : 4);
    for (const { workers, queueDepth, limit } of phases) {
      expect([workers, queueDepth]).toEqual([cell.workers, cell.queueDepth]);
      if (cell.peer === "elbencho") expect(limit).toMatchObject({ kind: "epochs", epochs: 1 });
    }
  });

  test.each(S3_CELLS.map((cell) => [cell.name, cell] as const))("%s has a plan", (_, cell) => {
    const { connections, hashed, operation } = cell.load;
    const [phase] = planned(s3Scenario({ engine: "s3-wire", workers: 1 }, cell.load, 3));
    expect(phase).toMatchObject({ queueDepth: connections, warmupNs: 1.5e9, retries: 0 });
    const sends = operation === "create" || operation === "upload";
    expect(phase?.objects.payload).toBe(sends && hashed ? "signed" : "unsigned");
  });
});

describe("a program that is not installed", () => {
  test("leaves its cells out in one sentence that says how to get it", async () => {
    const lines: string[] = [];
    const family: Family<{ readonly name: string }, string> = {
      needs: ({ name }) => (name.startsWith("e") ? "elbencho" : null),
      measure: async ({ name }) => name,
      show: (results) => results,
    };
    const bench = {
      programs: { fio: null, elbencho: null, warp: null },
      log: (line: string) => lines.push(line),
      signal: new AbortController().signal,
    };
    const cells = ["e1", "other", "e2"].map((name) => ({ name }));
    const { results, leftOut } = await measureCells(family, cells, bench as unknown as Bench);
    expect(results).toEqual(["other"]);
    expect(leftOut).toEqual(lines);
    expect(lines).toEqual([
      "elbencho is not installed, so these cells were left out: e1, e2; scripts/bench/peers.md " +
        "describes how to build it, and `--elbencho <program>` names one that is not on the PATH",
    ]);
  });

  test("of a distribution is installed by its package", () => {
    expect(leftOut("fio", ["random-cached"])).toContain("`apt install fio` installs it");
  });

  test.each([
    ["fio", "fio-3.33\n", "fio 3.33"],
    ["elbencho", "elbencho\n * Version: 3.1-1\n * Net protocol version: 3.1.1\n", "elbencho 3.1-1"],
    ["warp", "warp version (dev) - (dev)\n", "warp"],
  ] as const)("%s has a title with its version, if it knows it", (name, text, title) => {
    expect(titleOf(name, text)).toBe(title);
  });
});

describe("CPU time of another program", () => {
  test("is linear between samples, and constant outside of them", () => {
    const samples = [
      { atMs: 100, cpuNs: 0 },
      { atMs: 200, cpuNs: 50 },
      { atMs: 300, cpuNs: 250 },
    ];
    expect([0, 100, 150, 200, 275, 300, 900].map((atMs) => cpuAt(samples, atMs))).toEqual([
      0, 0, 25, 50, 200, 250, 250,
    ]);
    expect(() => cpuAt([], 0)).toThrow("no CPU time was sampled");
  });

  test("is that of all its threads, also of those that ended", async ({ signal }) => {
    // Three threads use CPU time one after the other; then the process waits for some samples.
    const spin =
      "const end = process.threadCpuUsage().user + 2e5;" +
      "while (process.threadCpuUsage().user < end);";
    const program = `
      const { Worker } = require("node:worker_threads");
      const run = (left) => left === 0 ? setTimeout(() => process.stdout.write(
        JSON.stringify(process.cpuUsage()), () => setTimeout(() => {}, 300)), 0)
        : new Worker(${JSON.stringify(spin)}, { eval: true }).on("exit", () => run(left - 1));
      run(3);`;
    const trace = new CpuTrace();
    const { stdout } = await runChild([process.execPath, "--eval", program], signal, trace);
    const { user, system } = JSON.parse(stdout);
    const ownMs = (user + system) / 1000;
    const tracedMs = trace.between(0, Number.MAX_SAFE_INTEGER) / 1e6;
    expect(ownMs).toBeGreaterThan(600);
    expect(tracedMs / ownMs).toBeGreaterThan(0.98);
    expect(tracedMs / ownMs).toBeLessThan(1.1);
  });
});
