import type { Folder } from "../../posix/folder.ts";
import type { Manifest } from "../ownership/manifest.ts";
import {
  checkSameDatasets,
  isJoinable,
  isOfEarlierRun,
  isUsedBy,
  notVisible,
} from "../ownership/member.ts";
import type { OpenOptions, TargetSession } from "../target/target.ts";
import { type KeptFolder, openRunIf } from "./claim.ts";
import { findRunDirectories } from "./files/folder.ts";
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
  const suits = (manifest: Manifest) => isJoinable(manifest, runId);
  const own = openRunIf(root, runId, suits);
  if (own !== null) return own;
  for (const found of findRunDirectories(root)) {
    const used = isUsedBy(found.manifest, runId) ? openRunIf(root, found.runId, suits) : null;
    if (used !== null) return used;
  }
  throw notVisible(root.path, runId);
}
