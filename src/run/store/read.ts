import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { faultText, parseJson } from "../../model/run/stored-json.ts";
import { isRunHeading, type RunHeading } from "./heading.ts";
import { JOURNAL_FILE, withJournal } from "./journal.ts";
import { readStoredText } from "./stored-file.ts";

/** Start of a run id: the date. */
const RUN_ID = /^\d{8}-/;

/** Maximum size of a `run.json`; one with 1,000 phases has 4 MiB. */
const MAX_RUN_BYTES = 128 * 2 ** 20;

/** A stored run and its directory. */
export interface StoredRun {
  readonly run: Run;
  readonly folder: string;
}

/** The heading of a stored run and its directory. */
export interface StoredHeading {
  readonly run: RunHeading;
  readonly folder: string;
}

/** The runs of a results directory. */
export interface ListedRuns<One> {
  /** Oldest first. */
  readonly runs: readonly One[];
  /** Directories with an invalid `run.json`, with one sentence per directory. */
  readonly unreadable: readonly { readonly name: string; readonly problem: string }[];
}

/**
 * Reads a stored run, named by its directory, its `run.json`, or its id in the results directory.
 *
 * @throws UsageError if there is no such run, or if this version cannot read its `run.json`; the
 * sentence names file and field. PreflightError if the file cannot be read.
 */
export async function readRun(named: string, resultsFolder: string): Promise<StoredRun> {
  const folder = await folderOf(named, resultsFolder);
  const stored = await readFolder(folder, checkedRun);
  if (stored !== null) return stored;
  throw new UsageError(`${folder}: expected a stored run, got a directory without run.json`);
}

/** Returns the stored runs of a results directory; entries without `run.json` are ignored. */
export function listRuns(resultsFolder: string): Promise<ListedRuns<StoredRun>> {
  return listFolders(resultsFolder, checkedRun);
}

/** Like `listRuns`, in a fraction of the time: only the fields of a heading are checked. */
export function listHeadings(resultsFolder: string): Promise<ListedRuns<StoredHeading>> {
  return listFolders(resultsFolder, checkedHeading);
}

/** Checks the value of a `run.json`. @throws UsageError */
type Check<Content> = (value: object, path: string) => Promise<Content>;
type InFolder<Content> = { readonly run: Content; readonly folder: string };

async function listFolders<Content>(
  resultsFolder: string,
  check: Check<Content>,
): Promise<ListedRuns<InFolder<Content>>> {
  const runs: InFolder<Content>[] = [];
  const unreadable: { name: string; problem: string }[] = [];
  for (const name of await namesIn(resultsFolder)) {
    try {
      const stored = await readFolder(join(resultsFolder, name), check);
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
      throw new PreflightError(`cannot read ${resultsFolder}: ${messageOf(error)}`);
    }
    throw new UsageError(`${resultsFolder}: expected a results directory, got a file`);
  }
}

/**
 * Reads the run of a directory, with the results in its journal; null without a `run.json`. Of a
 * run in progress, `run.json` is read again after the journal, because it may have been replaced in
 * between.
 */
async function readFolder<Content>(
  folder: string,
  check: Check<Content>,
): Promise<InFolder<Content> | null> {
  const path = join(folder, "run.json");
  const journal = join(folder, JOURNAL_FILE);
  const read = (): object | null => {
    const text = readStoredText(path, MAX_RUN_BYTES);
    return text === null ? null : storedValue(text, path);
  };
  const hasJournal = existsSync(journal);
  const value = read();
  if (value === null) return null;
  // The journal of a run that ended has nothing new.
  if (!hasJournal || !("state" in value && value.state === "running")) {
    return { run: await check(value, path), folder };
  }
  const added = readStoredText(journal, MAX_RUN_BYTES) ?? "";
  const whole = withJournal(read() ?? value, added, journal);
  return { run: await check(whole, `${path} with ${JOURNAL_FILE}`), folder };
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
  const hint = known.length > 0 ? `; the newest runs there: ${newest}` : "";
  throw new UsageError(`no stored run "${named}" as a path or in ${resultsFolder}${hint}`);
}

async function checkedHeading(value: object, path: string): Promise<RunHeading> {
  return isRunHeading(value) ? value : checkedRun(value, path);
}

/** The value of a `run.json` in the format of this version; its fields are not checked. */
function storedValue(text: string, path: string): object {
  const parsed = parseJson(text);
  if ("invalid" in parsed) throw new UsageError(`${path} ${parsed.invalid}`);
  const { value } = parsed;
  if (typeof value !== "object" || value === null || !("format" in value)) {
    throw new UsageError(`${path}: expected a run stored by assay, got another JSON file`);
  }
  if (value.format !== "assay-run") {
    throw new UsageError(`${path}: expected a run stored by assay, got another JSON file`);
  }
  const version = "version" in value ? value.version : "none";
  if (version !== 1) {
    const found = typeof version === "number" ? String(version) : "a value that is not a number";
    throw new UsageError(
      `${path}: expected format version 1, got ${found}; use the version of assay that wrote ` +
        "the run",
    );
  }
  return value;
}

async function checkedRun(value: object, path: string): Promise<Run> {
  // Loads 100 modules, which a list of runs does not need.
  const { runSchema } = await import("../schema/run.ts");
  const read = runSchema.safeParse(value);
  if (read.success) return read.data;
  throw new UsageError(
    `${path}: ${faultText(read.error, value)}; the file was changed or damaged, or a later ` +
      "version of assay wrote it; restore it or leave this run out",
  );
}
