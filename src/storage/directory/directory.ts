/**
 * A directory as a target: opens it for a run, cleans up after a run, lists the runs in it.
 * `session.ts` is a directory during a run (`preparation.ts`: its datasets, `holding.ts`: its
 * manifest), `claim.ts` finds the other runs in it, `joining.ts` the run of another host. The
 * subfolders never import from here: `files/` has a run's directory and its datasets' files,
 * `writing/` writes them, `cleanup/` removes them. All of them work through open directories and
 * never follow a path that another program may have changed.
 */
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import { type Folder, FolderError } from "../../posix/folder.ts";
import { runIsActive } from "../ownership/cleaning.ts";
import {
  keptDatasets,
  leftoverOf,
  NO_MANIFEST,
  oldestFirst,
  reusedDataMessages,
} from "../ownership/leftover.ts";
import { thisHolder } from "../ownership/lock.ts";
import { type Manifest, makeManifest, runFolder } from "../ownership/manifest.ts";
import { reasonOf, whyNotEntered, withLeft } from "../target/refusal.ts";
import { Reuse } from "../target/reuse.ts";
import type { TargetSpace } from "../target/space.ts";
import type {
  CleanOptions,
  CleanReport,
  Leftover,
  OpenOptions,
  Target,
  TargetSession,
} from "../target/target.ts";
import { adopt, findKept, findOtherRuns, leftoverWarnings, takeOver } from "./claim.ts";
import { cleanFolder } from "./cleanup/cleanup.ts";
import {
  createRunDirectory,
  findRunDirectories,
  isLive,
  readRunDirectory,
} from "./files/folder.ts";
import { openRoot } from "./root.ts";
import { DirectorySession } from "./session.ts";
import { surveyDirectory } from "./survey.ts";
import { fileSystemAt, spaceAt } from "./writing/space.ts";

/** Makes the target for the directory at `path`. */
export function directoryTarget(path: string): Target {
  return {
    open: (options) => openDirectory(path, options),
    join: async (options) => (await import("./joining.ts")).joinDirectory(path, options),
    readToken: async (runId) => (await import("./joining.ts")).readTokenIn(path, runId),
    survey: async (options) => surveyDirectory(path, options),
    space: async () => spaceBelow(path),
    clean: (runId, options) => cleanDirectory(path, runId, options),
    find: async (use) => findInDirectory(path, use),
  };
}

/** Types of file systems that keep files in memory: tmpfs, ramfs (linux/magic.h). */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** Reads the space of the file system of a directory. */
function spaceBelow(path: string): TargetSpace {
  const root = openRoot(path);
  try {
    const { freeBytes, freeFiles, blockBytes } = spaceAt(root);
    return {
      freeBytes: Number.isFinite(freeBytes) ? freeBytes : null,
      freeFiles: Number.isFinite(freeFiles) ? freeFiles : null,
      blockBytes,
      inMemory: IN_MEMORY.has(fileSystemAt(root)?.type ?? 0),
      kept: keptDatasets(findRunDirectories(root)),
    };
  } finally {
    root.close();
  }
}

/**
 * Opens a directory for one run: checks it, creates `assay-<run id>/` with the manifest, and checks
 * that no other run is active in it. With `reuse`, the session uses kept data of the same datasets
 * in that run's directory and has none of its own; with `sharedFrom`, data that a run of this
 * command handed over, which it removes in the end.
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
  const folder = createRunDirectory(root, manifest);
  let adopted: Folder | null = null;
  try {
    const others = findOtherRuns(root, runId);
    const handed = others.find((other) => other.runId === options.sharedFrom);
    const unknown = others.filter((other) => other !== handed);
    for (const warning of leftoverWarnings(root, unknown)) warn(warning);
    const shared = handed === undefined ? null : await takeOver(root, folder, handed, options);
    adopted = shared?.folder ?? null;
    const reuse = new Reuse(options, root.path);
    const found = options.reuse
      ? await findKept(root, folder, unknown, datasets, reuse.unusable, signal ?? null)
      : null;
    const kept = shared ?? found;
    adopted = kept?.folder ?? null;
    signal?.throwIfAborted();
    reuse.ends(kept !== null);
    if (kept === null) return new DirectorySession(root, folder, manifest, null);
    // Claims the kept data before removing the own directory, so that one always names this run.
    const claimed = adopt(kept, holder);
    const left = await removeOwn(root, folder, manifest);
    return new DirectorySession(root, kept.folder, claimed, left, {
      isShared: shared !== null,
    });
  } catch (error) {
    const left = await removeOwn(root, folder, manifest);
    adopted?.close();
    if (signal?.aborted === true || !(error instanceof PreflightError)) throw error;
    throw withLeft(error, left);
  }
}

/** Removes and closes the run's own directory; returns one message per part that remains. */
async function removeOwn(root: Folder, folder: Folder, manifest: Manifest) {
  try {
    const { left } = await cleanFolder({ root, folder }, manifest);
    const clean = `\`assay clean ${manifest.runId} --target ${root.path}\` removes it`;
    return left.map((message) => `${message}; ${clean}`);
  } catch (error) {
    return [messageOf(error)];
  } finally {
    folder.close();
  }
}

/**
 * Removes the data of an ended run, including crashed runs and kept data.
 *
 * @throws PreflightError if the run is still active or its manifest is invalid
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
      const left = reusedDataMessages(findRunDirectories(root), runId);
      return { removedFiles: 0, removedBytes: 0, left, absent: left.length === 0 };
    }
    const found = readRunDirectory(folder, runId);
    if (isLive(found, Date.now())) throw runIsActive(found.manifest?.holder, found.folder);
    if (found.manifest === null && found.problem !== NO_MANIFEST) {
      throw new PreflightError(
        `${found.folder} ${found.problem}, so it is unknown which files belong to the run; ` +
          "nothing was removed; check the directory and remove it yourself",
      );
    }
    return await cleanFolder({ root, folder }, found.manifest, options);
  } finally {
    folder?.close();
    root.close();
  }
}

/** Opens a run's directory; null if there is no directory of that name. */
function openRunFolder(root: Folder, runId: string): Folder | null {
  try {
    return root.below(runFolder(runId));
  } catch (error) {
    if (error instanceof FolderError) {
      if (error.code === "EXDEV") {
        throw new PreflightError(`${whyNotEntered(error)}; nothing was removed; unmount it first`);
      }
      if (["ENOENT", "ELOOP", "ENOTDIR"].includes(error.code)) return null;
    }
    throw new PreflightError(`${root.path}/${runFolder(runId)}: ${reasonOf(error)}`);
  }
}

/** Runs with data in a target directory, oldest first. */
function findInDirectory(path: string, use: "look" | "write"): readonly Leftover[] {
  const root = openRoot(path, use);
  try {
    const now = Date.now();
    return oldestFirst(
      findRunDirectories(root).map((found) => ({
        ...leftoverOf(found, found.folder, isLive(found, now)),
        // A directory without a manifest is removed if it is empty, and named if not.
        hasKnownFiles: found.problem === null || found.problem === NO_MANIFEST,
      })),
    );
  } finally {
    root.close();
  }
}
