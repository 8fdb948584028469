import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { formatCount, formatLatency, formatShare } from "../../../src/report/parts/format.ts";
import { assayFiles } from "../files/assay.ts";
import { elbenchoFiles } from "../files/elbencho.ts";
import { canMountNew, onNewFileSystem } from "../files/new-file-system.ts";
import { plainFiles } from "../files/plain.ts";
import {
  FILES_OPERATIONS,
  type FilesLoad,
  type FilesOperation,
  type FilesRate,
  type FilesSample,
} from "../files/side.ts";
import { ratioCells, table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import { median, pairsOf, spread } from "../runner/statistics.ts";

/** Whole small files, next to plain synchronous calls of Node or to elbencho. */
export interface FilesCell extends Named<"files">, FilesLoad {
  readonly peer: "node" | "elbencho";
  /** Least ratio of our rate to that of the peer, by operation. */
  readonly leastRatios: Readonly<Record<FilesOperation, number>>;
}

/** The rates of one operation: runs, medians, ratios of pairs and the verdict. */
export function filesRates(
  cell: FilesCell,
  operation: FilesOperation,
  assayRuns: readonly FilesRate[],
  peerRuns: readonly FilesRate[],
) {
  const both = (of: (run: FilesRate) => number) => [assayRuns.map(of), peerRuns.map(of)] as const;
  const [ours, theirs] = both((run) => run.operationsPerSecond);
  const [ourCpu, theirCpu] = both((run) => run.cpuNsPerOperation);
  const rate = pairsOf(ours, theirs);
  return {
    ...{ operation, assayRuns, peerRuns, assay: median(ours), peer: median(theirs), rate },
    ...{ assayCpuNs: median(ourCpu), peerCpuNs: median(theirCpu), cpu: pairsOf(ourCpu, theirCpu) },
    workerCpuNs: median(assayRuns.map((run) => run.workerCpuNsPerOperation)),
    ...{ assaySpread: spread(ours), peerSpread: spread(theirs) },
    met: rate.ratio >= cell.leastRatios[operation],
  };
}

interface FilesResult {
  readonly cell: FilesCell;
  /** The storage of the files; null where the mount is unknown. */
  readonly storage: string | null;
  readonly operations: readonly ReturnType<typeof filesRates>[];
}

/** The last step removes the files, after the others have been written out. */
const STEPS: readonly (readonly FilesOperation[])[] = [["create", "stat", "fetch"], ["delete"]];

/** A process that counts passes makes all of them. */
const ONE_STEP: typeof STEPS = [FILES_OPERATIONS];

const PEERS = {
  node: { run: plainFiles, title: "Node's calls, 1 thread" },
  elbencho: { run: elbenchoFiles, title: "elbencho" },
} as const;

const CAPTION =
  "Whole files. assay: `assay run`, `cache: warm`. Node's calls: from one thread. elbencho: " +
  "`-d -w --stat -r -F -D`, its own directories for each thread, page cache; `-i 2` where a pass " +
  "rehearses. Directories are made before anything counts; CPU time covers the whole process.";

export const FILES: Family<FilesCell, FilesResult> = {
  needs: ({ peer }) => (peer === "elbencho" ? "elbencho" : null),
  /**
   * A side with a file system of its own goes through to its end. On a shared one nothing is
   * deleted before all files are made: ext4 gives the inode of a deleted file out again only after
   * minutes, and looks for another, so each side would be slowed down by the other's deletes.
   */
  async measure(cell, bench) {
    const { space } = bench;
    const fresh = canMountNew(bench);
    const peer = PEERS[cell.peer].run;
    const all = cell.passes === "timed" ? STEPS : ONE_STEP;
    const measure = (side: string, on: typeof peer, steps: typeof STEPS) => (run: number) =>
      fresh
        ? onNewFileSystem(bench, cell.count, (at) => measureSteps(on, cell, steps, at, bench))
        : measureSteps(on, cell, steps, join(space.place.target, `${side}-${run}`), bench);
    const passes = [];
    for (const steps of fresh ? [all] : all.map((step) => [step])) {
      const sides = {
        assay: measure("assay", assayFiles, steps),
        [cell.peer]: measure(cell.peer, peer, steps),
      };
      passes.push({ of: await alternate(cell, sides, textOf, bench), steps });
    }
    const operations = passes.flatMap(({ of, steps }) =>
      steps.flat().map((operation) => {
        const runsOf = (side: string) => of(side).flatMap((rates) => rates[operation] ?? []);
        return filesRates(cell, operation, runsOf("assay"), runsOf(cell.peer));
      }),
    );
    const storage = fresh ? "a new ext4 in memory for each run of a side" : space.storage;
    return { cell, storage, operations };
  },
  show: (results) => [CAPTION, ...results.map(tableOf)],
};

function textOf(rates: FilesSample): string {
  return Object.entries(rates)
    .map(
      ([operation, { operationsPerSecond }]) => `${operation} ${formatCount(operationsPerSecond)}`,
    )
    .join(", ");
}

async function measureSteps(
  measure: typeof assayFiles,
  cell: FilesCell,
  steps: typeof STEPS,
  folder: string,
  bench: Bench,
): Promise<FilesSample> {
  await mkdir(folder, { recursive: true });
  let rates: FilesSample = {};
  for (const operations of steps) {
    rates = { ...rates, ...(await measure(cell, operations, folder, bench)) };
    await bench.space.writeOut(bench.signal, folder);
  }
  return rates;
}

function tableOf({ cell, storage, operations }: FilesResult): string {
  const rows = operations.map((one) => [
    ...[one.operation, `${formatCount(one.assay)}/s`, `${formatCount(one.peer)}/s`],
    ...[...ratioCells(one.rate), `≥ ${cell.leastRatios[one.operation].toFixed(1)}`],
    ...[verdict(one.met), `${formatShare(one.assaySpread)}, ${formatShare(one.peerSpread)}`],
    ...[formatLatency(one.assayCpuNs), formatLatency(one.peerCpuNs), ...ratioCells(one.cpu)],
    formatLatency(one.workerCpuNs),
  ]);
  const title = storage === null ? cell.title : `${cell.title}, ${storage}`;
  const head = [title, "assay", PEERS[cell.peer].title, "ratio of pairs", "range", "target", ""];
  const cpu = ["CPU per file, assay", cell.peer, "ratio of pairs", "range", "of the workers"];
  return table([...head, "spread of each", ...cpu], rows);
}
