import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { faultText, parseJson } from "../../model/run/stored-json.ts";
import { runSchema } from "../schema/run.ts";
import { readStoredText } from "./stored-file.ts";

/** How the name of a run's folder begins: with the time it was made. */
const RUN_ID = /^\d{8}-/;

/** Largest `run.json` that is read: one of 1,000 phases has 4 MiB. */
const MAX_RUN_BYTES = 128 * 2 ** 20;

/** A stored run and the folder it lies in. */
export interface StoredRun {
  readonly run: Run;
  readonly folder: string;
}

/** The runs of a results folder. */
export interface ListedRuns {
  /** Oldest first. */
  readonly runs: readonly StoredRun[];
  /** Folders with a `run.json` that is no run, and one sentence each on why. */
  readonly unreadable: readonly { readonly name: string; readonly problem: string }[];
}

/**
 * Reads a stored run, named by its folder, its `run.json`, or its id below the results folder.
 *
 * @throws UsageError where there is none or its `run.json` is not what this version understands:
 * the sentence names file and field. PreflightError where the storage cannot read it.
 */
export async function readRun(named: string, resultsFolder: string): Promise<StoredRun> {
  const folder = await folderOf(named, resultsFolder);
  const stored = readFolder(folder);
  if (stored !== null) return stored;
  throw new UsageError(`${folder} holds no run.json: it is not a stored run`);
}

/** The stored runs of a results folder; what has no `run.json` is passed over. */
export async function listRuns(resultsFolder: string): Promise<ListedRuns> {
  const runs: StoredRun[] = [];
  const unreadable: { name: string; problem: string }[] = [];
  for (const name of await namesIn(resultsFolder)) {
    try {
      const stored = readFolder(join(resultsFolder, name));
      if (stored !== null) runs.push(stored);
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof PreflightError)) throw error;
      unreadable.push({ name, problem: error.message });
    }
  }
  return { runs, unreadable };
}

async function namesIn(resultsFolder: string): Promise<readonly string[]> {
  try {
    return (await readdir(resultsFolder)).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    if (codeOf(error) !== "ENOTDIR") {
      throw new PreflightError(`${resultsFolder}: cannot be read: ${messageOf(error)}`);
    }
    throw new UsageError(`${resultsFolder} is not a folder, so no runs are stored there`);
  }
}

/** The run stored in a folder; null where there is no `run.json`. */
function readFolder(folder: string): StoredRun | null {
  const path = join(folder, "run.json");
  const text = readStoredText(path, MAX_RUN_BYTES);
  return text === null ? null : { run: parseRun(text, path), folder };
}

async function folderOf(named: string, resultsFolder: string): Promise<string> {
  for (const candidate of [named, join(resultsFolder, named)]) {
    const found = await stat(candidate).catch(() => null);
    if (found?.isDirectory()) return candidate;
    if (found?.isFile() && basename(candidate) === "run.json") return dirname(candidate);
  }
  const listed = await readdir(resultsFolder).catch(() => []);
  const known = listed.filter((name) => RUN_ID.test(name)).sort();
  const newest = known.slice(-3).join(", ");
  const hint = known.length > 0 ? `; the newest there: ${newest}` : "";
  throw new UsageError(
    `no stored run "${named}", neither as a path nor in ${resultsFolder}${hint}`,
  );
}

function parseRun(text: string, path: string): Run {
  const parsed = parseJson(text);
  if ("invalid" in parsed) throw new UsageError(`${path} ${parsed.invalid}`);
  const { value } = parsed;
  if (typeof value !== "object" || value === null || !("format" in value)) {
    throw new UsageError(`${path} is not a run stored by assay`);
  }
  if (value.format !== "assay-run") {
    throw new UsageError(`${path} is not a run stored by assay`);
  }
  const version = "version" in value ? value.version : "none";
  if (version !== 1) {
    const found = typeof version === "number" ? String(version) : "of another kind";
    throw new UsageError(
      `${path} has format version ${found}, this assay reads version 1: use the assay that ` +
        "wrote it",
    );
  }
  const read = runSchema.safeParse(value);
  if (read.success) return read.data;
  throw new UsageError(
    `${path}: ${faultText(read.error, value)}; the file was changed or damaged, or a later ` +
      "version of assay wrote it: restore it, or leave this run out",
  );
}
