import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../model/fault/errors.ts";
import type { StoredRun } from "../run/store/read.ts";
import { text, texts } from "./command.ts";

/** The positional argument `run`: the stored runs that a command reads. */
export const STORED_RUNS = {
  type: "string",
  array: true,
  demandOption: true,
  describe: "directory or id of a stored run",
} as const;

/** The `--results` option of every command that stores or reads runs. */
export const RESULTS = {
  type: "string",
  nargs: 1,
  default: "results",
  describe: "directory of the stored runs",
} as const;

/** Directory of the named baselines if `--baselines` is absent. */
export const DEFAULT_BASELINES = "baselines";

/** The `--baselines` option of every command that reads or writes named baselines. */
export const BASELINES = {
  type: "string",
  nargs: 1,
  describe: "directory of the named baselines",
  defaultDescription: DEFAULT_BASELINES,
} as const;

/** Returns the directory of `--baselines`. @throws UsageError if it is empty. */
export function baselinesFolder(parsed: Readonly<Record<string, unknown>>): string {
  const folder = text(parsed, "baselines") ?? DEFAULT_BASELINES;
  if (folder !== "") return folder;
  throw new UsageError("--baselines is empty; expected a directory, e.g. --baselines baselines");
}

/** Returns the directory of `--results`. @throws UsageError if it is empty. */
export function resultsFolder(parsed: Readonly<Record<string, unknown>>): string {
  const folder = text(parsed, "results") ?? RESULTS.default;
  if (folder === "") {
    throw new UsageError("--results is empty; expected a directory, e.g. --results results");
  }
  return folder;
}

/**
 * Reads the stored runs of a command line, in order. Ignores other entries of the directories that
 * hold runs, because a shell lists them for `results/*`; without any run they are an error.
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

/** Whether a path exists in one of these directories but is not a stored run. */
function isNotStoredRun(path: string, places: ReadonlySet<string>): boolean {
  return places.has(resolve(dirname(path))) && existsSync(path) && !holdsRun(path);
}
