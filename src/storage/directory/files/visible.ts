import type { Stats } from "node:fs";
import { PreflightError } from "../../../model/fault/errors.ts";
import type { DatasetLocation } from "../../../model/plan/dataset.ts";
import { closeFile } from "../../../posix/confined.ts";
import type { Folder } from "../../../posix/folder.ts";
import { makePace } from "../../target/pace.ts";
import { untilVisible, VISIBLE_MS } from "../../target/visible.ts";
import {
  DatasetFolders,
  datasetChanged,
  filePath,
  type Inspection,
  inspect,
  openIfThere,
} from "./files.ts";

/**
 * Waits until this host sees all files of a dataset that several hosts prepared. NFS clients answer
 * a `stat` from a cache, so a file counts as missing or as changed only after it was opened.
 *
 * @throws PreflightError if a file is missing, or another program changed one
 */
export async function requireVisible(
  folder: Folder,
  location: DatasetLocation,
  isOurs: (stats: Stats) => boolean,
  signal: AbortSignal,
  timeoutMs = VISIBLE_MS,
): Promise<void> {
  let found = await inspect(folder, location, signal, isOurs);
  await untilVisible(
    async () => {
      const open = [...found.missing, ...found.resized];
      if (open.length > 0 || found.foreign.length > 0) {
        await askServer(folder, location, open, signal);
        found = await inspect(folder, location, signal, isOurs, [...open, ...found.foreign]);
      }
      return found.missing.length + found.resized.length === 0 ? found : null;
    },
    signal,
    timeoutMs,
  );
  if (found.foreign.length > 0 || found.resized.length > 0) {
    throw datasetChanged(folder, location, found);
  }
  if (found.missing.length > 0) throw notSeen(folder, location, found, timeoutMs);
}

/** Opens files, so that the client of a network file system asks the server for their sizes. */
export async function askServer(
  folder: Folder,
  location: DatasetLocation,
  files: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const pace = makePace(signal);
  const folders = new DatasetFolders(folder, location);
  try {
    for (const file of files) {
      openOnce(folders, location, file);
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
}

function openOnce(folders: DatasetFolders, location: DatasetLocation, file: number): void {
  let fd: number | null;
  try {
    fd = openIfThere(folders, location, file);
  } catch {
    // The inspection that follows reports the reason.
    return;
  }
  if (fd !== null) closeFile(fd);
}

function notSeen(
  folder: Folder,
  location: DatasetLocation,
  { missing }: Inspection,
  timeoutMs: number,
): PreflightError {
  return new PreflightError(
    `dataset "${location.name}": ${missing.length} of ${location.count} files are missing ` +
      `${timeoutMs / 1000} s after all hosts had written their files (first: ` +
      `${filePath(folder, location, missing[0] ?? 0)}); the hosts may use different storage, or ` +
      "another program removed the files",
  );
}
