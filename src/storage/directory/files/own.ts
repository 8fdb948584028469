import { fstatSync, lstatSync, type Stats } from "node:fs";
import type { Folder } from "../../../posix/folder.ts";
import { MANIFEST_NAME } from "../../ownership/manifest.ts";
import { refusal } from "../../target/refusal.ts";

/**
 * Says why a file in a run's folder is not one the run wrote, a clause; null where nothing speaks
 * against it. What a program put there under a listed name must not be removed with the rest.
 */
export type WhyForeign = (found: Stats, listedBytes: number) => string | null;

/**
 * What is known of the files of a run's folder: their owner is that of the folder or of its
 * manifest (a file server may map owners, and kept data may be taken over by another user); no
 * phase makes one larger than listed; and none is older than the folder.
 */
export function whyForeign(folder: Folder): WhyForeign {
  const [own, manifest] = look(folder);
  const owners = new Set([own.uid, ...(manifest?.isFile() ? [manifest.uid] : [])]);
  // Without a time of birth Node gives 0 or the last change, which is later than many files.
  const bornMs = own.birthtimeMs === own.ctimeMs ? 0 : own.birthtimeMs;
  return (found, listedBytes) => {
    if (!owners.has(found.uid)) return `belongs to user ${found.uid}`;
    if (found.isFile() && found.size > listedBytes) {
      return `is larger (${found.size} bytes) than the ${listedBytes} bytes the manifest lists`;
    }
    if (found.birthtimeMs > 0 && bornMs > found.birthtimeMs) {
      return "is older than the run's folder";
    }
    return null;
  };
}

/**
 * Whether a run may rely on a file, and write to it: one of its own, without another name, which
 * would be another program's. A larger one has its own sentence.
 */
export function isOwn(foreign: WhyForeign): (found: Stats) => boolean {
  return (found) => found.nlink < 2 && foreign(found, found.size) === null;
}

function look(folder: Folder): readonly [Stats, Stats | undefined] {
  try {
    const manifest = lstatSync(folder.at(MANIFEST_NAME), { throwIfNoEntry: false });
    return [fstatSync(folder.fd), manifest];
  } catch (error) {
    throw refusal(error, "look at", folder.path);
  }
}
