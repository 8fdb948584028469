import { PreflightError } from "../model/errors.ts";
import { bucketLabel } from "../s3/failure.ts";
import { listFolders, listObjects, readText, type Store, writeText } from "./bucket-store.ts";
import type { OpenOptions } from "./index.ts";
import { isHeld } from "./lock.ts";
import {
  MANIFEST_NAME,
  type Manifest,
  type makeManifest,
  manifestText,
  parseManifest,
  runFolder,
} from "./manifest.ts";

/** A run's key prefix as found in a bucket. */
export interface FoundRun {
  readonly runId: string;
  /** Ends in a slash. */
  readonly root: string;
  /** Null where there is none that can be used; `problem` says why. */
  readonly manifest: Manifest | null;
  readonly problem: string | null;
  /** When the manifest was last written, by the store's own clock. */
  readonly writtenMs: number;
}

/** Key prefix of a run, ending in a slash. */
function runRoot(store: Store, runId: string): string {
  return `${store.address.prefix}${runFolder(runId)}/`;
}

/** Where a run lies, as it is written in sentences and lists. */
export function whereOf(store: Store, root: string): string {
  return `s3://${store.address.bucket}/${root}`;
}

/** Writes the manifest of a new run; what is there already is never written over. */
export async function makeRun(
  store: Store,
  options: OpenOptions,
  manifest: ReturnType<typeof makeManifest>,
): Promise<string> {
  const root = runRoot(store, options.runId);
  for await (const page of listObjects(store, root)) {
    if (page.length > 0) throw taken(store, root, options.runId);
  }
  if (!(await writeText(store, root + MANIFEST_NAME, manifestText(manifest), true))) {
    throw taken(store, root, options.runId);
  }
  return root;
}

function taken(store: Store, root: string, runId: string): PreflightError {
  return new PreflightError(
    `${bucketLabel(store.address)} already has objects below ${root}; ` +
      `\`assay clean ${runId}\` removes them if they are a run's`,
  );
}

/** Replaces the manifest of a run. */
export async function writeManifest(store: Store, root: string, manifest: Manifest): Promise<void> {
  await writeText(store, root + MANIFEST_NAME, manifestText(manifest), false);
}

/** The runs of a bucket and prefix, in order of name. */
export async function findRuns(store: Store): Promise<readonly FoundRun[]> {
  const { prefix } = store.address;
  const begin = prefix + runFolder("");
  const folders = await listFolders(store, store.express ? prefix : begin);
  const ids = folders
    .filter((folder) => folder.startsWith(begin))
    .map((folder) => folder.slice(begin.length, -1))
    .sort();
  const runs: FoundRun[] = [];
  for (const runId of ids) runs.push(await readRun(store, runId));
  return runs;
}

/** Reads what is below the prefix of one run. */
export async function readRun(store: Store, runId: string): Promise<FoundRun> {
  const root = runRoot(store, runId);
  const unusable = (problem: string) => ({ runId, root, manifest: null, problem, writtenMs: 0 });
  const found = await readText(store, root + MANIFEST_NAME);
  if (found === null) return unusable("has no manifest");
  const parsed = parseManifest(found.text);
  if ("invalid" in parsed) return unusable(`has a manifest that ${parsed.invalid}`);
  if (parsed.runId !== runId) return unusable(`has the manifest of run ${parsed.runId}`);
  return { runId, root, manifest: parsed, problem: null, writtenMs: found.writtenMs };
}

/** Whether the process that holds a run's data still works; `nowMs` by the store's clock. */
export function isLive(found: FoundRun, nowMs: number): boolean {
  return isHeld(found.manifest?.holder ?? null, nowMs - found.writtenMs);
}
