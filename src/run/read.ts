import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf, UsageError } from "../model/errors.ts";
import type { Run } from "../model/run.ts";

/** How the name of a run's folder begins: with the time it was made. */
const RUN_ID = /^\d{8}-/;

/** A stored run and the folder it lies in. */
export interface StoredRun {
  readonly run: Run;
  readonly folder: string;
}

/**
 * Reads a stored run, named by its folder, its `run.json`, or its id below the results folder.
 * Throws `UsageError` where there is none or it is not one this version understands.
 */
export async function readRun(named: string, resultsFolder: string): Promise<StoredRun> {
  const folder = await folderOf(named, resultsFolder);
  const path = join(folder, "run.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new UsageError(`${folder} holds no run.json: it is not a stored run`);
  }
  return { run: parseRun(text, path), folder };
}

/** The stored runs of a results folder, oldest first; what is not a run is passed over. */
export async function listRuns(resultsFolder: string): Promise<readonly StoredRun[]> {
  let names: string[];
  try {
    names = await readdir(resultsFolder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    if (codeOf(error) !== "ENOTDIR") throw error;
    throw new UsageError(`${resultsFolder} is not a folder, so no runs are stored there`);
  }
  const runs: StoredRun[] = [];
  for (const name of names.sort()) {
    try {
      runs.push(await readRun(join(resultsFolder, name), resultsFolder));
    } catch (error) {
      if (!(error instanceof UsageError) && codeOf(error) !== "ENOTDIR") throw error;
    }
  }
  return runs;
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
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not JSON: the file is damaged`);
  }
  if (typeof parsed !== "object" || parsed === null || !("format" in parsed)) {
    throw new UsageError(`${path} is not a run stored by assay`);
  }
  if (parsed.format !== "assay-run") {
    throw new UsageError(`${path} is not a run stored by assay`);
  }
  if (!("version" in parsed) || parsed.version !== 1) {
    const version = "version" in parsed ? String(parsed.version) : "none";
    throw new UsageError(
      `${path} has format version ${version}, this assay reads version 1: use the assay that ` +
        "wrote it",
    );
  }
  const lacking = missingParts(parsed);
  if (lacking.length > 0) {
    throw new UsageError(`${path} has no ${lacking.join(", no ")}: the file is damaged`);
  }
  return parsed as Run;
}

/**
 * What every stored run has and this one has not, so that a torn file is not taken for a defect.
 */
function missingParts(run: object): readonly string[] {
  const found = new Map<string, unknown>(Object.entries(run));
  const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
  return [
    ...["id", "state", "startedAt", "planHash"].filter((key) => typeof found.get(key) !== "string"),
    ...["plan", "target", "environment"].filter((key) => !isObject(found.get(key))),
    ...["phases", "warnings"].filter((key) => !Array.isArray(found.get(key))),
  ];
}
