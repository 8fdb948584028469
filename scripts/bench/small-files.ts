import { fileURLToPath } from "node:url";
import { readRun } from "../../src/run/store/read.ts";
import { warmupSeconds } from "./assay.ts";
import { FILES_OPERATIONS, type FilesCell, type FilesOperation } from "./cells.ts";
import { runChild } from "./children.ts";
import { freshGround, type Ground, groundsAreFresh, plainGround } from "./ground.ts";
import type { Bench } from "./measure.ts";
import { type FilesResult, filesRates } from "./result.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));
const PLAIN = fileURLToPath(new URL("plain-files.ts", import.meta.url));

/** What takes files away comes last, and finds on the storage what the others left in memory. */
const LAST: readonly FilesOperation[] = ["delete"];
const FIRST = FILES_OPERATIONS.filter((operation) => !LAST.includes(operation));

/** A file's share of a new file system: its data, inode and name, and of the journal, with room. */
const GROUND_BYTES_A_FILE = 65_536;

const SIDES = ["assay", "node"] as const;
type Side = (typeof SIDES)[number];
type Rates = Readonly<Partial<Record<FilesOperation, number>>>;
type Measure = (
  cell: FilesCell,
  operations: readonly FilesOperation[],
  folder: string,
  bench: Bench,
) => Promise<Rates>;

/** Part of one side's run. */
interface Step {
  readonly side: Side;
  readonly run: number;
  readonly operations: readonly FilesOperation[];
}

/** Ours, Node's, Node's, ours …, each on files of its own, all written out between two steps. */
export async function measureFiles(cell: FilesCell, bench: Bench): Promise<FilesResult> {
  const measure: Readonly<Record<Side, Measure>> = { assay, node: plain };
  const rates: Readonly<Record<Side, Rates[]>> = { assay: [], node: [] };
  const grounds = new Map<string, Ground>();
  const fresh = groundsAreFresh(bench);
  try {
    for (const { side, run, operations } of stepsOf(bench.options.runs, fresh)) {
      const name = `${side}-${run}`;
      const ground = grounds.get(name) ?? (await groundFor(cell, name, fresh, bench));
      grounds.set(name, ground);
      const found = await measure[side](cell, operations, ground.folder, bench);
      rates[side][run] = { ...rates[side][run], ...found };
      const told = operations.map(
        (operation) => `${operation} ${Math.round(found[operation] ?? 0)}`,
      );
      bench.log(`${cell.name} ${run + 1}/${bench.options.runs} ${side}: ${told.join(", ")}`);
      await bench.space.settle(bench.signal, ground.folder);
      if (!fresh || operations !== LAST) continue;
      grounds.delete(name);
      await ground.remove();
    }
  } finally {
    for (const ground of grounds.values()) await ground.remove();
  }
  const runsOf = (side: Side, operation: FilesOperation) =>
    rates[side].map((found) => found[operation] ?? Number.NaN);
  return {
    cell,
    storage: fresh ? "a new ext4 in memory for each run of a side" : bench.space.storage,
    operations: FILES_OPERATIONS.map((operation) =>
      filesRates(cell, operation, runsOf("assay", operation), runsOf("node", operation)),
    ),
  };
}

/**
 * A side with a file system of its own goes through to its end. On a shared one nothing is deleted
 * before all files are made: ext4 gives the inode of a deleted file out again only after minutes,
 * and looks for another, so each side would be slowed down by what the other one deleted.
 */
function stepsOf(runs: number, fresh: boolean): readonly Step[] {
  const turns = Array.from({ length: runs }, (_, run) =>
    (run % 2 === 0 ? SIDES : SIDES.toReversed()).map((side) => ({ side, run })),
  ).flat();
  return fresh
    ? turns.flatMap((turn) => [FIRST, LAST].map((operations) => ({ ...turn, operations })))
    : [FIRST, LAST].flatMap((operations) => turns.map((turn) => ({ ...turn, operations })));
}

function groundFor(cell: FilesCell, name: string, fresh: boolean, bench: Bench): Promise<Ground> {
  return fresh ? freshGround(bench, cell.count * GROUND_BYTES_A_FILE) : plainGround(bench, name);
}

/** One run of our command line; what it made stays for the next one in the same folder. */
async function assay(
  cell: FilesCell,
  operations: readonly FilesOperation[],
  target: string,
  { options, space, signal }: Bench,
): Promise<Rates> {
  const file = await space.scenario("files", scenarioOf(cell, operations, options.seconds));
  const data = operations === LAST ? ["--reuse-data"] : ["--keep-data"];
  const parameters = ["--results", space.results, "--print", "path", "--quiet", ...data];
  const child = await runChild(
    process.execPath,
    [PROGRAM, "run", file, "--target", target, ...parameters],
    signal,
  );
  if (child.code !== 0) throw new Error(`assay ended with ${child.code}: ${child.stderr.trim()}`);
  const { phases } = (await readRun(child.stdout.trim(), space.results)).run;
  return Object.fromEntries(
    phases.map(({ phase, summaries: [all] }) => {
      if (all === undefined || all.errors > 0) throw new Error(`${phase.name}: operations failed`);
      return [phase.name, all.operationsPerSecond];
    }),
  );
}

function scenarioOf(
  { count, fileBytes, filesPerDirectory, workers }: FilesCell,
  operations: readonly FilesOperation[],
  seconds: number,
): object {
  const timed = { warmup: `${warmupSeconds({ workers })}s`, duration: `${seconds}s` };
  return {
    name: "bench-files",
    datasets: { data: { count, size: `${fileBytes}B`, filesPerDirectory } },
    defaults: { workers, cache: "warm", blockSize: `${fileBytes}B` },
    phases: operations.map((operation) => {
      const again = operation === "stat" || operation === "fetch";
      return { name: operation, operation, ...(again ? timed : {}) };
    }),
  };
}

async function plain(
  { count, fileBytes, filesPerDirectory }: FilesCell,
  operations: readonly FilesOperation[],
  folder: string,
  { options, signal }: Bench,
): Promise<Rates> {
  const numbers = [count, fileBytes, filesPerDirectory, options.seconds].map(String);
  const child = await runChild(
    process.execPath,
    [PLAIN, folder, ...numbers, ...operations],
    signal,
  );
  if (child.code !== 0) throw new Error(`plain calls ended with ${child.code}: ${child.stderr}`);
  return JSON.parse(child.stdout);
}
