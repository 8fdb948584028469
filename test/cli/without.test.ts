// @module-tag system
import { describe, expect, it } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import { loadNative } from "../../src/posix/koffi.ts";
import { loopDevice } from "../storage/loop.ts";
import { assayProcess, onlyRun, type ProcessOptions, runFolders } from "./assay.ts";
import { makeBench } from "./bench.ts";

const hook = (name: string) => ["--import", new URL(name, import.meta.url).href];
const native = loadNative();
if (typeof native === "string") process.stderr.write(`skipped: ${native}\n`);
const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

/** What a directory can be asked for, each with all that it may go through system calls for. */
const EVERYTHING = `
name: everything
datasets:
  blocks: { count: 2, size: 4MiB }
  fresh: { count: 20, size: 5000B }
  packed: { kind: shards, count: 40, size: 3000B, shardSize: 64KiB }
defaults: { workers: 2 }
phases:
  - { name: deep, dataset: blocks, operation: read, access: random, blockSize: 4KiB,
      queueDepth: 2, cache: direct, operations: 400 }
  - { name: synced, dataset: blocks, operation: write, access: random, blockSize: 4KiB,
      queueDepth: 2, cache: dropped, operations: 200, sync: { call: fdatasync, every: 8 } }
  - { name: dsynced, dataset: blocks, operation: write, access: random, blockSize: 4KiB,
      cache: warm, operations: 100, dsync: true }
  - { name: verified, dataset: blocks, mix: { read: 50, write: 50 }, access: random,
      blockSize: 4KiB, cache: dropped, operations: 200, verify: true }
  - { name: create, dataset: fresh, operation: create, sync: { call: fsync, directory: true } }
  - { name: fetch, dataset: fresh, operation: fetch, cache: dropped, epochs: 1 }
  - { name: rename, dataset: fresh, operation: rename, epochs: 1 }
  - { name: delete, dataset: fresh, operation: delete }
  - { name: stream, dataset: packed, operation: stream, cache: dropped, epochs: 1 }
`;

/** Runs everything; the phases that would have gone through io_uring say why they did not. */
async function runsEverything(around: ProcessOptions, reason: RegExp): Promise<void> {
  const bench = makeBench();
  const path = bench.scenario("everything", EVERYTHING);
  const args = ["run", path, "-q", "-t", bench.target, "--print", "nothing"];
  const ended = await assayProcess(args, { ...around, cwd: bench.cwd });
  expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  const { phases } = onlyRun(bench.results);
  const done = phases.map(({ phase, engine, summaries: [all] }) => [
    phase.name,
    engine,
    (all?.operations ?? 0) + (all?.drained ?? 0),
    all?.errors,
  ]);
  expect(done).toEqual([
    ["deep", "sync", 400, 0],
    ["synced", "sync", 200, 0],
    ["dsynced", "sync", 100, 0],
    ["verified", "sync", 200, 0],
    ["create", "sync", 20, 0],
    ["fetch", "sync", 20, 0],
    ["rename", "sync", 20, 0],
    ["delete", "sync", 20, 0],
    ["stream", "sync", 40, 0],
  ]);
  const fallbacks = phases.flatMap(({ phase, warnings }) =>
    warnings.flatMap(({ code, message }) =>
      code === "engine-fallback" ? [[phase.name, message]] : [],
    ),
  );
  expect(fallbacks).toEqual([
    ["deep", expect.stringMatching(reason)],
    ["synced", expect.stringMatching(reason)],
  ]);
  expect(runFolders(bench.target)).toEqual([]);
  const named = await assayProcess(
    [...args, "--set", "engine=uring", "--set", "phases.deep.workers=1"],
    {
      ...around,
      cwd: bench.cwd,
    },
  );
  expect(named).toMatchObject({ code: 3, stdout: "" });
  expect(named.stderr).toMatch(/the uring engine is not available: .*; use engine auto/);
  expect(named.stderr).toMatch(reason);
  const checked = await assayProcess(["check", path, "-t", bench.target, "--print", "report"], {
    ...around,
    cwd: bench.cwd,
  });
  expect(checked.code).toBe(0);
  expect(checked.stdout + checked.stderr).toMatch(reason);
}

describe.skipIf(refusal !== undefined)("where a seccomp filter keeps io_uring away", () => {
  it.each([
    ["EPERM", /io_uring is disabled by .* or a seccomp filter \(EPERM\)/],
    ["ENOSYS", /no io_uring, or a seccomp filter hides it \(ENOSYS\)/],
  ])("with %s: threads do all of it, and say why", async (errno, reason) => {
    await runsEverything({ node: hook(`./no-io-uring.ts?${errno}`) }, reason);
  });
});

describe.skipIf(typeof native === "string")("without koffi", () => {
  it("everything else works, and what does not says why", async () => {
    await runsEverything({ node: hook("./no-koffi.ts") }, /koffi cannot be loaded/);
  });

  it("a device is read, and that its cache cannot be dropped is said", async ({ skip }) => {
    const device = loopDevice(8) ?? skip();
    const bench = makeBench();
    const path = bench.scenario(
      "reads",
      "name: reads\ndatasets: { data: { count: 1, size: 4MiB } }\nphases:\n" +
        "  - { name: read, operation: read, access: random, blockSize: 4KiB, cache: dropped, " +
        "operations: 50 }\n",
    );
    const args = ["run", path, "-q", "-t", device.path, "--print", "nothing"];
    const ended = await assayProcess(args, { cwd: bench.cwd, node: hook("./no-koffi.ts") });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const [result] = onlyRun(bench.results).phases;
    expect(result?.summaries[0]).toMatchObject({ operations: 50, errors: 0 });
    expect(result?.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /could not be dropped \(BLKFLSBUF and posix_fadvise need the package koffi/,
      ),
    );
  });
});
