import { basename } from "node:path";
import type { Folder } from "../../posix/folder.ts";
import { whyFailed } from "../target/refusal.ts";

/**
 * Why a run's folder is not known to be where it was any more, one sentence; null where it is.
 * Nothing is touched then: what is in its place is not the run's, and who moved it may want it.
 */
export function displaced(folder: Folder, runId: string): string | null {
  const clean = `\`assay clean ${runId}\``;
  let now: string | null;
  try {
    if (folder.isInPlace()) return null;
    now = folder.whereabouts();
  } catch (error) {
    return (
      `${folder.path} could not be looked at: ${whyFailed(error)}; nothing was removed: when it ` +
      `can be read again, ${clean} removes the run's data`
    );
  }
  if (now === null) {
    return (
      `${folder.path} is gone: another program removed it while the run went on; what became of ` +
      "its data is not known"
    );
  }
  if (now === folder.path) {
    return (
      `${folder.path} is not this run's folder any more: something was mounted over it or put in ` +
      `its place; nothing was removed: take that away, then ${clean} removes the run's data`
    );
  }
  if (!isThere(folder, now)) {
    return (
      `${folder.path} is not there any more: its file system was unmounted while the run went ` +
      `on; nothing was removed: mount it again, then ${clean} removes the run's data`
    );
  }
  const name = `/${basename(folder.path)}`;
  const target = now.slice(0, -name.length) || "/";
  const how = now.endsWith(name)
    ? `\`assay clean ${runId} --target ${target}\` removes it`
    : `move it back, then ${clean} removes it`;
  return `${folder.path} was moved to ${now} while the run went on; nothing was removed: ${how}`;
}

/** The name the kernel gives a folder of a mount that was detached leads to nothing, or another. */
function isThere(folder: Folder, path: string): boolean {
  try {
    return folder.isAt(path);
  } catch {
    return false;
  }
}
