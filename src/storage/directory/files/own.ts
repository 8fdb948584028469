import { fstatSync, lstatSync, type Stats } from "node:fs";
import type { FileFacts } from "../../../posix/file-steps.ts";
import type { Folder } from "../../../posix/folder.ts";
import { MANIFEST_NAME } from "../../ownership/manifest.ts";
import { refusal } from "../../target/refusal.ts";

/**
 * Returns the reason, as a clause, why the run did not write a file in its directory; null if it
 * may have written it. A file of another program with a listed name must not be removed.
 */
export type ForeignCheck = (found: FileFacts, listedBytes: number) => string | null;

/**
 * Makes the check for files in a run's directory. A run's file has the owner of the directory or of
 * its manifest (a file server may map owners, and another user may reuse kept data), is not larger
 * than listed, and is not older than the directory.
 */
export function whyForeign(folder: Folder): ForeignCheck {
  const [own, manifest] = look(folder);
  const owners = new Set([own.uid, ...(manifest?.isFile() ? [manifest.uid] : [])]);
  // If the birth time is unknown, Node returns 0 or the time of the last change.
  const bornMs = own.birthtimeMs === own.ctimeMs ? 0 : own.birthtimeMs;
  return (found, listedBytes) => {
    if (!owners.has(found.uid)) return `is owned by user ${found.uid}`;
    if (found.isFile() && found.size > listedBytes) {
      return `is larger (${found.size} bytes) than listed in the manifest (${listedBytes} bytes)`;
    }
    if (found.birthtimeMs > 0 && bornMs > found.birthtimeMs) {
      return "is older than the run's directory";
    }
    return null;
  };
}

/**
 * Makes the check whether a run may use and write a file: it is the run's own and has no second
 * hard link. The caller checks the size.
 */
export function isOwn(foreign: ForeignCheck): (found: FileFacts) => boolean {
  return (found) => found.nlink < 2 && foreign(found, found.size) === null;
}

function look(folder: Folder): readonly [Stats, Stats | undefined] {
  try {
    const manifest = lstatSync(folder.at(MANIFEST_NAME), { throwIfNoEntry: false });
    return [fstatSync(folder.fd), manifest];
  } catch (error) {
    throw refusal(error, "inspect", folder.path);
  }
}
