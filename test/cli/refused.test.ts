import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeReadOnly, smallFileSystem } from "../storage/loop.ts";
import {
  assay,
  assayProcess,
  type Ended,
  intervalRows,
  onlyRun,
  runFolders,
  runIds,
  startAssay,
  until,
} from "./assay.ts";
import { makeBench, readsFor } from "./bench.ts";

/** What holds of every refusal: our exit code for it, one sentence, nothing on stdout. */
function refused(ended: Ended, sentence: RegExp): void {
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 3, stdout: "" });
  expect(ended.stderr).toMatch(sentence);
  expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
}

describe("a target that cannot be used", () => {
  it("is not there", async () => {
    const bench = makeBench();
    const gone = join(bench.cwd, "gone");
    refused(await assay(["run", "smoke", "-q", "-t", gone], bench), /gone/);
    expect(runIds(bench.results)).toEqual([]);
  });

  it("is a file", async () => {
    const bench = makeBench();
    const file = join(bench.cwd, "file");
    writeFileSync(file, "mine");
    refused(await assay(["run", "smoke", "-q", "-t", file], bench), /not a directory/);
    expect(runIds(bench.results)).toEqual([]);
  });

  it("may not be written", { tags: ["system"] }, async ({ skip }) => {
    if (process.getuid?.() !== 0) {
      process.stderr.write("skipped: only root can start a process as another user\n");
      return skip();
    }
    const bench = makeBench();
    chmodSync(bench.cwd, 0o755);
    mkdirSync(bench.results);
    chmodSync(bench.results, 0o777);
    const args = ["run", "smoke", "-q", "-t", bench.target];
    refused(
      await assayProcess(args, { cwd: bench.cwd, uid: 65534 }),
      /no permission as user 65534/,
    );
    expect(runIds(bench.results)).toEqual([]);
  });

  it("is mounted read-only", { tags: ["system"] }, async ({ skip }) => {
    const mounted = smallFileSystem(8);
    if (mounted === null) return skip();
    makeReadOnly(mounted);
    const bench = makeBench();
    refused(await assay(["run", "smoke", "-q", "-t", mounted], bench), /mounted read-only/);
    expect(runIds(bench.results)).toEqual([]);
    const listed = await assay(["list", "-t", mounted], bench);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout).toMatch(/^Data of runs in mounted: none$/m);
  });

  it("takes no folders, although it may be written", async () => {
    const bench = makeBench();
    const ended = await assay(["run", "smoke", "-q", "-t", "/proc"], bench);
    refused(
      ended,
      /cannot create the run's directory in \/proc: the file system does not allow new directories/,
    );
    expect(runIds(bench.results)).toEqual([]);
  });

  it("keeps none of the others from being measured", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms"]));
    const gone = join(bench.cwd, "gone");
    const args = ["run", path, "-q", "-t", gone, "-t", bench.target, "--print", "path"];
    const { code, stdout, stderr } = await assay(args, bench);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^reads on gone: /);
    expect(stdout).toBe(`${join("results", onlyRun(bench.results).id)}\n`);
    expect(onlyRun(bench.results).state).toBe("complete");
  });
});

/** Three reads, then files that do not fit, or do until others come. */
const FILLS = `
name: fills
datasets:
  small: { count: 2, size: 64KiB }
  large: { count: 400, size: 64KiB }
defaults: { workers: 2, cache: warm }
phases:
  - { name: read, dataset: small, operation: read, access: random, blockSize: 4KiB,
      duration: 100ms }
  - { name: fetch, dataset: large, operation: fetch, duration: 100ms }
`;

describe("a full disk", { tags: ["system"] }, () => {
  it("by all datasets together: seen before the first phase", async ({ skip }) => {
    const mounted = smallFileSystem(16);
    if (mounted === null) return skip();
    const bench = makeBench();
    const path = bench.scenario("fills", FILLS);
    const ended = await assay(["run", path, "-q", "-t", mounted, "--print", "nothing"], bench);
    refused(ended, /^fills on mounted: datasets "small" and "large" together need .* are free/);
    expect(runFolders(mounted)).toEqual([]);
    expect(runIds(bench.results)).toEqual([]);
  });

  it("before the first phase: data that was to be kept is not there, nor is its folder", async ({
    skip,
  }) => {
    const mounted = smallFileSystem(48);
    if (mounted === null) return skip();
    const bench = makeBench();
    const path = bench.scenario("fills", FILLS.replace("count: 400", "count: 4000"));
    const args = ["run", path, "-q", "-t", mounted, "--print", "nothing", "--keep-data"];
    refused(
      await assay([...args, "--set", "phases.read.dataset=large"], bench),
      /needs .* are free/,
    );
    expect(runFolders(mounted)).toEqual([]);
  });

  it("before a write phase: seen before the first byte", async ({ skip }) => {
    const mounted = smallFileSystem(48);
    if (mounted === null) return skip();
    const bench = makeBench();
    const text = FILLS.replace("operation: fetch, duration: 100ms", "operation: create");
    const args = ["run", bench.scenario("fills", text), "-q", "-t", mounted, "--print", "nothing"];
    const going = startAssay([...args, "--set", "phases.read.duration=2s"], bench);
    await until("reads begun", () => intervalRows(bench.results).length > 2, going);
    fill(join(mounted, "of-another-program"), 40 * 2 ** 20);
    refused(await going.ended, /^failed: fetch: .*(needs .* are free|no space left)/);
    expect(runFolders(mounted)).toEqual([]);
    expect(onlyRun(bench.results).phases[0]?.state).toBe("complete");
  });

  it("in a write phase: one sentence, the data removed, earlier phases stored", async ({
    skip,
  }) => {
    const mounted = smallFileSystem(96, { inodes: 40_000 });
    if (mounted === null) return skip();
    const bench = makeBench();
    // Each file is synced, so that there is time to fill the disk before all are created.
    const text = FILLS.replace(
      "operation: fetch, duration: 100ms",
      "operation: create, sync: { call: fsync }",
    ).replace("count: 400, size: 64KiB", "count: 30000, size: 1KiB");
    const args = ["run", bench.scenario("fills", text), "-q", "-t", mounted, "--print", "nothing"];
    const going = startAssay(args, bench);
    const created = () => filesIn(join(mounted, runFolders(mounted)[0] ?? "", "large")) > 10;
    await until("files created", created, going);
    fill(join(mounted, "of-another-program"), 96 * 2 ** 20);
    refused(await going.ended, /^failed: fetch: .*ENOSPC|^failed: fetch: the storage became full/);
    expect(runFolders(mounted)).toEqual([]);
    const run = onlyRun(bench.results);
    expect(run.phases.map(({ state }) => state)).toEqual(["complete", "failed"]);
    const codes = run.phases[1]?.errors.map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(["ENOSPC"]));
  });
});

describe("a folder for results", () => {
  it("where none can be made: one sentence, the target's data removed", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms"]));
    // The kernel says ENOENT to any new name there, although the folder above exists.
    const results = "/proc/assay/results";
    const args = ["run", path, "-q", "-t", bench.target, "--results", results];
    const ended = await assay(args, bench);
    refused(ended, /cannot store results in \/proc\/assay\/results: no directory can be created/);
    expect(runFolders(bench.target)).toEqual([]);
  });
});

describe("a full disk under the results", { tags: ["system"] }, () => {
  it("from the start: one sentence, the target's data removed", async ({ skip }) => {
    const mounted = smallFileSystem(8);
    if (mounted === null) return skip();
    fill(join(mounted, "of-another-program"), 64 * 2 ** 20);
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms"]));
    const results = join(mounted, "results");
    const ended = await assay(["run", path, "-q", "-t", bench.target, "--results", results], bench);
    refused(ended, /cannot store results in .*: the disk is full; choose another directory/);
    expect(runFolders(bench.target)).toEqual([]);
    expect(runIds(results)).toEqual([]);
  });

  it("in phase 2: phase 1 is stored and can be reported", async ({ skip }) => {
    const mounted = smallFileSystem(8);
    if (mounted === null) return skip();
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["200ms", "19s"]));
    const results = join(mounted, "results");
    const args = ["run", path, "-q", "-t", bench.target, "--results", results];
    const going = startAssay(args, bench);
    const inPhase2 = () => intervalRows(results).some((row) => row.startsWith("read-2"));
    await until("a row of phase 2", inPhase2, going);
    fill(join(mounted, "of-another-program"), 64 * 2 ** 20);
    const ended = await going.ended;
    expect(ended).toMatchObject({ code: 3 });
    expect(ended.stderr).toMatch(/cannot store results in .*: the disk is full/);
    expect(ended.stdout).toMatch(/^reads on target .*, failed after /);
    expect(runFolders(bench.target)).toEqual([]);
    expect(onlyRun(results).phases.map(({ state }) => state)).toEqual(["complete", "partial"]);
    const report = await assay(["report", onlyRun(results).id, "--results", results], bench);
    expect(report.code).toBe(0);
    expect(report.stdout).toContain("read-1");
  });
});

function filesIn(folder: string): number {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).length : 0;
}

/** Writes until the file system is full, to the last block of it, or so many bytes. */
function fill(path: string, bytes: number): void {
  for (const blockBytes of [65_536, 512]) {
    try {
      for (let written = 0; written < bytes; written += blockBytes) {
        appendFileSync(path, Buffer.alloc(blockBytes, 1));
      }
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }
}
