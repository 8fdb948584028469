import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assay, type Going, intervalRows, runFolders, runIds, startAssay } from "../cli/assay.ts";
import type { Bench } from "../cli/bench.ts";

/** Moments of a run that a fault waits for; a short random time after each is added. */
export const MOMENTS = ["start", "dataset", "measuring", "second phase", "end"] as const;
type Moment = (typeof MOMENTS)[number];

/** Signals that a person or the system sends, and what each leaves to the next command. */
export const SIGNAL_FAULTS = {
  SIGINT: ["SIGINT"],
  SIGTERM: ["SIGTERM"],
  SIGHUP: ["SIGHUP"],
  SIGQUIT: ["SIGQUIT"],
  "SIGINT twice": ["SIGINT", "SIGINT"],
  SIGKILL: ["SIGKILL"],
  "SIGSTOP, SIGCONT": ["SIGSTOP", "SIGCONT"],
} as const satisfies Readonly<Record<string, readonly NodeJS.Signals[]>>;

const MOMENT_PATIENCE_MS = 60_000;
const POLL_MS = 5;
/** From one signal to the next of the same fault. */
const BETWEEN_MS = 150;
const FOREIGN = "years of work";

/** Two phases over small files: every part of a run within about a second. */
const SCENARIO = `
name: faults
interval: 20ms
datasets:
  data: { count: 2, size: 256KiB }
  many: { count: 300, size: 2KiB, filesPerDirectory: 50 }
defaults: { workers: 2, warmup: 0s, cache: warm }
phases:
  - { name: read, dataset: data, operation: read, access: random, blockSize: 4KiB, duration: 300ms }
  - { name: mix, dataset: many, mix: { fetch: 60, create: 20, delete: 20 }, duration: 400ms }
`;

/** Outcome of a disturbed run, seen from outside. */
export interface Aftermath {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** All problems, one sentence each; empty without any. */
  readonly wrong: readonly string[];
}

/** Starts a run, disturbs it at a moment, waits for its end and looks at what it leaves. */
export async function disturb(
  bench: Bench,
  signals: readonly NodeJS.Signals[],
  moment: Moment,
  extraMs: number,
): Promise<Aftermath> {
  const foreign = plantForeign(bench);
  const scenario = bench.scenario("faults", SCENARIO);
  const going = startAssay(["run", scenario, "-t", bench.target, "--print", "nothing"], bench);
  await reached(moment, bench, going);
  await sleep(extraMs);
  for (const [index, signal] of signals.entries()) {
    if (index > 0) await sleep(BETWEEN_MS);
    going.send(signal);
  }
  const { code, signal, stderr } = await going.ended;
  const wrong: string[] = [];
  if (/internal error of assay| {4}at /.test(stderr)) wrong.push(`stderr: ${stderr.slice(-500)}`);
  const isKill = signals.includes("SIGKILL");
  if (signal !== null && !isKill && moment !== "start") wrong.push(`${signal} was not handled`);
  // `exited immediately` and a kill leave data; a run that is asked to stop empties its target.
  const leaves = signal !== null || /exited immediately/.test(stderr);
  if (!leaves && runFolders(bench.target).length > 0) wrong.push("data was left unsaid");
  wrong.push(...(await lookAfter(bench, foreign)));
  return { code, signal, wrong };
}

/** Whether the stored run can be read, and whether `clean` gives the target back. */
export async function lookAfter(
  bench: Bench,
  foreign: readonly string[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const id = runIds(bench.results).at(-1);
  if (id !== undefined && existsSync(join(bench.results, id, "run.json"))) {
    const report = await assay(["report", id], bench);
    if (report.code !== 0) wrong.push(`report: ${report.code} ${report.stderr}`);
  }
  const list = await assay(["list", "-t", bench.target], bench);
  if (list.code !== 0) wrong.push(`list: ${list.code} ${list.stderr}`);
  const clean = await assay(["clean", "-t", bench.target], bench);
  if (clean.code !== 0) wrong.push(`clean: ${clean.code} ${clean.stderr}`);
  const left = readdirSync(bench.target).filter((name) => name !== "foreign");
  if (left.length > 0) wrong.push(`clean left ${left.join(", ")}`);
  const harmed = foreign.filter(
    (path) => !existsSync(path) || readFileSync(path, "utf8") !== FOREIGN,
  );
  if (harmed.length > 0) wrong.push(`harmed ${harmed.join(", ")}`);
  return wrong;
}

/** Foreign files next to the run's directory. */
export function plantForeign(bench: Bench): readonly string[] {
  const folder = join(bench.target, "foreign");
  mkdirSync(join(folder, "data"), { recursive: true });
  const paths = [join(folder, "thesis.tex"), join(folder, "data", "manifest.json")];
  for (const path of paths) writeFileSync(path, FOREIGN);
  return paths;
}

async function reached(moment: Moment, bench: Bench, going: Going): Promise<void> {
  const holds: Readonly<Record<Moment, () => boolean>> = {
    start: () => true,
    dataset: () => runFolders(bench.target).length > 0,
    measuring: () => intervalRows(bench.results).length > 0,
    "second phase": () => intervalRows(bench.results).some((row) => row.startsWith("mix")),
    end: () => going.stderr().includes("mix") && runFolders(bench.target).length === 0,
  };
  const deadline = performance.now() + MOMENT_PATIENCE_MS;
  // A run that is over before its moment was not disturbed; what it leaves is looked at as well.
  while (!holds[moment]() && !going.over() && performance.now() < deadline) await sleep(POLL_MS);
}
