import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import type { DatasetLocation } from "../../../model/plan/dataset.ts";
import type { FileFacts, Steps } from "../../../posix/file-steps.ts";
import type { Folder } from "../../../posix/folder.ts";
import { NotVisibleError, untilVisible, VISIBLE_MS } from "../../target/visible.ts";
import { DatasetFolders, eachFile } from "./each-file.ts";
import { datasetChanged, filePath, type Inspection, inspect, withFile } from "./files.ts";

/**
 * Waits until this host sees all files of a dataset that several hosts prepared. NFS clients answer
 * a `stat` from a cache, so a file counts as missing or as changed only after it was opened.
 *
 * @throws PreflightError if a file is missing, or another program changed one
 */
export async function requireVisible(
  folder: Folder,
  location: DatasetLocation,
  isOurs: (found: FileFacts) => boolean,
  signal: AbortSignal,
  timeoutMs = VISIBLE_MS,
): Promise<void> {
  let found = await inspect(folder, location, signal, isOurs);
  await untilVisible(
    async () => {
      const open = [...found.missing, ...found.resized];
      if (open.length > 0 || found.foreign.length > 0) {
        await openAll(folder, location, open, signal);
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

/**
 * Checks that files which this host sees exist on the server: another host may have removed them
 * since this host looked at them. Opening a file also makes the client ask for its size.
 *
 * @throws NotVisibleError if a file was removed
 */
export async function requireCurrent(
  folder: Folder,
  location: DatasetLocation,
  files: Iterable<number>,
  signal: AbortSignal,
): Promise<void> {
  const gone = await openAll(folder, location, files, signal);
  if (gone === null) return;
  throw new NotVisibleError(
    `another host removed ${filePath(folder, location, gone)}, but this host still sees it in ` +
      "its cache; mount the file system with a shorter attribute cache, and run again",
  );
}

/** Opens files; returns the first that does not exist, or null. */
async function openAll(
  folder: Folder,
  location: DatasetLocation,
  files: Iterable<number>,
  signal: AbortSignal,
): Promise<number | null> {
  const folders = new DatasetFolders(folder, location);
  const gone: number[] = [];
  const open = function* (file: number): Steps {
    if (!(yield* canOpen(folders, location, file))) gone.push(file);
  };
  try {
    await eachFile(files, open, { signal });
  } finally {
    folders.close();
  }
  return gone.length === 0 ? null : gone.reduce((a, b) => Math.min(a, b));
}

function* canOpen(
  folders: DatasetFolders,
  location: DatasetLocation,
  file: number,
): Steps<boolean> {
  try {
    return yield* withFile(folders, location, file);
  } catch (error) {
    // An inspection reports any other reason.
    return codeOf(error) !== "ESTALE";
  }
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
