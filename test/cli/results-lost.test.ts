// @module-tag system
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Run } from "../../src/model/run/run.ts";
import { fillFileSystem, smallFileSystem } from "../storage/loop.ts";
import { type Ended, intervalRows, runFolders, runIds, startAssay, until } from "./assay.ts";
import { type Bench, makeBench, readsFor } from "./bench.ts";

/** A run that loses its results in its second phase. */
async function losing(
  bench: Bench,
  results: string,
  lose: (folder: string) => void,
  ulimit?: string,
): Promise<Ended> {
  const file = bench.scenario("reads", readsFor(["200ms", "4s", "60s"]));
  const args = ["run", file, "-t", bench.target, "--results", results];
  if (ulimit !== undefined)
    args.push("--set", "interval=10ms", "--set", "phases.read-2.duration=30s");
  // Where there is no other place, the results go into a folder for temporary files.
  const env = { TMPDIR: bench.cwd };
  const around = ulimit === undefined ? { cwd: bench.cwd, env } : { cwd: bench.cwd, env, ulimit };
  const going = startAssay(args, around);
  const second = (): boolean => intervalRows(results).some((row) => row.startsWith("read-2,"));
  await until("rows of the second phase", second, going);
  lose(join(results, runIds(results).at(-1) ?? ""));
  return going.ended;
}

/** The run is stored where stderr says, with both phases, and was printed. */
function lostNothing(bench: Bench, { code, stdout, stderr }: Ended): string {
  expect(code, stderr).toBe(3);
  expect(stderr).not.toMatch(/internal error| {4}at /);
  const folder = /the results up to then are stored in (\S+)$/m.exec(stderr)?.[1] ?? "";
  const run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as Run;
  expect(run.state).toBe("failed");
  expect(run.phases.map(({ phase, state }) => [phase.name, state])).toEqual([
    ["read-1", "complete"],
    ["read-2", expect.stringMatching(/complete|partial/)],
  ]);
  for (const { summaries } of run.phases) expect(summaries[0]?.operations).toBeGreaterThan(0);
  expect(stdout).toContain("read-1");
  expect(stdout).toContain("read-2");
  // Rows are whole, and those of the finished phase are all there.
  const rows = readFileSync(join(folder, "intervals.csv"), "utf8").trimEnd().split("\n");
  const columns = rows[0]?.split(",").length;
  for (const row of rows) expect(row.split(",")).toHaveLength(columns ?? 0);
  const counted = rows.filter((row) => row.startsWith("read-1,")).map((row) => row.split(",")[6]);
  const total = counted.reduce((sum, operations) => sum + Number(operations), 0);
  expect(total).toBe(run.phases[0]?.summaries[0]?.operations);
  expect(runFolders(bench.target)).toEqual([]);
  return folder;
}

describe("results that can no longer be stored: the run ends, nothing measured is lost", () => {
  it("when the disk becomes full", async ({ skip }) => {
    const mounted = smallFileSystem(16);
    if (mounted === null) return skip();
    const bench = makeBench("memory");
    const results = join(mounted, "results");
    const ended = await losing(bench, results, () => fillFileSystem(mounted));
    expect(ended.stderr).toMatch(/cannot store results in .*: the disk is full/);
    // In the results folder itself, not elsewhere.
    expect(lostNothing(bench, ended)).toContain(results);
  });

  it("when the file system runs out of inodes: it is stored all the same", async ({ skip }) => {
    const mounted = smallFileSystem(16, { inodes: 64 });
    if (mounted === null) return skip();
    const bench = makeBench("memory");
    const results = join(mounted, "results");
    const ended = await losing(bench, results, () => fillFileSystem(mounted, true));
    expect(lostNothing(bench, ended)).toContain(results);
  });

  it("when a file may not become larger", async () => {
    const bench = makeBench("memory");
    // What is reserved fits; the log of latencies grows beyond it in some seconds.
    const ended = await losing(bench, bench.results, () => {}, "-f 560");
    lostNothing(bench, ended);
    expect(ended.stderr).toContain("ulimit -f");
  });

  const REMOVED: Readonly<Record<string, (folder: string, bench: Bench) => void>> = {
    "the folder of the run is removed": (folder) => rmSync(folder, { recursive: true }),
    "the folder of all results is removed": (_, { results }) =>
      rmSync(results, { recursive: true }),
    "the folder of the run is moved": (folder) => renameSync(folder, `${folder}-moved`),
  };
  it.each(Object.entries(REMOVED))("when %s: it is made again", async (_, remove) => {
    const bench = makeBench("memory");
    let folder = "";
    const ended = await losing(bench, bench.results, (own) => {
      folder = own;
      remove(own, bench);
    });
    expect(ended.stderr).toContain("removed during the run");
    expect(lostNothing(bench, ended)).toBe(folder);
  });

  const REPLACED: Readonly<Record<string, (folder: string) => void>> = {
    "another folder": (folder) => mkdirSync(folder),
    "a file": (folder) => writeFileSync(folder, "mine"),
    "a symbolic link": (folder) => symlinkSync(`${folder}-other`, folder),
  };
  it.each(Object.entries(REPLACED))("when %s takes its place: left alone", async (what, put) => {
    const bench = makeBench("memory");
    let folder = "";
    const ended = await losing(bench, bench.results, (own) => {
      folder = own;
      mkdirSync(`${own}-other`);
      renameSync(own, `${own}-moved`);
      put(own);
    });
    expect(ended.stderr).toContain("during the run");
    const stored = lostNothing(bench, ended);
    expect(stored).not.toContain(folder);
    expect(existsSync(join(folder, "run.json"))).toBe(false);
    expect(existsSync(join(`${folder}-other`, "run.json"))).toBe(false);
    if (what === "a file") expect(readFileSync(folder, "utf8")).toBe("mine");
  });
});
