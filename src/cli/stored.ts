import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../model/fault/errors.ts";
import type { StoredRun } from "../run/store/read.ts";
import { text, texts } from "./command.ts";

/** The stored runs that a command reads, as `run` on its command line. */
export const STORED_RUNS = {
  type: "string",
  array: true,
  demandOption: true,
  describe: "folder or id of a stored run",
} as const;

/** The `--results` option, the same wherever runs are stored or read. */
export const RESULTS = {
  type: "string",
  nargs: 1,
  default: "results",
  describe: "folder the runs are stored in",
} as const;

/** The folder that `--results` names; UsageError where it names none. */
export function resultsFolder(parsed: Readonly<Record<string, unknown>>): string {
  const folder = text(parsed, "results") ?? RESULTS.default;
  if (folder === "") throw new UsageError("--results is empty; expected a folder for stored runs");
  return folder;
}

/**
 * The stored runs a command line names, in order. What is in one folder with the runs, or in the
 * results folder, and is no run is passed over where it is named with runs: a shell writes it out
 * for `results/*`.
 */
export async function readNamed(
  parsed: Readonly<Record<string, unknown>>,
): Promise<readonly StoredRun[]> {
  const { readRun } = await import("../run/store/read.ts");
  const folder = resultsFolder(parsed);
  const stored: StoredRun[] = [];
  const names = texts(parsed, "run");
  const places = new Set([folder, ...names.filter(holdsRun).map(dirname)].map((at) => resolve(at)));
  const runs = names.filter((name) => !isNotStoredRun(name, places));
  for (const name of runs.length > 0 ? runs : names) stored.push(await readRun(name, folder));
  return stored;
}

function holdsRun(path: string): boolean {
  return existsSync(join(path, "run.json"));
}

/** Whether a path leads to something in one of these folders that is no stored run. */
function isNotStoredRun(path: string, places: ReadonlySet<string>): boolean {
  return places.has(resolve(dirname(path))) && existsSync(path) && !holdsRun(path);
}
