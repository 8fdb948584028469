import { fstatSync, type Stats } from "node:fs";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { Folder } from "../../posix/folder.ts";
import { layOut } from "../content/layout.ts";
import { keptFor } from "../ownership/leftover.ts";
import { type Holder, type Manifest, runFolder } from "../ownership/manifest.ts";
import { filePath, inspect } from "./files/files.ts";
import { type FoundFolder, findFolders, isLive, lookInto, writeManifest } from "./files/folder.ts";
import { isOwn, whyForeign } from "./files/own.ts";
import { fileWithHole } from "./holes.ts";

/**
 * Looks at the other runs of a target, after this run's own manifest is written, so that of two
 * runs that start at once at least one sees the other. A live one is an error.
 */
export function findOthers(root: Folder, ownRunId: string): readonly FoundFolder[] {
  const found = findFolders(root);
  const now = found.find(({ runId }) => runId === ownRunId)?.touchedMs ?? Date.now();
  const others = found.filter(({ runId }) => runId !== ownRunId);
  const live = others.find((other) => isLive(other, now));
  if (live !== undefined) {
    const holder = live.manifest?.holder;
    throw new PreflightError(
      `run ${holder?.runId ?? live.runId} is going on in ${root.path} (process ${holder?.pid} on ` +
        `${holder?.host}); two runs at once would measure each other: wait for it to end`,
    );
  }
  return others;
}

/** A warning for each run that ended without cleaning up and whose data nobody asked to keep. */
export function leftoverWarnings(root: Folder, others: readonly FoundFolder[]): readonly string[] {
  return others
    .filter(({ manifest }) => manifest !== null && !manifest.kept)
    .map(
      ({ runId, folder }) =>
        `run ${runId} ended without cleaning up and left ${folder}; ` +
        `\`assay clean ${runId} --target ${root.path}\` removes it`,
    );
}

/** The folder of an earlier run, open, with what its manifest says. */
export interface KeptFolder {
  readonly folder: Folder;
  readonly manifest: Manifest;
}

/**
 * The newest kept folder whose manifest names exactly these datasets and whose files, as far as
 * they are there, have the right sizes (a dataset may be missing: its last phase deleted it).
 * `own` is the folder this run just made: it shows who owns what this process creates here.
 */
export async function findKept(
  root: Folder,
  own: Folder,
  others: readonly FoundFolder[],
  datasets: readonly DatasetPlan[],
  warn: (message: string) => void,
  signal: AbortSignal | null,
): Promise<KeptFolder | null> {
  for (const found of keptFor(others, datasets)) {
    const kept = openKept(root, found);
    if (kept === null) continue;
    try {
      const wrong = await firstWrong(kept, own, signal);
      if (wrong === null) return kept;
      warn(
        `the data kept in ${found.folder} is not reused: ${wrong}; \`assay clean ` +
          `${found.runId}\` removes it`,
      );
    } catch (error) {
      kept.folder.close();
      throw error;
    }
    kept.folder.close();
  }
  return null;
}

/** What is checked from here on is what will be used, so it is opened and read again. */
function openKept(root: Folder, { runId }: FoundFolder): KeptFolder | null {
  let folder: Folder;
  try {
    folder = root.below(runFolder(runId));
  } catch {
    // It was removed since it was listed, or is no directory any more.
    return null;
  }
  const { manifest } = lookInto(folder, runId);
  if (manifest?.kept === true) return { folder, manifest };
  folder.close();
  return null;
}

/** Why kept data cannot be used, one clause; null where it can. */
async function firstWrong(
  { folder, manifest }: KeptFolder,
  own: Folder,
  signal: AbortSignal | null,
): Promise<string | null> {
  const owner = fstatSync(own.fd).uid;
  const isKept = isOwn(whyForeign(folder));
  const isOurs = (stats: Stats) => stats.uid === owner && isKept(stats);
  for (const { plan, folder: name } of manifest.datasets) {
    const location = layOut(plan, name);
    const { resized, foreign } = await inspect(folder, location, signal, isOurs);
    const [first] = [...resized, ...foreign];
    if (first !== undefined) {
      return (
        `dataset "${plan.name}" has files that do not match its manifest, of another size or ` +
        "owner, with more than one name or older than the folder " +
        `(first ${filePath(folder, location, first)})`
      );
    }
    const file = await fileWithHole(folder, location, signal);
    if (file !== null) {
      return (
        `${filePath(folder, location, file)} has parts that were never written, which read ` +
        "as zeros without reaching the storage"
      );
    }
  }
  return null;
}

/** Takes kept data over: its manifest now names this run as the one that works with it. */
export function adopt({ folder, manifest }: KeptFolder, holder: Holder): Manifest {
  const adopted = { ...manifest, holder };
  writeManifest(folder, adopted);
  return adopted;
}
