import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
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

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BIN = "bin/assay.mjs";
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

/** Wall times of a command in milliseconds, from the sources, from the package, of Node alone. */
interface WallTimes {
  readonly sourcesMs: readonly number[];
  readonly packageMs: readonly number[];
  readonly nodeMs: readonly number[];
}

/** Verdict on the wall times of a command. The target is that of the package. */
export function startupResult(cell: StartupCell, times: WallTimes) {
  const medianMs = median(times.packageMs);
  return { cell, ...times, medianMs, met: medianMs <= cell.mostMs };
}

export const STARTUP: Family<StartupCell, ReturnType<typeof startupResult>> = {
  async measure(cell, bench) {
    const args = cell.args(bench.space);
    const built = join(await packageIn(bench), BIN);
    // Fills the compile cache, and keeps the dataset of the runs.
    const first = args.includes("--reuse-data") ? shortRun(bench.space) : args;
    for (const program of [join(ROOT, BIN), built]) await wallMs([program, ...first], bench);
    const sides = {
      sources: () => wallMs([join(ROOT, BIN), ...args], bench),
      package: () => wallMs([built, ...args], bench),
      node: () => wallMs(NOTHING, bench),
    };
    const samples = await alternate(cell, sides, milliseconds, bench);
    return startupResult(cell, {
      sourcesMs: samples("sources"),
      packageMs: samples("package"),
      nodeMs: samples("node"),
    });
  },
  show(results) {
    const rows = results.map(({ cell, sourcesMs, packageMs, nodeMs, medianMs, met }) => [
      ...[cell.title, milliseconds(median(sourcesMs)), milliseconds(medianMs)],
      ...[milliseconds(Math.min(...packageMs)), milliseconds(median(nodeMs))],
      ...[`≤ ${milliseconds(cell.mostMs)}`, verdict(met)],
    ]);
    const head = ["wall time", "sources", "package", "fastest", "Node alone", "target", ""];
    return [table(head, rows)];
  },
};

/** Builds the package in the directory of the benchmark, once; returns its directory. */
async function packageIn({ space, signal }: Bench): Promise<string> {
  const folder = join(space.root, "package");
  if (existsSync(folder)) return folder;
  const dist = join(folder, "dist");
  await succeed("build", [process.execPath, join(ROOT, "scripts/build.ts"), dist], signal);
  for (const name of ["bin", "scenarios", "package.json"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function wallMs(args: readonly string[], { signal }: Bench): Promise<number> {
  const start = performance.now();
  await succeed("assay", [process.execPath, ...args], signal);
  return performance.now() - start;
}

function milliseconds(ms: number): string {
  return `${formatCount(Math.round(ms))} ms`;
}
