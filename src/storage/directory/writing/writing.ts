/**
 * Writes the files of a dataset into a run's directory and makes them durable. `space.ts` checks
 * the free space beforehand, `large-files.ts` writes large files, `sync.ts` flushes. Existing files
 * are never overwritten. If the file system becomes full, the written files are removed again. Read
 * this file first.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import { systemError } from "../../../model/fault/system-error.ts";
import { type DatasetLocation, fileName } from "../../../model/plan/dataset.ts";
import type { Steps } from "../../../posix/file-steps.ts";
import type { Folder } from "../../../posix/folder.ts";
import type { Content } from "../../content/content.ts";
import { isFull, notOurDirectory } from "../../target/refusal.ts";
import type { PrepareOptions } from "../../target/target.ts";
import {
  DatasetFolders,
  eachFile,
  lastName,
  number,
  type SlowStorage,
} from "../files/each-file.ts";
import { filePath } from "../files/files.ts";
import { mebibytes, spaceAt } from "./space.ts";
import { syncFiles } from "./sync.ts";

/** Largest file that is written from one buffer; larger ones alternate between two chunks. */
const SMALL_BYTES = 1024 * 1024;

/** Creates new files only, and never through a symbolic link. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const NEW_FILE_MODE = 0o644;

/** State of writing a list of files. */
interface Writing {
  readonly folder: Folder;
  readonly location: DatasetLocation;
  readonly content: Content;
  readonly files: readonly number[];
  readonly totalBytes: number;
  readonly signal: AbortSignal;
  /** Files whose writing has started. */
  readonly started: number[];
  /** Files of other programs, which must not be removed. */
  readonly foreign: Set<number>;
  doneBytes: number;
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
  slow?: SlowStorage,
): Promise<void> {
  if (files.length === 0) return;
  let totalBytes = 0;
  for (const i of files) totalBytes += location.sizes[i] ?? 0;
  const what = `writing dataset ${location.name}`;
  const report = () => options.progress(writing.doneBytes, totalBytes, what);
  const { signal } = options;
  const shape = { folder, location, content, files, totalBytes, signal, report };
  const writing: Writing = { ...shape, started: [], foreign: new Set(), doneBytes: 0 };
  report();
  try {
    await writeAll(writing, slow);
    await syncFiles(folder, location, files, signal);
  } catch (error) {
    if (isFull(error)) throw await removeWritten(writing, error);
    if (signal.aborted) throw error;
    throw notOurDirectory(error, "make durable", `${folder.path}/${location.folder}`);
  }
  report();
}

/** Writes the small files, then the large ones. */
async function writeAll(writing: Writing, slow: SlowStorage | undefined): Promise<void> {
  const { files, location } = writing;
  const isLarge = (file: number): boolean => (location.sizes[file] ?? 0) > SMALL_BYTES;
  const large = files.filter(isLarge);
  const small = large.length === 0 ? files : files.filter((file) => !isLarge(file));
  const isSlow = await writeSmallFiles(writing, small, slow);
  if (large.length === 0) return;
  const { writeLargeFiles } = await import("./large-files.ts");
  const { folder, content, signal, report } = writing;
  const functions = {
    open: (path: string) => open(path, NEW_FILE, NEW_FILE_MODE),
    started: (file: number) => void writing.started.push(file),
    wrote: (bytes: number) => {
      writing.doneBytes += bytes;
    },
    errorOf: (file: number, error: unknown) => writeError(writing, file, error),
  };
  const parts = { folder, location, content, files: large, signal, report };
  await writeLargeFiles({ ...parts, ...functions }, isSlow);
}

async function writeSmallFiles(
  writing: Writing,
  files: readonly number[],
  slow: SlowStorage | undefined,
): Promise<boolean> {
  const { folder, location, signal, report } = writing;
  const folders = new DatasetFolders(folder, location);
  const largest = files.reduce((most, file) => Math.max(most, location.sizes[file] ?? 0), 0);
  const unused: Buffer[] = [];
  const write = function* (file: number): Steps {
    writing.started.push(file);
    const buffer = unused.pop() ?? Buffer.allocUnsafeSlow(largest);
    try {
      yield* writeSmall(writing, folders, file, buffer);
    } catch (error) {
      throw writeError(writing, file, error);
    } finally {
      unused.push(buffer);
    }
  };
  try {
    const { filesPerDirectory } = location;
    return await eachFile(files, write, { signal, onSlice: report, filesPerDirectory, slow });
  } finally {
    folders.close();
  }
}

/** Steps that create a file from one buffer. */
function* writeSmall(
  writing: Writing,
  folders: DatasetFolders,
  file: number,
  buffer: Buffer,
): Steps {
  const { location, content } = writing;
  const bytes = buffer.subarray(0, location.sizes[file] ?? 0);
  content.fill(bytes, file, 0);
  const directory = folders.take(file);
  try {
    const name = lastName(fileName(location, file));
    const fd = number(
      yield {
        ...{ call: "open", directory, name },
        ...{ flags: NEW_FILE, mode: NEW_FILE_MODE },
      },
    );
    requireDone("open", fd);
    let wrote = 0;
    for (let done = 0; done < bytes.length && wrote >= 0; done += wrote) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      wrote = number(yield { call: "write", fd, bytes: rest, position: done });
      writing.doneBytes += Math.max(0, wrote);
    }
    const closed = number(yield { call: "close", fd });
    requireDone("write", wrote);
    requireDone("close", closed);
  } finally {
    folders.release(file);
  }
}

function requireDone(call: string, result: number): void {
  if (result < 0) throw systemError(call, -result);
}

/** Makes the error for a file that could not be written; a file of another program is noted. */
function writeError(writing: Writing, file: number, error: unknown): unknown {
  const { folder, location, foreign, signal } = writing;
  if (codeOf(error) === "EEXIST") foreign.add(file);
  if (isFull(error) || signal.aborted) return error;
  return notOurDirectory(error, "write", filePath(folder, location, file));
}

/** Removes the written files after the file system became full, and makes the error. */
async function removeWritten(writing: Writing, error: unknown): Promise<PreflightError> {
  const { folder, location, started, foreign, totalBytes, doneBytes } = writing;
  const { freeBytes } = spaceAt(folder);
  const missing = mebibytes(Math.max(1, totalBytes - doneBytes - freeBytes));
  const about = Number.isFinite(freeBytes) ? ` (about ${missing} too little)` : "";
  const folders = new DatasetFolders(folder, location);
  const own = started.filter((file) => !foreign.has(file));
  try {
    await eachFile(own, (file) => unlinkIfThere(folders, folder, location, file), {
      signal: null,
      filesPerDirectory: location.filesPerDirectory,
    });
  } finally {
    folders.close();
  }
  return new PreflightError(
    `the file system of ${folder.path} became full after ${mebibytes(doneBytes)} of ` +
      `${mebibytes(totalBytes)} of dataset "${location.name}"${about}; the written files were ` +
      "removed; free some space, or make the dataset smaller",
    { cause: error },
  );
}

function* unlinkIfThere(
  folders: DatasetFolders,
  folder: Folder,
  location: DatasetLocation,
  file: number,
): Steps {
  try {
    const directory = folders.take(file);
    const name = lastName(fileName(location, file));
    const removed = number(yield { call: "unlink", directory, name });
    folders.release(file);
    requireDone("unlink", removed);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw notOurDirectory(error, "remove", filePath(folder, location, file));
  }
}
