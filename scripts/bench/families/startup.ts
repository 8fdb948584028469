import { fileURLToPath } from "node:url";
import { formatCount } from "../../../src/report/parts/format.ts";
import { succeed } from "../runner/child.ts";
import { table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import { median } from "../runner/statistics.ts";
import type { Workspace } from "../runner/workspace.ts";

/** Wall time of a command from the start of its process to its exit. */
export interface StartupCell extends Named<"startup"> {
  /** Arguments of assay. */
  readonly args: (space: Workspace) => readonly string[];
  readonly mostMs: number;
}

const BIN = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
/** Rest of the command line of Node that does nothing: the part that no command can save. */
const NOTHING = ["--eval", "0"];

/** A phase of a second on one small dataset, which the first, unmeasured run keeps. */
function shortRun({ place, results }: Workspace): readonly string[] {
  const values = ["duration=1s", "warmup=0s", "datasets.data.count=1", "datasets.data.size=64MiB"];
  const set = values.flatMap((one) => ["--set", one]);
  const where = ["--target", place.target, "--results", results, "--offline"];
  return ["run", "random-read", ...set, ...where, "--keep-data", "--quiet"];
}

function command(
  name: string,
  title: string,
  mostMs: number,
  args: StartupCell["args"],
): StartupCell {
  return { kind: "startup", name: `startup-${name}`, title, mostMs, args };
}

export const STARTUP_CELLS: readonly StartupCell[] = [
  command("help", "assay --help", 120, () => ["--help"]),
  command("list", "assay list", 300, ({ results }) => ["list", "--results", results]),
  command("run", "assay run, 1 s on an existing dataset", 1600, (space) => [
    ...shortRun(space),
    "--reuse-data",
  ]),
];

/** Verdict on the wall times of a command; `nodeMs`: those of Node alone. */
export function startupResult(
  cell: StartupCell,
  wallMs: readonly number[],
  nodeMs: readonly number[],
) {
  const medianMs = median(wallMs);
  return { cell, wallMs, nodeMs, medianMs, met: medianMs <= cell.mostMs };
}

export const STARTUP: Family<StartupCell, ReturnType<typeof startupResult>> = {
  async measure(cell, bench) {
    const args = cell.args(bench.space);
    // Fills the compile cache, and keeps the dataset of the runs.
    const first = args.includes("--reuse-data") ? shortRun(bench.space) : args;
    await wallMs([BIN, ...first], bench);
    const sides = {
      assay: () => wallMs([BIN, ...args], bench),
      node: () => wallMs(NOTHING, bench),
    };
    const samples = await alternate(cell, sides, milliseconds, bench);
    return startupResult(cell, samples("assay"), samples("node"));
  },
  show(results) {
    const rows = results.map(({ cell, wallMs, nodeMs, medianMs, met }) => [
      ...[cell.title, milliseconds(medianMs), milliseconds(Math.min(...wallMs))],
      ...[milliseconds(median(nodeMs)), `≤ ${milliseconds(cell.mostMs)}`, verdict(met)],
    ]);
    return [table(["wall time", "median", "fastest", "Node alone", "target", ""], rows)];
  },
};

async function wallMs(args: readonly string[], { signal }: Bench): Promise<number> {
  const start = performance.now();
  await succeed("assay", [process.execPath, ...args], signal);
  return performance.now() - start;
}

function milliseconds(ms: number): string {
  return `${formatCount(Math.round(ms))} ms`;
}
