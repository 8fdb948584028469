// @module-tag system
import { readdirSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { smallFileSystem } from "../storage/loop.ts";
import { intervalRows, onlyRun, runFolders, startAssay, until } from "./assay.ts";
import { type Bench, makeBench } from "./bench.ts";

const MIB = 2 ** 20;
const ENGINES = ["sync", "uring", "threadpool"] as const;

/** Reads or writes of blocks in one dataset, with a fine time line. */
function blocks(phase: string, dataset = "count: 2, size: 16MiB"): string {
  return `
name: blocks
interval: 20ms
datasets: { data: { ${dataset} } }
phases:
  - { name: io, access: random, blockSize: 4KiB, ${phase} }
`;
}

function argsFor(bench: Bench, scenario: string, target: string): readonly string[] {
  return ["run", scenario, "-q", "-t", target, "--print", "nothing", "--results", bench.results];
}

/** Operations, bytes and errors of the time line and of the result have to be the same. */
function agrees(bench: Bench): void {
  const result = onlyRun(bench.results).phases.at(-1);
  const all = result?.summaries[0];
  const rows = intervalRows(bench.results).map((row) => row.split(","));
  const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0);
  expect({ operations: sum(6), bytes: sum(7) }).toEqual({
    operations: all?.operations,
    bytes: all?.bytes,
  });
  expect(all?.bytes).toBe((all?.operations ?? Number.NaN) * 4096);
  const errors = result?.errors.reduce((total, { count }) => total + count, 0);
  expect(errors).toBe(all?.errors);
}

/** The intervals in which reads failed. */
function failing(bench: Bench): readonly { readonly operations: number }[] {
  const rows = intervalRows(bench.results).map((row) => row.split(",").map(Number));
  return rows.flatMap((row) => ((row[8] ?? 0) > 0 ? [{ operations: row[6] ?? 0 }] : []));
}

describe.each(ENGINES)("EIO in the middle of a run on %s", (engine) => {
  const phase = `operation: read, queueDepth: 8, cache: direct, engine: ${engine}`;

  it("from a part of the storage: counted, and the rest goes on", async ({ skip }) => {
    // The dataset fills most of it, so that a half that is gone takes a part of the dataset along.
    const mounted = smallFileSystem(48);
    if (mounted === null) return skip();
    const bench = makeBench();
    const path = bench.scenario("blocks", blocks(`${phase}, duration: 60s`));
    const going = startAssay(argsFor(bench, path, mounted), bench);
    await until("reads begun", () => intervalRows(bench.results).length > 0, going);
    truncateSync(join(dirname(mounted), "image"), 24 * MIB);
    const goesOn = () =>
      failing(bench)
        .slice(1)
        .some(({ operations }) => operations > 0);
    await until("reads that succeed after reads that failed", goesOn, going);
    going.send("SIGINT");
    expect((await going.ended).code).toBe(130);
    const [result] = onlyRun(bench.results).phases;
    const all = result?.summaries[0];
    expect(result).toMatchObject({ state: "partial", reason: "interrupted" });
    expect(result?.errors).toEqual([
      expect.objectContaining({ operation: "read", code: "EIO", count: all?.errors }),
    ]);
    expect(all?.errors).toBeGreaterThan(0);
    expect(all?.latency?.count).toBe((all?.operations ?? 0) + (all?.drained ?? 0));
    agrees(bench);
    expect(runFolders(mounted)).toEqual([]);
  });

  it("from all of it: given up with one sentence", async ({ skip }) => {
    const mounted = smallFileSystem(48);
    if (mounted === null) return skip();
    const bench = makeBench();
    const path = bench.scenario("blocks", blocks(`${phase}, duration: 60s`));
    const going = startAssay(argsFor(bench, path, mounted), bench);
    await until("reads begun", () => intervalRows(bench.results).length > 0, going);
    // Again and again: the file system's own writes make the image grow, and the rest is holes.
    const cut = () => truncateSync(join(dirname(mounted), "image"), MIB);
    const cutting = setInterval(cut, 50);
    cut();
    const { code, stderr } = await going.ended;
    clearInterval(cutting);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^failed: io: worker \d: stopped after \d+ failed operations in \d/m);
    expect(stderr).toContain("last error EIO: the storage reported an input/output error");
    expect(onlyRun(bench.results).phases.map(({ state }) => state)).toEqual(["failed"]);
    agrees(bench);
  });
});

describe("files that are not what they were, on uring", () => {
  const engine = "uring";
  it("cut short while they are read: ESHORT, and the phase failed", async () => {
    const bench = makeBench();
    const phase = `operation: read, queueDepth: 8, cache: warm, engine: ${engine}, duration: 3s`;
    const path = bench.scenario("blocks", blocks(phase));
    const going = startAssay(argsFor(bench, path, bench.target), bench);
    await until("reads begun", () => intervalRows(bench.results).length > 0, going);
    truncateSync(fileIn(bench.target), 8 * MIB);
    const { code, stderr } = await going.ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^failed: io: the dataset changed during the phase; .*\n$/);
    const [error] = onlyRun(bench.results).phases[0]?.errors ?? [];
    expect(error).toMatchObject({ operation: "read", code: "ESHORT" });
    agrees(bench);
    expect(runFolders(bench.target)).toEqual([]);
  });

  it.for(["direct", "warm"])("with holes, on a full disk: ENOSPC (%s)", async (cache, { skip }) => {
    const mounted = smallFileSystem(48);
    if (mounted === null) return skip();
    const bench = makeBench();
    const phase = `operation: write, queueDepth: 8, cache: ${cache}, engine: ${engine}`;
    const path = bench.scenario("blocks", blocks(`${phase}, duration: 4s`));
    const going = startAssay(argsFor(bench, path, mounted), bench);
    await until("writes begun", () => intervalRows(bench.results).length > 0, going);
    for (const index of [0, 1]) {
      truncateSync(fileIn(mounted, index), 0);
      truncateSync(fileIn(mounted, index), 16 * MIB);
    }
    fill(mounted);
    const { code, stderr } = await going.ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^failed: io: the storage is full; first error: write of data/m);
    const [result] = onlyRun(bench.results).phases;
    expect(result?.errors.map((error) => error.code)).toEqual(["ENOSPC"]);
    agrees(bench);
  });
});

/** A file of the dataset of the only run that has a folder here. */
function fileIn(target: string, index = 0): string {
  const folder = join(target, runFolders(target)[0] ?? "", "data");
  return join(folder, readdirSync(folder).sort()[index] ?? "");
}

/** Leaves room for little more than a run's folder, or less where a run writes meanwhile. */
function fill(mounted: string): void {
  const { bavail, bsize } = statfsSync(mounted);
  try {
    writeFileSync(join(mounted, "of-another-program"), Buffer.alloc(bavail * bsize - MIB / 2));
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOSPC" });
  }
}
