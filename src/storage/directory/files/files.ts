/**
 * The directory of a run in a target, and the directories and files of its datasets. `folder.ts`
 * creates the run's directory and writes its manifest, `own.ts` distinguishes the run's files from
 * those of other programs, `held.ts` keeps directories open for the workers, and `names.ts`
 * restores renamed files, and `visible.ts` waits for the files of other hosts. `each-file.ts` runs
 * the steps of many files. This file opens directories and compares files with the plan. Other
 * folders write and remove files.
 */
import { constants, mkdirSync } from "node:fs";
import { constants as system } from "node:os";
import { basename, dirname } from "node:path";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import { systemError } from "../../../model/fault/system-error.ts";
import { type DatasetLocation, directoryName, fileName } from "../../../model/plan/dataset.ts";
import type { FileFacts, FileReply, Steps } from "../../../posix/file-steps.ts";
import { type Folder, FolderChain, FolderError } from "../../../posix/folder.ts";
import { makePace } from "../../target/pace.ts";
import { notOurDirectory, refusal } from "../../target/refusal.ts";
import {
  DatasetFolders,
  eachFile,
  lastName,
  number,
  performNow,
  type SlowStorage,
} from "./each-file.ts";
import { type ForeignCheck, whyForeign } from "./own.ts";

const { ENOENT } = system.errno;

/** Path of file `index` of a dataset, for messages. */
export function filePath(folder: Folder, location: DatasetLocation, index: number): string {
  return `${folder.path}/${fileName(location, index)}`;
}

/** Directories of a dataset below the run's directory, parents first. */
export function directoriesOf(location: DatasetLocation): readonly string[] {
  const found = new Set([location.folder]);
  for (let i = 0; i < location.count; i += location.filesPerDirectory) {
    const below = directoryName(location, i).slice(location.folder.length);
    let path = location.folder;
    for (const part of below.split("/").slice(1)) {
      path += `/${part}`;
      found.add(path);
    }
  }
  return [...found];
}

/**
 * Creates the missing directories of a dataset and calls `visit` with each open directory. Throws
 * PreflightError if a symbolic link or a mount point replaces one.
 */
export async function makeDirectories(
  folder: Folder,
  location: DatasetLocation,
  signal: AbortSignal | null = null,
  visit: (directory: Folder, path: string) => void = () => {},
): Promise<void> {
  const chain = new FolderChain(folder);
  const pace = makePace(signal, undefined, 1);
  try {
    for (const path of directoriesOf(location)) {
      const above = dirname(path);
      makeDirectory(chain.to(above === "." ? "" : above), basename(path));
      visit(chain.to(path), path);
      const pause = pace();
      if (pause !== null) await pause;
    }
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw notOurDirectory(error);
  } finally {
    chain.close();
  }
}

function makeDirectory(parent: Folder, name: string): void {
  try {
    mkdirSync(parent.at(name));
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    throw refusal(error, "create the directory", `${parent.path}/${name}`);
  }
}

/**
 * Steps that open a file of a dataset for reading, use it and close it; false if it does not exist.
 * `use` returns null if it needs no call. They throw FolderError if it cannot be opened.
 */
export function* withFile(
  folders: DatasetFolders,
  location: DatasetLocation,
  index: number,
  use: (fd: number) => Steps | null = () => null,
): Steps<boolean> {
  let directory: Folder;
  try {
    directory = folders.take(index);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
  try {
    const name = lastName(fileName(location, index));
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const fd = number(yield { call: "open", directory, name, flags });
    if (fd === -ENOENT) return false;
    if (fd < 0) throw new FolderError(-fd, `${directory.path}/${name}`);
    try {
      const steps = use(fd);
      if (steps !== null) yield* steps;
    } finally {
      number(yield { call: "close", fd });
    }
    return true;
  } finally {
    folders.release(index);
  }
}

/** Result of comparing a dataset's files with the plan, as indices of files. */
export interface Inspection {
  readonly missing: readonly number[];
  /** Regular files of another size. */
  readonly resized: readonly number[];
  /** Files of other programs, and anything that is not a regular file. */
  readonly foreign: readonly number[];
}

/** Compares files of a dataset with the plan, by default all, by one `lstat` per file. */
export async function inspect(
  folder: Folder,
  location: DatasetLocation,
  signal: AbortSignal | null,
  isOurs: (found: FileFacts) => boolean = () => true,
  files: Iterable<number> = location.sizes.keys(),
  slow?: SlowStorage,
): Promise<Inspection> {
  const missing: number[] = [];
  const resized: number[] = [];
  const foreign: number[] = [];
  const folders = new DatasetFolders(folder, location);
  const compare = function* (i: number): Steps {
    const name = fileName(location, i);
    const directory = enter(folders, i, name);
    const reply =
      directory === null ? -ENOENT : yield { call: "stat", directory, name: lastName(name) };
    if (directory !== null) folders.release(i);
    const found = factsOf(reply, name);
    if (found === null) missing.push(i);
    else if (!found.isFile() || !isOurs(found)) foreign.push(i);
    else if (found.size !== location.sizes[i]) resized.push(i);
  };
  try {
    await eachFile(files, compare, { signal, slow });
  } finally {
    folders.close();
  }
  // On slow storage, the calls end in any order.
  for (const found of [missing, resized, foreign]) found.sort((a, b) => a - b);
  return { missing, resized, foreign };
}

/** Opens the directory of a file until its release; null if it does not exist. */
function enter(folders: DatasetFolders, index: number, name: string): Folder | null {
  try {
    return folders.take(index);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw notOurDirectory(error, "inspect", name);
  }
}

/** Facts on a file without following links; null if it does not exist. */
function factsOf(reply: FileReply, name: string): FileFacts | null {
  if (typeof reply !== "number") return reply;
  if (reply === -ENOENT) return null;
  throw notOurDirectory(systemError("lstat", -reply), "inspect", name);
}

/** The error for a dataset that another program changed during the run. */
export function datasetChanged(
  folder: Folder,
  location: DatasetLocation,
  inspection: Inspection,
): PreflightError {
  const index = inspection.foreign[0] ?? inspection.resized[0] ?? 0;
  const path = filePath(folder, location, index);
  const folders = new DatasetFolders(folder, location);
  const name = fileName(location, index);
  const directory = enter(folders, index, name);
  const stat = { call: "stat", name: lastName(name) } as const;
  const found = directory && factsOf(performNow({ ...stat, directory }), name);
  folders.close();
  const expected = `a file of ${location.sizes[index]} bytes`;
  const what = found?.isFile() ? describe(found, whyForeign(folder)) : "not a regular file";
  const others = inspection.foreign.length + inspection.resized.length - 1;
  return new PreflightError(
    `dataset "${location.name}" was changed by another program: ${path} is ${what}; expected ` +
      `${expected}${others > 0 ? `; ${others} more files differ` : ""}; nothing was overwritten; ` +
      "keep other programs out of the target, and run again",
  );
}

function describe(found: FileFacts, whyNotOurs: ForeignCheck): string {
  const links = found.nlink > 1 ? ` with ${found.nlink} hard links` : "";
  const why = whyNotOurs(found, found.size);
  return `a file of ${found.size} bytes${links}${why === null ? "" : `, which ${why}`}`;
}
