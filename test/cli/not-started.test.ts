// @module-tag system
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { executeRun } from "../../src/run/execute.ts";
import { NULL_TARGET, requestOf } from "../run/support.ts";
import { smallFileSystem } from "../storage/loop.ts";
import { scratch } from "../storage/support.ts";
import { assay, onlyRun, runFolders, runIds, startAssay, until } from "./assay.ts";
import { makeBench, manyFiles, readsFor } from "./bench.ts";

/** Writes until the file system is full, to its last block. */
function fill(path: string): void {
  for (const blockBytes of [65_536, 512]) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(blockBytes, 1));
    } catch (error) {
      if (!/ENOSPC/.test(String(error))) throw error;
    }
  }
}

describe("a run that ends before the load of its first phase", () => {
  it("is not stored if the disk fills up while its data is written", async ({ skip }) => {
    const mounted = smallFileSystem(400, { inodes: 60_000 });
    if (mounted === null) return skip();
    const bench = makeBench();
    const [junit, summary] = [join(bench.cwd, "junit.xml"), join(bench.cwd, "summary.md")];
    const path = bench.scenario("many", manyFiles(40_000, "100ms").replace("512B", "4KiB"));
    const args = ["run", path, "-q", "-t", mounted, "--junit", junit];
    const going = startAssay(args, { ...bench, env: { GITHUB_STEP_SUMMARY: summary } });
    const written = (): number => {
      const data = join(mounted, runFolders(mounted)[0] ?? "none", "data");
      return existsSync(data) ? readdirSync(data, { recursive: true }).length : 0;
    };
    await until("files in the target", () => written() > 100, going);
    fill(join(mounted, "of-another-program"));
    const { code, stdout, stderr } = await going.ended;
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^many-files on mounted: .*(full|no space left)/);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(runIds(bench.results)).toEqual([]);
    expect(runFolders(mounted)).toEqual([]);
    expect(readFileSync(junit, "utf8")).toMatch(/name="many-files on mounted".* errors="1"/);
    expect(readFileSync(summary, "utf8")).toMatch(
      /^# ❌ 1 of 1 run failed\n\n- many-files on mounted: /,
    );
  });

  it("is not stored if its workers cannot open the target", async () => {
    const results = scratch();
    const run = { target: NULL_TARGET, engine: "uring", phases: [{}], request: {} } as const;
    let started = 0;
    const request = requestOf(run, results);
    const events = { ...request.events, started: () => void started++ };
    await expect(executeRun({ ...request, events })).rejects.toThrow(
      /a local engine cannot open a memory/,
    );
    expect(started).toBe(1);
    expect(readdirSync(results)).toEqual([]);
  });

  it("does not prevent the other scenarios of the command", async ({ skip }) => {
    const mounted = smallFileSystem(16);
    if (mounted === null) return skip();
    const bench = makeBench();
    const large = bench.scenario("large", manyFiles(40_000, "100ms"));
    const reads = bench.scenario("reads", readsFor(["100ms"]));
    const { code } = await assay(["run", large, reads, "-q", "-t", mounted], bench);
    expect(code).toBe(3);
    expect(onlyRun(bench.results)).toMatchObject({ state: "complete", plan: { name: "reads" } });
  });
});

describe("--reuse-data", () => {
  it("is refused before anything is written if there is no kept data", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms"]));
    const args = ["run", path, "-q", "-t", bench.target];
    const none = await assay([...args, "--reuse-data"], bench);
    expect(none).toMatchObject({ code: 3, stdout: "" });
    expect(none.stderr).toBe(
      `reads on target: --reuse-data: ${bench.target} has no kept data of dataset "data" with ` +
        "these settings; run the scenario with --keep-data first, or remove --reuse-data\n",
    );
    expect(runIds(bench.results)).toEqual([]);
    expect(readdirSync(bench.target)).toEqual([]);
    expect((await assay([...args, "--keep-data"], bench)).code).toBe(0);
    const other = ["--reuse-data", "--set", "datasets.data.count=3"];
    expect((await assay([...args, ...other], bench)).code).toBe(3);
    expect((await assay([...args, "--reuse-data"], bench)).code).toBe(0);
    expect(runFolders(bench.target)).toHaveLength(1);
  });

  it("uses kept data if there is any, and keeps its own otherwise, with --keep-data", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms"]));
    const args = ["run", path, "-q", "-t", bench.target, "--reuse-data", "--keep-data"];
    expect((await assay(args, bench)).code).toBe(0);
    const kept = runFolders(bench.target);
    expect((await assay(args, bench)).code).toBe(0);
    expect(runFolders(bench.target)).toEqual(kept);
    expect(onlyRun(bench.results).reusedData).toBe(true);
  });

  it("is refused with the reason if the kept data changed", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms"]));
    const args = ["run", path, "-q", "-t", bench.target];
    await assay([...args, "--keep-data"], bench);
    const [kept = ""] = runFolders(bench.target);
    const data = join(bench.target, kept, "data");
    const entries = readdirSync(data, { recursive: true, withFileTypes: true });
    const file = entries.find((entry) => entry.isFile());
    appendFileSync(join(file?.parentPath ?? data, file?.name ?? ""), "more");
    const { code, stderr } = await assay([...args, "--reuse-data"], bench);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /kept data in .* cannot be reused: .* run the scenario with --keep-data/,
    );
  });
});
