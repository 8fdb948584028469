import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatCount, formatShare } from "../../../src/report/parts/format.ts";
import { attach, detach, mountNew, unmount } from "../../../src/testbed/volume/system/device.ts";
import { lengthOf, runAssay } from "../runner/assay.ts";
import { succeed } from "../runner/child.ts";
import { table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import { median, spread } from "../runner/statistics.ts";
import type { Workspace } from "../runner/workspace.ts";

/** In the order they are measured: each finds the files that the one before it left. */
const OPERATIONS = ["create", "stat", "fetch", "delete"] as const;
export type FilesOperation = (typeof OPERATIONS)[number];

/** The last step removes the files, after the others have been written out. */
const STEPS: readonly (readonly FilesOperation[])[] = [["create", "stat", "fetch"], ["delete"]];

/** Whole small files, next to plain synchronous calls of Node from one thread. */
export interface FilesCell extends Named<"files"> {
  readonly count: number;
  readonly fileBytes: number;
  readonly filesPerDirectory: number;
  readonly workers: number;
  /** Least ratio of our rate to that of Node's calls, by operation. */
  readonly leastRatios: Readonly<Record<FilesOperation, number>>;
}

/** Operations per second. */
type Rates = Readonly<Partial<Record<FilesOperation, number>>>;

/** The rates of one operation: runs, medians, their ratio and the verdict. */
export function filesRates(
  cell: FilesCell,
  operation: FilesOperation,
  assayRuns: readonly number[],
  nodeRuns: readonly number[],
) {
  const assay = median(assayRuns);
  const node = median(nodeRuns);
  const ratio = assay / node;
  return {
    ...{ operation, assayRuns, nodeRuns, assay, node, ratio },
    assaySpread: spread(assayRuns),
    nodeSpread: spread(nodeRuns),
    met: ratio >= cell.leastRatios[operation],
  };
}

interface FilesResult {
  readonly cell: FilesCell;
  /** The storage of the files; null where the mount is unknown. */
  readonly storage: string | null;
  readonly operations: readonly ReturnType<typeof filesRates>[];
}

const IN_MEMORY = "/dev/shm";
/** A file's share of a new file system: data, inode, name and part of the journal, with room. */
const IMAGE_BYTES_PER_FILE = 65_536;

export const FILES: Family<FilesCell, FilesResult> = {
  /**
   * A side with a file system of its own goes through to its end. On a shared one nothing is
   * deleted before all files are made: ext4 gives the inode of a deleted file out again only after
   * minutes, and looks for another, so each side would be slowed down by the other's deletes.
   */
  async measure(cell, bench) {
    const { space, options } = bench;
    // A separate file system needs root, and a directory in memory unless another is named.
    const fresh = options.folder === null && process.getuid?.() === 0 && existsSync(IN_MEMORY);
    const measure = (side: string, on: typeof assay, steps: typeof STEPS) => (run: number) =>
      fresh
        ? onNewFileSystem(space, cell.count * IMAGE_BYTES_PER_FILE, (folder) =>
            measureSteps(on, cell, steps, folder, bench),
          )
        : measureSteps(on, cell, steps, join(space.place.target, `${side}-${run}`), bench);
    const passes = [];
    for (const steps of fresh ? [STEPS] : STEPS.map((step) => [step])) {
      const sides = { assay: measure("assay", assay, steps), node: measure("node", node, steps) };
      passes.push({ of: await alternate(cell, sides, textOf, bench), steps });
    }
    const operations = passes.flatMap(({ of, steps }) =>
      steps.flat().map((operation) => {
        const runsOf = (side: string) => of(side).map((rates) => rates[operation] ?? Number.NaN);
        return filesRates(cell, operation, runsOf("assay"), runsOf("node"));
      }),
    );
    const storage = fresh ? "a new ext4 in memory for each run of a side" : space.storage;
    return { cell, storage, operations };
  },
  show: (results) => results.map(tableOf),
};

function textOf(rates: Rates): string {
  return Object.entries(rates)
    .map(([operation, rate]) => `${operation} ${Math.round(rate)}`)
    .join(", ");
}

async function measureSteps(
  measure: typeof assay,
  cell: FilesCell,
  steps: typeof STEPS,
  folder: string,
  bench: Bench,
): Promise<Rates> {
  await mkdir(folder, { recursive: true });
  let rates: Rates = {};
  for (const operations of steps) {
    rates = { ...rates, ...(await measure(cell, operations, folder, bench)) };
    await bench.space.writeOut(bench.signal, folder);
  }
  return rates;
}

/**
 * A new ext4 on a loop device whose file is in memory, which no other load reaches: small files are
 * journal entries first, and on a shared disk the rate depends on who waits for a commit. The
 * device and its file go with the mount.
 */
async function onNewFileSystem<Result>(
  { root }: Workspace,
  sizeBytes: number,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(root, "new-"));
  const memory = await mkdtemp(join(IN_MEMORY, "assay-bench-"));
  try {
    const device = await attach(join(memory, "ext4.img"), sizeBytes);
    try {
      await mountNew("ext4", device, folder);
    } finally {
      await detach(device);
    }
  } finally {
    await rm(memory, { recursive: true });
  }
  try {
    return await work(folder);
  } finally {
    await unmount(folder, true);
  }
}

/** One run of our command line; its files stay for the next one in the same directory. */
async function assay(
  cell: FilesCell,
  operations: readonly FilesOperation[],
  target: string,
  bench: Bench,
): Promise<Rates> {
  const { count, fileBytes, filesPerDirectory, workers } = cell;
  const { seconds, warmupSeconds } = lengthOf(cell, bench.options.seconds);
  const timed = { warmup: `${warmupSeconds}s`, duration: `${seconds}s` };
  const scenario = {
    name: "bench-files",
    datasets: { data: { count, size: `${fileBytes}B`, filesPerDirectory } },
    defaults: { workers, cache: "warm", blockSize: `${fileBytes}B` },
    phases: operations.map((operation) => {
      const again = operation === "stat" || operation === "fetch";
      return { name: operation, operation, ...(again ? timed : {}) };
    }),
  };
  const options = [operations.includes("delete") ? "--reuse-data" : "--keep-data"];
  const { phases } = (await runAssay(scenario, { target }, options, bench)).run;
  return Object.fromEntries(
    phases.map(({ phase, summaries: [all] }) => {
      if (all === undefined || all.errors > 0) throw new Error(`${phase.name}: operations failed`);
      return [phase.name, all.operationsPerSecond];
    }),
  );
}

const PLAIN = fileURLToPath(new URL("./plain-files.ts", import.meta.url));

/** The same with plain calls of Node. */
async function node(
  { count, fileBytes, filesPerDirectory }: FilesCell,
  operations: readonly FilesOperation[],
  folder: string,
  { options, signal }: Bench,
): Promise<Rates> {
  const numbers = [count, fileBytes, filesPerDirectory, options.seconds].map(String);
  const command = [process.execPath, PLAIN, folder, ...numbers, ...operations];
  return JSON.parse((await succeed("plain calls", command, signal)).stdout);
}

function tableOf({ cell, storage, operations }: FilesResult): string {
  const rows = operations.map((one) => [
    ...[one.operation, `${formatCount(one.assay)}/s`, `${formatCount(one.node)}/s`],
    ...[one.ratio.toFixed(2), `≥ ${cell.leastRatios[one.operation].toFixed(1)}`],
    ...[verdict(one.met), `${formatShare(one.assaySpread)}, ${formatShare(one.nodeSpread)}`],
  ]);
  const title = storage === null ? cell.title : `${cell.title}, ${storage}`;
  const head = [title, "assay", "Node's calls, 1 thread", "ratio", "target", ""];
  return table([...head, "spread of each"], rows);
}
