// @module-tag system
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  assay,
  type Going,
  intervalRows,
  onlyRun,
  runFolders,
  runIds,
  startAssay,
  storedRun,
  until,
} from "../assay.ts";
import { type Bench, makeBench, manyFiles, readsFor } from "../bench.ts";
import { ENDS_WITHIN_MS } from "../scene.ts";

const MANY = 40_000;

/** What holds after every first Ctrl-C, wherever it came. */
async function interruptedWell(going: Going, bench: Bench): Promise<void> {
  const { code, signal, stderr } = await going.ended;
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stderr).toContain("stopping: storing results and removing the data");
  expect(stderr).not.toMatch(/internal error| {4}at /);
  expect(runFolders(bench.target)).toEqual([]);
  const id = onlyRun(bench.results).id;
  // Samples are stored if the load ran for half a second.
  const files = readdirSync(join(bench.results, id)).filter(
    (name) => !name.endsWith(".svg") && name !== "samples.csv",
  );
  expect(files.sort()).toEqual([
    "intervals.csv",
    "latency.hlog",
    "report.html",
    "report.md",
    "run.json",
    "summary.csv",
  ]);
  const report = await assay(["report", id], bench);
  expect({ code: report.code, stderr: report.stderr }).toEqual({ code: 0, stderr: "" });
  expect(report.stdout).toContain(id);
}

function filesThere(target: string): boolean {
  const [folder] = runFolders(target);
  const data = join(target, folder ?? "", "data");
  return existsSync(data) && readdirSync(data, { recursive: true }).length > 100;
}

describe("Ctrl-C before the load", () => {
  it("while data is prepared: nothing is stored, one sentence, all data is removed", async () => {
    const bench = makeBench("memory");
    const path = bench.scenario("many", manyFiles(MANY, "60s"));
    const junit = join(bench.cwd, "junit.xml");
    const summary = join(bench.cwd, "summary.md");
    const args = ["run", path, "-t", bench.target, "--junit", junit];
    const going = startAssay(args, { ...bench, env: { GITHUB_STEP_SUMMARY: summary } });
    await until("files in the target", () => filesThere(bench.target), going);
    going.send("SIGINT");
    const { code, signal, stdout, stderr } = await going.ended;
    expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: "" });
    const reason = "interrupted before the load of its first phase; nothing is stored";
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(`many-files on target: ${reason}`);
    expect(stderr).not.toMatch(/internal error| {4}at |stored in/);
    expect(runFolders(bench.target)).toEqual([]);
    expect(runIds(bench.results)).toEqual([]);
    const xml = readFileSync(junit, "utf8");
    expect(xml).toContain(`<error message="${reason}" type="interrupted"/>`);
    expect(xml).toContain('errors="1"');
    expect(readFileSync(summary, "utf8")).toMatch(
      /^# ❌ 1 of 1 run failed\n\n- many-files on target: /,
    );
  });
});

describe("Ctrl-C under load", () => {
  it("in the warm-up: the phase is stored as partial", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms", "1s"], "60s"));
    const args = ["run", path, "-t", bench.target, "--set", "phases.read-1.warmup=0s"];
    const going = startAssay(args, bench);
    await until("phase 1 stored", () => storedRun(bench.results)?.phases.length === 1, going);
    await until("phase 2 begun", () => going.stderr().includes("read-2: load started"), going);
    going.send("SIGINT");
    await interruptedWell(going, bench);
    const run = onlyRun(bench.results);
    expect(run.state).toBe("partial");
    expect(run.phases.map(({ state }) => state)).toEqual(["complete", "partial"]);
    expect(run.phases[1]?.summaries[0]?.operations).toBe(0);
  });

  it("while it measures: what was measured is stored, marked and reported", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["60s", "60s"]));
    const going = startAssay(["run", path, "-t", bench.target], bench);
    await until("a row of the time line", () => intervalRows(bench.results).length > 2, going);
    going.send("SIGINT");
    await interruptedWell(going, bench);
    const run = onlyRun(bench.results);
    expect(run.state).toBe("partial");
    expect(run.reason).toMatch(/^interrupted in phase read-1, repetition 1/);
    expect(run.phases.map(({ state }) => state)).toEqual(["partial"]);
    const [all] = run.phases[0]?.summaries ?? [];
    expect(all?.operations).toBeGreaterThan(0);
    const counted = intervalRows(bench.results).map((row) => Number(row.split(",")[6]));
    // What completed after the stop is drain, and in no row.
    expect(counted.reduce((a, b) => a + b, 0)).toBe(all?.operations);
  });

  it("with --keep-data: what was measured keeps its data, and the next run takes it", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["60s"]));
    const args = ["run", path, "-t", bench.target];
    const going = startAssay([...args, "--keep-data"], bench);
    await until("a row of the time line", () => intervalRows(bench.results).length > 2, going);
    going.send("SIGINT");
    const { code, stderr } = await going.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("stopping: storing results and keeping its data");
    const kept = runFolders(bench.target);
    expect(kept).toHaveLength(1);
    const next = await assay([...args, "--reuse-data", "--set", "duration=100ms"], bench);
    expect(next.code, next.stderr).toBe(0);
    expect(onlyRun(bench.results).reusedData).toBe(true);
    expect(runFolders(bench.target)).toEqual(kept);
  });
});

describe("Ctrl-C at the end of a run", () => {
  it("while it cleans up: that ends in time, the next scenario does not begin", async () => {
    const bench = makeBench("memory");
    const path = bench.scenario("many", manyFiles(MANY, "100ms"));
    const next = bench.scenario("next", readsFor(["60s"]));
    const going = startAssay(["run", path, next, "-t", bench.target], bench);
    await until("the phase stored", () => storedRun(bench.results)?.phases.length === 1, going);
    const from = performance.now();
    going.send("SIGINT");
    const { code, stderr } = await going.ended;
    expect(performance.now() - from).toBeLessThan(ENDS_WITHIN_MS);
    expect(code).toBe(130);
    expect(runIds(bench.results)).toHaveLength(1);
    const { id, state } = onlyRun(bench.results);
    expect(state).toBe("complete");
    // What could not be removed in that time is said, and the command that is named removes it.
    if (runFolders(bench.target).length > 0) {
      expect(stderr).toMatch(new RegExp(`ended by the interruption; .*assay clean ${id}`));
      expect(await assay(["clean", id], bench)).toMatchObject({ code: 0 });
    }
    expect(runFolders(bench.target)).toEqual([]);
  });
});

describe("two signals", () => {
  it("sent twice at once, as by `timeout`, is one request", async () => {
    const bench = makeBench("memory");
    const path = bench.scenario("reads", readsFor(["60s"]));
    const going = startAssay(["run", path, "-t", bench.target], bench);
    await until("phase begun", () => going.stderr().includes("load started"), going);
    going.send("SIGTERM");
    going.send("SIGTERM");
    const { code, signal, stderr } = await going.ended;
    expect({ code, signal }).toEqual({ code: 130, signal: null });
    expect(stderr).not.toContain("exited immediately");
    expect(runFolders(bench.target)).toEqual([]);
  });

  it("twice: leaves at once and says how to clean up, and that works", async () => {
    const bench = makeBench("memory");
    const results = join(bench.cwd, "my results");
    const path = bench.scenario("many", manyFiles(MANY, "60s"));
    const going = startAssay(["run", path, "-t", bench.target, "--results", results], bench);
    await until("phase begun", () => going.stderr().includes("fetch: load started"), going);
    going.send("SIGINT");
    await until("the first is heard", () => going.stderr().includes("stopping:"), going);
    // Within 100 ms it would be the same request, sent twice by a supervisor.
    await delay(200);
    going.send("SIGINT");
    const { code, signal, stderr } = await going.ended;
    expect({ code, signal }).toEqual({ code: 130, signal: null });
    expect(runFolders(bench.target)).toHaveLength(1);
    const told = /exited immediately; data may be left in the target: `assay (.*)` removes it/.exec(
      stderr,
    );
    const words = (told?.[1] ?? "").split(/ (?=(?:[^']*'[^']*')*[^']*$)/);
    const clean = await assay(
      words.map((word) => word.replaceAll("'", "")),
      bench,
    );
    expect(clean).toMatchObject({ code: 0, stdout: "" });
    expect(clean.stderr).toMatch(/removed [\d,]+ files/);
    expect(runFolders(bench.target)).toEqual([]);
    const report = await assay(["report", onlyRun(results).id, "--results", results], bench);
    expect(report.code).toBe(0);
    expect(report.stdout).toMatch(/has not ended/);
  });

  it("is what SIGTERM does, too", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["60s"]));
    const going = startAssay(["run", path, "-t", bench.target], bench);
    await until("a row of the time line", () => intervalRows(bench.results).length > 0, going);
    going.send("SIGTERM");
    await interruptedWell(going, bench);
    expect(onlyRun(bench.results).state).toBe("partial");
  });
});
