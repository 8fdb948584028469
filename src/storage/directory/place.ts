import { basename } from "node:path";
import type { Folder } from "../../posix/folder.ts";
import { whyFailed } from "../target/refusal.ts";

/**
 * Message with the reason why a run's directory is no longer at its path; null if it is. Nothing
 * may be removed in that case: another directory may be in its place.
 */
export function displacedReason(folder: Folder, runId: string): string | null {
  const clean = `\`assay clean ${runId}\``;
  let now: string | null;
  try {
    if (folder.isInPlace()) return null;
    now = folder.whereabouts();
  } catch (error) {
    return (
      `${folder.path} could not be inspected: ${whyFailed(error)}; nothing was removed; make it ` +
      `readable, then ${clean} removes the run's data`
    );
  }
  if (now === null) {
    return (
      `${folder.path} is gone: another program removed it during the run; it is unknown whether ` +
      "any of its data remains"
    );
  }
  if (now === folder.path) {
    return (
      `${folder.path} is no longer this run's directory: a file system was mounted over it, or ` +
      "another program replaced it; nothing was removed; unmount or remove the replacement, then " +
      `${clean} removes the run's data`
    );
  }
  if (!isThere(folder, now)) {
    return (
      `${folder.path} is gone: its file system was unmounted during the run; nothing was ` +
      `removed; mount it again, then ${clean} removes the run's data`
    );
  }
  const name = `/${basename(folder.path)}`;
  const target = now.slice(0, -name.length) || "/";
  const how = now.endsWith(name)
    ? `\`assay clean ${runId} --target ${target}\` removes it`
    : `move it back, then ${clean} removes it`;
  return `${folder.path} was moved to ${now} during the run; nothing was removed; ${how}`;
}

/** Whether a path leads to the directory; the kernel's path for a detached mount does not. */
function isThere(folder: Folder, path: string): boolean {
  try {
    return folder.isAt(path);
  } catch {
    return false;
  }
}
