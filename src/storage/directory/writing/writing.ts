/**
 * Writes the files of a dataset into a run's directory and makes them durable. `space.ts` checks
 * the free space beforehand, `file-writer.ts` writes one file, `sync.ts` flushes. Existing files
 * are never overwritten. If the file system becomes full, the written files are removed again. Read
 * this file first.
 */
import { unlinkSync } from "node:fs";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import { type DatasetLocation, fileName } from "../../../model/plan/dataset.ts";
import type { Folder } from "../../../posix/folder.ts";
import type { Content } from "../../content/content.ts";
import { makePace } from "../../target/pace.ts";
import { isFull, notOurDirectory } from "../../target/refusal.ts";
import type { PrepareOptions } from "../../target/target.ts";
import { DatasetFolders, filePath, lastName } from "../files/files.ts";
import { makeFileWriter, SMALL_BYTES } from "./file-writer.ts";
import { mebibytes, spaceAt } from "./space.ts";
import { syncFiles } from "./sync.ts";

/** Files after which the synchronous writer checks whether the storage is slow. */
const TRIAL_FILES = 64;

/** Concurrent asynchronous writers on slow storage. */
const WRITERS = 8;

/** Mean time per small file from which asynchronous calls are faster than synchronous ones. */
const SLOW_FILE_MS = 1;

/** State of writing a list of files, which are started in order. */
interface Writing {
  readonly folder: Folder;
  readonly location: DatasetLocation;
  readonly content: Content;
  readonly files: readonly number[];
  readonly totalBytes: number;
  readonly signal: AbortSignal;
  /** Files of other programs, which must not be removed. */
  readonly foreign: Set<number>;
  startedFiles: number;
  doneBytes: number;
  failed: boolean;
  report(): void;
}

/**
 * Creates the given files of a dataset and makes them durable. If the file system becomes full, it
 * removes the files that it wrote.
 */
export async function writeFiles(
  folder: Folder,
  location: DatasetLocation,
  content: Content,
  files: readonly number[],
  options: PrepareOptions,
  slowFileMs = SLOW_FILE_MS,
): Promise<void> {
  if (files.length === 0) return;
  let totalBytes = 0;
  for (const i of files) totalBytes += location.sizes[i] ?? 0;
  const what = `writing dataset ${location.name}`;
  const report = () => options.progress(writing.doneBytes, totalBytes, what);
  const { signal } = options;
  const shape = { folder, location, content, files, totalBytes, signal, report };
  const writing: Writing = {
    ...shape,
    foreign: new Set(),
    startedFiles: 0,
    doneBytes: 0,
    failed: false,
  };
  report();
  try {
    await writeAll(writing, slowFileMs);
    await syncFiles(folder, location, files, signal);
  } catch (error) {
    if (isFull(error)) throw await removeWritten(writing, error);
    if (signal.aborted) throw error;
    throw notOurDirectory(error, "make durable", `${folder.path}/${location.folder}`);
  }
  report();
}

/** Writes with one synchronous writer, and with several asynchronous ones on slow storage. */
async function writeAll(writing: Writing, slowFileMs: number): Promise<void> {
  const startedMs = performance.now();
  const isSlow = () =>
    writing.startedFiles === TRIAL_FILES &&
    performance.now() - startedMs >= TRIAL_FILES * slowFileMs;
  await runWriter(writing, true, isSlow);
  if (writing.startedFiles === writing.files.length) return;
  const writers = Array.from({ length: WRITERS }, () => runWriter(writing, false, () => false));
  // All writers must have ended before any file is removed.
  for (const writer of await Promise.allSettled(writers)) {
    if (writer.status === "rejected") throw writer.reason;
  }
}

async function runWriter(writing: Writing, sync: boolean, leave: () => boolean): Promise<void> {
  const { folder, location, files, signal } = writing;
  const pace = makePace(signal, writing.report);
  const writeFile = makeFileWriter(writing.content, sync, (bytes) => {
    writing.doneBytes += bytes;
  });
  // Each writer opens its own directories, so that no other writer closes them.
  const folders = new DatasetFolders(folder, location);
  try {
    while (writing.startedFiles < files.length && !writing.failed && !leave()) {
      signal.throwIfAborted();
      const file = files[writing.startedFiles++] ?? 0;
      const size = location.sizes[file] ?? 0;
      try {
        const path = folders.of(file).at(lastName(fileName(location, file)));
        const large = writeFile(path, file, size, signal);
        if (large !== null) await large;
      } catch (error) {
        writing.failed = true;
        if (codeOf(error) === "EEXIST") writing.foreign.add(file);
        if (isFull(error) || signal.aborted) throw error;
        throw notOurDirectory(error, "write", filePath(folder, location, file));
      }
      if (size > SMALL_BYTES) writing.report();
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
}

/** Removes the written files after the file system became full, and makes the error. */
async function removeWritten(writing: Writing, error: unknown): Promise<PreflightError> {
  const { folder, location, files, totalBytes, doneBytes } = writing;
  const { freeBytes } = spaceAt(folder);
  const missing = mebibytes(Math.max(1, totalBytes - doneBytes - freeBytes));
  const about = Number.isFinite(freeBytes) ? ` (about ${missing} too little)` : "";
  const pace = makePace(null);
  const folders = new DatasetFolders(folder, location);
  for (let i = 0; i < writing.startedFiles; i++) {
    const file = files[i] ?? 0;
    if (!writing.foreign.has(file)) unlinkIfThere(folders, folder, location, file);
    const pause = pace();
    if (pause !== null) await pause;
  }
  folders.close();
  return new PreflightError(
    `the file system of ${folder.path} became full after ${mebibytes(doneBytes)} of ` +
      `${mebibytes(totalBytes)} of dataset "${location.name}"${about}; the written files were ` +
      "removed; free some space, or make the dataset smaller",
    { cause: error },
  );
}

function unlinkIfThere(
  folders: DatasetFolders,
  folder: Folder,
  location: DatasetLocation,
  file: number,
): void {
  try {
    unlinkSync(folders.of(file).at(lastName(fileName(location, file))));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw notOurDirectory(error, "remove", filePath(folder, location, file));
  }
}
