import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRun } from "../../src/run/read.ts";
import { warmupSeconds } from "./assay.ts";
import { FILES_OPERATIONS, type FilesCell, type FilesOperation } from "./cells.ts";
import { runChild } from "./children.ts";
import type { Bench } from "./measure.ts";
import { type FilesResult, filesRates } from "./result.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));
const PLAIN = fileURLToPath(new URL("plain-files.ts", import.meta.url));

/** ext4 gives the inode of a deleted file out again only after minutes, and looks for another. */
const LAST: readonly FilesOperation[] = ["delete"];
const FIRST = FILES_OPERATIONS.filter((operation) => !LAST.includes(operation));

type Rates = Readonly<Partial<Record<FilesOperation, number>>>;

/**
 * Ours, Node's, ours, Node's …, each on files of its own. Nothing is deleted before all files are
 * made, or each side would be slowed down by what the other one deleted.
 */
export async function measureFiles(cell: FilesCell, bench: Bench): Promise<FilesResult> {
  const ours: Rates[] = [];
  const nodes: Rates[] = [];
  for (const operations of [FIRST, LAST]) {
    for (let run = 0; run < bench.options.runs; run++) {
      ours[run] = { ...ours[run], ...(await assay(cell, operations, run, bench)) };
      nodes[run] = { ...nodes[run], ...(await plain(cell, operations, run, bench)) };
      const told = operations.map((operation) => {
        const rates = [ours[run]?.[operation], nodes[run]?.[operation]];
        return `${operation} ${rates.map((rate) => Math.round(rate ?? 0)).join(" against ")}`;
      });
      bench.log(`${cell.name} ${run + 1}/${bench.options.runs}: ${told.join(", ")}`);
    }
  }
  const runsOf = (runs: readonly Rates[], operation: FilesOperation) =>
    runs.map((rates) => rates[operation] ?? Number.NaN);
  return {
    cell,
    operations: FILES_OPERATIONS.map((operation) =>
      filesRates(cell, operation, runsOf(ours, operation), runsOf(nodes, operation)),
    ),
  };
}

/** One run of our command line; what it made stays for the next one in the same folder. */
async function assay(
  cell: FilesCell,
  operations: readonly FilesOperation[],
  run: number,
  { options, space, signal }: Bench,
): Promise<Rates> {
  const target = join(space.target, `files-${run}`);
  await mkdir(target, { recursive: true });
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
  run: number,
  { options, space, signal }: Bench,
): Promise<Rates> {
  const folder = join(space.target, `plain-${run}`);
  const numbers = [count, fileBytes, filesPerDirectory, options.seconds].map(String);
  const child = await runChild(
    process.execPath,
    [PLAIN, folder, ...numbers, ...operations],
    signal,
  );
  if (child.code !== 0) throw new Error(`plain calls ended with ${child.code}: ${child.stderr}`);
  return JSON.parse(child.stdout);
}
