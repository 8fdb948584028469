/**
 * A directory as a target: opens it for a run, cleans up after a run, lists the runs in it.
 * `session.ts` is a directory during a run, `claim.ts` looks at the other runs there. The
 * sub-folders do the work and never import from here: `files/` has a run's folder and its datasets'
 * files, `writing/` fills them, `cleanup/` removes them. All of them work through open directories
 * and never follow a path that another program may have changed.
 */
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import { type Folder, FolderError } from "../../posix/folder.ts";
import { stillGoing } from "../ownership/cleaning.ts";
import { leftoverOf, oldestFirst, usedElsewhere } from "../ownership/leftover.ts";
import { thisHolder } from "../ownership/lock.ts";
import { type Manifest, makeManifest, runFolder } from "../ownership/manifest.ts";
import { reasonOf, whyNotEntered, withLeft } from "../target/refusal.ts";
import type {
  CleanOptions,
  CleanReport,
  Leftover,
  OpenOptions,
  Target,
  TargetSession,
} from "../target/target.ts";
import { adopt, findKept, findOthers, leftoverWarnings } from "./claim.ts";
import { cleanFolder } from "./cleanup/cleanup.ts";
import { findFolders, isLive, lookInto, makeRunFolder } from "./files/folder.ts";
import { openRoot } from "./root.ts";
import { DirectorySession } from "./session.ts";
import { surveyDirectory } from "./survey.ts";

/** A directory as a target, by its path. */
export function directoryTarget(path: string): Target {
  return {
    open: (options) => openDirectory(path, options),
    survey: async (options) => surveyDirectory(path, options),
    clean: (runId, options) => cleanDirectory(path, runId, options),
    find: async (use) => findInDirectory(path, use),
  };
}

/**
 * Opens a directory for one run: checks it, makes `assay-<run id>/` with the manifest, and makes
 * sure that no other run works there. With `reuse`, kept data of the same datasets is taken over
 * where it lies: the session then works in that run's folder and makes none of its own.
 */
async function openDirectory(path: string, options: OpenOptions): Promise<TargetSession> {
  options.signal?.throwIfAborted();
  const root = openRoot(path);
  try {
    return await openIn(root, options);
  } catch (error) {
    root.close();
    throw error;
  }
}

async function openIn(root: Folder, options: OpenOptions): Promise<TargetSession> {
  const { runId, datasets, signal } = options;
  const warn = options.onWarning ?? (() => {});
  const holder = thisHolder(runId);
  const startedAt = new Date().toISOString();
  const manifest = makeManifest({ ...options, holder, startedAt });
  const folder = makeRunFolder(root, manifest);
  let adopted: Folder | null = null;
  try {
    const others = findOthers(root, runId);
    for (const warning of leftoverWarnings(root, others)) warn(warning);
    const kept = options.reuse
      ? await findKept(root, folder, others, datasets, warn, signal ?? null)
      : null;
    signal?.throwIfAborted();
    if (kept === null) return new DirectorySession(root, folder, manifest, null);
    adopted = kept.folder;
    // The kept folder is claimed before the own one is given up: one of them always shows this run.
    const claimed = adopt(kept, holder);
    const left = await giveUp(root, folder, manifest);
    return new DirectorySession(root, kept.folder, claimed, left);
  } catch (error) {
    const left = await giveUp(root, folder, manifest);
    adopted?.close();
    if (signal?.aborted === true || !(error instanceof PreflightError)) throw error;
    throw withLeft(error, left);
  }
}

/** Removes the run's own folder and closes it; returns what stays, a sentence each. */
async function giveUp(root: Folder, folder: Folder, manifest: Manifest) {
  try {
    const { left } = await cleanFolder({ root, folder }, manifest);
    const clean = `\`assay clean ${manifest.runId} --target ${root.path}\` removes it`;
    return left.map((sentence) => `${sentence}; ${clean}`);
  } catch (error) {
    return [messageOf(error)];
  } finally {
    folder.close();
  }
}

/**
 * Cleans up after a run that is over, crashed ones and kept ones included. Throws `PreflightError`
 * when that run still goes on or its manifest cannot be used.
 */
async function cleanDirectory(
  path: string,
  runId: string,
  options: CleanOptions,
): Promise<CleanReport> {
  const root = openRoot(path);
  let folder: Folder | null = null;
  try {
    folder = openRunFolder(root, runId);
    if (folder === null) {
      const left = usedElsewhere(findFolders(root), runId);
      return { removedFiles: 0, removedBytes: 0, left, absent: left.length === 0 };
    }
    const found = lookInto(folder, runId);
    if (isLive(found, Date.now())) throw stillGoing(found.manifest?.holder, found.folder);
    if (found.manifest === null && found.problem !== "has no manifest") {
      throw new PreflightError(
        `${found.folder} ${found.problem}, so what belongs to it is not known; nothing was removed`,
      );
    }
    return await cleanFolder({ root, folder }, found.manifest, options);
  } finally {
    folder?.close();
    root.close();
  }
}

/** Null where there is no directory of that name. */
function openRunFolder(root: Folder, runId: string): Folder | null {
  try {
    return root.below(runFolder(runId));
  } catch (error) {
    if (error instanceof FolderError) {
      if (error.code === "EXDEV") {
        throw new PreflightError(`${whyNotEntered(error)}; nothing was removed: unmount it first`);
      }
      if (["ENOENT", "ELOOP", "ENOTDIR"].includes(error.code)) return null;
    }
    throw new PreflightError(`${root.path}/${runFolder(runId)}: ${reasonOf(error)}`);
  }
}

/** The folders of runs in a target directory, oldest first. */
function findInDirectory(path: string, use: "look" | "write"): readonly Leftover[] {
  const root = openRoot(path, use);
  try {
    const now = Date.now();
    return oldestFirst(
      findFolders(root).map((found) => leftoverOf(found, found.folder, isLive(found, now))),
    );
  } finally {
    root.close();
  }
}
