// @module-tag system
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { setImmutable, smallFileSystem } from "../storage/loop.ts";
import {
  assay,
  type Going,
  intervalRows,
  onlyRun,
  runFolders,
  startAssay,
  until,
} from "./assay.ts";
import { type Bench, makeBench } from "./bench.ts";

/** Reads one dataset, then another, then the first again. */
const BETWEEN = `
name: between
datasets:
  one: { count: 4, size: 64KiB }
  two: { count: 4, size: 64KiB }
defaults:
  { workers: 1, cache: warm, operation: read, access: random, blockSize: 4KiB, duration: 100ms }
phases:
  - { name: read-one, dataset: one }
  - { name: read-two, dataset: two, duration: 2s }
  - { name: again, dataset: one }
`;

/** Starts the run and waits until its second phase goes on; the first dataset lies still. */
async function inSecondPhase(bench: Bench): Promise<Going> {
  const path = bench.scenario("between", BETWEEN);
  const going = startAssay(["run", path, "-q", "-t", bench.target, "--print", "nothing"], bench);
  const begun = () => intervalRows(bench.results).some((row) => row.startsWith("read-two"));
  await until("a row of phase 2", begun, going);
  return going;
}

function fileOf(bench: Bench, dataset: string): string {
  const folder = join(bench.target, runFolders(bench.target)[0] ?? "", dataset);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const file = names.find((entry) => entry.isFile());
  if (file === undefined) throw new Error(`no file in ${folder}`);
  return join(file.parentPath, file.name);
}

async function endsRefused(going: Going, bench: Bench, sentence: RegExp): Promise<void> {
  const { code, stdout, stderr } = await going.ended;
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(sentence);
  const run = onlyRun(bench.results);
  expect(run.state).toBe("failed");
  expect(run.phases.map(({ state }) => state)).toEqual(["complete", "complete"]);
}

it("a file that was cut short between phases is seen, and named", async () => {
  const bench = makeBench();
  const going = await inSecondPhase(bench);
  const file = fileOf(bench, "one");
  truncateSync(file, 100);
  await endsRefused(going, bench, /^failed: again: .*changed/);
  expect((await going.ended).stderr).toContain(file);
  expect((await going.ended).stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(runFolders(bench.target)).toEqual([]);
});

it("a file that is cut short while it is read fails the phase, and says so", async () => {
  const bench = makeBench();
  const going = await inSecondPhase(bench);
  truncateSync(fileOf(bench, "two"), 0);
  const { code, stderr } = await going.ended;
  expect(code).toBe(3);
  expect(stderr).toMatch(/^failed: read-two: the dataset changed during the phase; .*\n$/);
  expect(runFolders(bench.target)).toEqual([]);
  const run = onlyRun(bench.results);
  const [error] = run.phases[1]?.errors ?? [];
  expect(error).toMatchObject({ operation: "read", code: "ESHORT" });
  expect(error?.count).toBe(run.phases[1]?.summaries[0]?.errors);
  const report = await assay(["report", run.id], bench);
  expect(report.stdout).toMatch(/operations failed .*read ESHORT/);
});

it(
  "a symbolic link in the place of a file is not followed, neither to " + "read nor to remove",
  async () => {
    const bench = makeBench();
    const going = await inSecondPhase(bench);
    const mine = join(bench.cwd, "mine");
    writeFileSync(mine, "x".repeat(65_536));
    const file = fileOf(bench, "one");
    unlinkSync(file);
    symlinkSync(mine, file);
    await endsRefused(going, bench, /^left in the target: .*\nfailed: again: /s);
    expect((await going.ended).stderr).toContain(`${file} is not a regular file`);
    expect(readFileSync(mine, "utf8")).toBe("x".repeat(65_536));

    const clean = await assay(["clean", onlyRun(bench.results).id], bench);
    expect(clean.code).toBe(3);
    expect(readFileSync(mine, "utf8")).toBe("x".repeat(65_536));
    unlinkSync(file);
    expect((await assay(["clean", onlyRun(bench.results).id], bench)).code).toBe(0);
    expect(runFolders(bench.target)).toEqual([]);
  },
);

it(
  "a symbolic link in the place of a folder is not followed to remove " + "what is behind it",
  async () => {
    const bench = makeBench();
    const going = await inSecondPhase(bench);
    const folder = join(bench.target, runFolders(bench.target)[0] ?? "", "one");
    const elsewhere = join(bench.cwd, "elsewhere");
    renameSync(folder, elsewhere);
    symlinkSync(elsewhere, folder);
    await endsRefused(going, bench, /failed: again: /);
    const { stderr } = await going.ended;
    expect(stderr).toContain(folder);
    expect(stderr).not.toMatch(/internal error/);
    expect(existsSync(elsewhere)).toBe(true);
    expect(readdirSync(elsewhere, { recursive: true }).length).toBeGreaterThanOrEqual(4);
  },
);

/** Of a run that has measured all it was to measure. */
async function endsComplete(going: Going, bench: Bench, code: number): Promise<string> {
  const ended = await going.ended;
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: "" });
  expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(onlyRun(bench.results).state).toBe("complete");
  return ended.stderr;
}

it("what others put into its folder stays there, and the run is done all the same", async () => {
  const bench = makeBench();
  const going = await inSecondPhase(bench);
  const stranger = join(fileOf(bench, "two"), "..", "thesis.tex");
  writeFileSync(stranger, "years of work");
  const said = await endsComplete(going, bench, 0);
  expect(said).toMatch(
    /^left in the target: .* holds data that this run did not create \(thesis\.tex\)/,
  );
  expect(readFileSync(stranger, "utf8")).toBe("years of work");
});

it("what it made and cannot remove is told, and the run is not done", async ({ skip }) => {
  const target = smallFileSystem(16);
  if (target === null) return skip();
  const bench = { ...makeBench(), target };
  const going = await inSecondPhase(bench);
  const file = fileOf(bench, "one");
  setImmutable(file, true);
  const said = await endsComplete(going, bench, 3);
  expect(said).toContain(
    `left in the target: ${file} could not be removed: no permission as user 0 (EPERM)`,
  );
  setImmutable(file, false);
  const clean = await assay(["clean", onlyRun(bench.results).id], bench);
  expect(clean.code).toBe(0);
  expect(runFolders(target)).toEqual([]);
});
