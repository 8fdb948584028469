/**
 * Writes the files of a dataset into a run's folder and makes them durable. `space.ts` checks
 * before that they fit, `file-writer.ts` writes one file, `sync.ts` flushes. Existing files are
 * never overwritten, and files that a full device cut short are removed again. Read this file
 * first.
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

/** Files after which the synchronous writer asks whether the storage is a slow one. */
const TRIAL_FILES = 64;

/** Files in flight on storage where each takes a round trip: libuv serves some of them at once. */
const WRITERS = 8;

/** From this mean time of a small file on, waiting for it costs more than a thread's hand-over. */
const SLOW_FILE_MS = 1;

/** A row of files to write: files are begun in order, so those begun are always a prefix. */
interface Writing {
  readonly folder: Folder;
  readonly location: DatasetLocation;
  readonly content: Content;
  readonly files: readonly number[];
  readonly totalBytes: number;
  readonly signal: AbortSignal;
  /** Files that turned out to be somebody else's; they are not ours to take back. */
  readonly foreign: Set<number>;
  begun: number;
  doneBytes: number;
  failed: boolean;
  report(): void;
}

/**
 * Writes the given files of a dataset, each new, and makes them durable. When the device fills up,
 * what this call wrote is removed again.
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
    begun: 0,
    doneBytes: 0,
    failed: false,
  };
  report();
  try {
    await writeAll(writing, slowFileMs);
    await syncFiles(folder, location, files, signal);
  } catch (error) {
    if (isFull(error)) throw await takeBack(writing, error);
    if (signal.aborted) throw error;
    throw notOurDirectory(error, "make durable", `${folder.path}/${location.folder}`);
  }
  report();
}

/** One writer with synchronous calls; several asynchronous ones where the storage is slow. */
async function writeAll(writing: Writing, slowFileMs: number): Promise<void> {
  const began = performance.now();
  const isSlow = () =>
    writing.begun === TRIAL_FILES && performance.now() - began >= TRIAL_FILES * slowFileMs;
  await runWriter(writing, true, isSlow);
  if (writing.begun === writing.files.length) return;
  const writers = Array.from({ length: WRITERS }, () => runWriter(writing, false, () => false));
  // All writers have to be at rest before anything is taken back or given up.
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
  // Each writer has directories of its own open, so that none closes what another writes to.
  const folders = new DatasetFolders(folder, location);
  try {
    while (writing.begun < files.length && !writing.failed && !leave()) {
      signal.throwIfAborted();
      const file = files[writing.begun++] ?? 0;
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

/** Removes what was written when the device filled up, and says how much was missing. */
async function takeBack(writing: Writing, error: unknown): Promise<PreflightError> {
  const { folder, location, files, totalBytes, doneBytes } = writing;
  const { freeBytes } = spaceAt(folder);
  const missing = mebibytes(Math.max(1, totalBytes - doneBytes - freeBytes));
  const about = Number.isFinite(freeBytes) ? `; about ${missing} were missing` : "";
  const pace = makePace(null);
  const folders = new DatasetFolders(folder, location);
  for (let i = 0; i < writing.begun; i++) {
    const file = files[i] ?? 0;
    if (!writing.foreign.has(file)) unlinkIfThere(folders, folder, location, file);
    const pause = pace();
    if (pause !== null) await pause;
  }
  folders.close();
  return new PreflightError(
    `the file system at ${folder.path} became full after ${mebibytes(doneBytes)} of the ` +
      `${mebibytes(totalBytes)} of dataset "${location.name}"${about}; what was ` +
      "written is removed again",
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
