// @module-tag system
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { assay, runFolders, runIds, startAssay, until } from "../assay.ts";
import { type Bench, makeBench, readsFor } from "../bench.ts";

const QUIET = ["-q", "--print", "nothing"];

function reads(bench: Bench, name: string, duration: string, size = "64KiB"): string {
  const text = readsFor([duration]).replace("name: reads", `name: ${name}`);
  return bench.scenario(name, text.replace("64KiB", size));
}

/** The stored runs, in the order of their start. */
function runs({ results }: Bench): readonly Run[] {
  return runIds(results)
    .filter((id) => existsSync(join(results, id, "run.json")))
    .map((id) => JSON.parse(readFileSync(join(results, id, "run.json"), "utf8")) as Run)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function runOf(bench: Bench, name: string): Run | undefined {
  return runs(bench).find(({ plan }) => plan.name === name);
}

/** Starts two runs of equal data, and waits for the load of the second. */
async function secondOfTwo() {
  const bench = makeBench("memory");
  const paths = [reads(bench, "one", "100ms"), reads(bench, "two", "60s")];
  const going = startAssay(["run", ...paths, "-t", bench.target], bench);
  await until("the load of two", () => going.stderr().split("load started").length > 2, going);
  return { bench, going };
}

describe("equal datasets of the scenarios of one command", () => {
  it("are prepared once, in a folder run too; runs and reports name the source", async () => {
    const bench = makeBench();
    for (const name of ["one", "three", "two"]) reads(bench, name, "100ms");
    const ended = await assay(["run", ".", "-t", bench.target, ...QUIET], bench);
    expect(ended.code, ended.stderr).toBe(0);
    const [first, ...others] = runs(bench);
    expect(first?.sharedFrom).toBeUndefined();
    expect(others.map(({ sharedFrom }) => sharedFrom)).toEqual([first?.id, first?.id]);
    expect(others.map(({ reusedData }) => reusedData)).toEqual([undefined, undefined]);
    expect(runFolders(bench.target)).toEqual([]);
    const report = readFileSync(join(bench.results, others[0]?.id ?? "", "report.md"), "utf8");
    expect(report).toContain(`Run ${first?.id} of the same command wrote the data.`);
  });

  it("are counted once in the estimate", async () => {
    const bench = makeBench();
    const paths = ["one", "two"].map((name) => reads(bench, name, "100ms", "16MiB"));
    const ended = await assay(["run", ...paths, "-t", bench.target, "--print", "nothing"], bench);
    expect(ended.stderr).toMatch(/^one on target: .* to prepare .*; writes 32 MiB; needs/m);
    expect(ended.stderr).toMatch(/^two on target: .* of load; uses the data of one$/m);
  });

  it("are not written again", async () => {
    const { bench, going } = await secondOfTwo();
    const [folder = "", ...others] = runFolders(bench.target);
    expect(others).toEqual([]);
    expect(folder).toBe(`assay-${runOf(bench, "one")?.id}`);
    const data = join(bench.target, folder, "data");
    const startMs = Date.parse(runOf(bench, "two")?.startedAt ?? "");
    const written = readdirSync(data).map((name) => statSync(join(data, name)));
    expect(written).toHaveLength(2);
    for (const { mtimeMs, birthtimeMs } of written) {
      expect(mtimeMs).toBeLessThan(startMs);
      expect(birthtimeMs).toBeLessThan(startMs);
    }
    going.send("SIGINT");
    expect((await going.ended).code).toBe(130);
    expect(runFolders(bench.target)).toEqual([]);
    expect(runOf(bench, "two")?.state).toBe("partial");
  });

  it.each(["--keep-data", "--reuse-data"])("are not shared with %s", async (option) => {
    const bench = makeBench();
    const paths = ["one", "two"].map((name) => reads(bench, name, "50ms"));
    const args = ["run", ...paths, "-t", bench.target, ...QUIET];
    const kept = await assay([...args, "--keep-data"], bench);
    expect(kept.code, kept.stderr).toBe(0);
    expect(runFolders(bench.target)).toHaveLength(2);
    const ended = await assay([...args, option], bench);
    expect(ended.code, ended.stderr).toBe(0);
    expect(runs(bench).map(({ sharedFrom }) => sharedFrom)).not.toContainEqual(expect.anything());
  });
});

describe("a command that ends between or in two runs of equal data", () => {
  it("leaves nothing after Ctrl-C when the first run has just ended", async () => {
    const bench = makeBench("memory");
    const paths = [reads(bench, "one", "300ms"), reads(bench, "two", "60s")];
    const going = startAssay(["run", ...paths, "-t", bench.target], bench);
    await until("the end of one", () => runOf(bench, "one")?.state === "complete", going);
    going.send("SIGINT");
    expect((await going.ended).code).toBe(130);
    expect(runFolders(bench.target)).toEqual([]);
  });

  it("that is killed leaves data that is known and removed", async () => {
    const { bench, going } = await secondOfTwo();
    going.send("SIGKILL");
    await going.ended;
    expect(runFolders(bench.target)).toHaveLength(1);
    const next = await assay(
      ["run", reads(bench, "next", "50ms"), "-t", bench.target, ...QUIET],
      bench,
    );
    expect(next.code, next.stderr).toBe(0);
    const first = runOf(bench, "one")?.id;
    expect(runOf(bench, "next")?.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(`^run ${first} ended without cleanup and left data in `),
    );
    expect((await assay(["clean", "-t", bench.target], bench)).code).toBe(0);
    expect(runFolders(bench.target)).toEqual([]);
  });
});
