import type { Folder } from "../../posix/folder.ts";
import { runFolder } from "../ownership/manifest.ts";
import {
  checkSameDatasets,
  isJoinable,
  isOfEarlierRun,
  isUsedBy,
  notVisible,
} from "../ownership/member.ts";
import type { OpenOptions, TargetSession } from "../target/target.ts";
import type { KeptFolder } from "./claim.ts";
import { findRunDirectories, readRunDirectory } from "./files/folder.ts";
import { openRoot } from "./root.ts";
import { DirectorySession } from "./session.ts";

/** Opens the data in a directory that another host holds for this run. */
export async function joinDirectory(path: string, options: OpenOptions): Promise<TargetSession> {
  const { runId, datasets } = options;
  const root = openRoot(path);
  let joined: KeptFolder | null = null;
  try {
    joined = openJoined(root, runId);
    const { folder, manifest } = joined;
    checkSameDatasets(manifest, datasets);
    const isEarlier = isOfEarlierRun(manifest);
    return new DirectorySession(root, folder, manifest, isEarlier ? [] : null, {
      isShared: isEarlier && !manifest.kept,
      isMember: true,
    });
  } catch (error) {
    joined?.folder.close();
    root.close();
    throw error;
  }
}

/** Token of the data in a directory that run `runId` uses; null if it has none. */
export function readTokenIn(path: string, runId: string): string | null {
  const root = openRoot(path, "look");
  try {
    const { folder, manifest } = openJoined(root, runId);
    folder.close();
    return manifest.token ?? null;
  } finally {
    root.close();
  }
}

/**
 * Opens the directory that run `runId` uses: its own, or that of an earlier run whose data it uses.
 *
 * @throws NotVisibleError if there is none
 */
function openJoined(root: Folder, runId: string): KeptFolder {
  const own = openIfUsed(root, runId, runId);
  if (own !== null) return own;
  for (const found of findRunDirectories(root)) {
    const used = isUsedBy(found.manifest, runId) ? openIfUsed(root, found.runId, runId) : null;
    if (used !== null) return used;
  }
  throw notVisible(root.path, runId);
}

/** Opens the directory of run `of` if run `runId` uses it; null otherwise. */
function openIfUsed(root: Folder, of: string, runId: string): KeptFolder | null {
  let folder: Folder;
  try {
    folder = root.below(runFolder(of));
  } catch {
    // It is missing, or no longer a directory; the caller reports that no data is visible.
    return null;
  }
  const { manifest } = readRunDirectory(folder, of);
  if (isJoinable(manifest, runId)) return { folder, manifest };
  folder.close();
  return null;
}
