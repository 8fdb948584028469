/**
 * The directory of a run in a target, and the directories and files of its datasets. `folder.ts`
 * creates the run's directory and writes its manifest, `own.ts` distinguishes the run's files from
 * those of other programs, `held.ts` keeps directories open for the workers, and `names.ts`
 * restores renamed files, and `visible.ts` waits for the files of other hosts. This file opens
 * directories and compares files with the plan. Other folders write and remove files.
 */
import { constants, lstatSync, mkdirSync, type Stats } from "node:fs";
import { basename, dirname } from "node:path";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import { type DatasetLocation, directoryName, fileName } from "../../../model/plan/dataset.ts";
import { type Folder, FolderChain } from "../../../posix/folder.ts";
import { makePace } from "../../target/pace.ts";
import { notOurDirectory, refusal } from "../../target/refusal.ts";
import { type ForeignCheck, whyForeign } from "./own.ts";

/** Path of file `index` of a dataset, for messages. */
export function filePath(folder: Folder, location: DatasetLocation, index: number): string {
  return `${folder.path}/${fileName(location, index)}`;
}

/** Last component of a path below a run's directory. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
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

/** Opens the directories of a dataset's files, one at a time. */
export class DatasetFolders {
  private readonly chain: FolderChain;
  private readonly location: DatasetLocation;
  private directory = -1;
  private current: Folder | null = null;

  constructor(folder: Folder, location: DatasetLocation) {
    this.chain = new FolderChain(folder);
    this.location = location;
  }

  /** Opens the directory of file `index` until the next call; throws FolderError. */
  of(index: number): Folder {
    const directory = Math.floor(index / this.location.filesPerDirectory);
    if (this.current !== null && directory === this.directory) return this.current;
    this.current = null;
    this.current = this.chain.to(directoryName(this.location, index));
    this.directory = directory;
    return this.current;
  }

  close(): void {
    this.current = null;
    this.chain.close();
  }
}

/**
 * Creates the missing directories of a dataset and calls `visit` with each open directory. Throws
 * PreflightError if a symbolic link or a mount point replaces one.
 */
export function makeDirectories(
  folder: Folder,
  location: DatasetLocation,
  visit: (directory: Folder, path: string) => void = () => {},
): void {
  const chain = new FolderChain(folder);
  try {
    for (const path of directoriesOf(location)) {
      const above = dirname(path);
      makeDirectory(chain.to(above === "." ? "" : above), basename(path));
      visit(chain.to(path), path);
    }
  } catch (error) {
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

/** Opens a file of a dataset for reading; null if it does not exist. Throws FolderError. */
export function openIfThere(
  folders: DatasetFolders,
  location: DatasetLocation,
  index: number,
): number | null {
  try {
    const name = lastName(fileName(location, index));
    return folders.of(index).openFile(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
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
  isOurs: (stats: Stats) => boolean = () => true,
  files: Iterable<number> = location.sizes.keys(),
): Promise<Inspection> {
  const missing: number[] = [];
  const resized: number[] = [];
  const foreign: number[] = [];
  const pace = makePace(signal);
  const folders = new DatasetFolders(folder, location);
  try {
    for (const i of files) {
      const found = look(folders, location, i);
      if (found === null) missing.push(i);
      else if (!found.isFile() || !isOurs(found)) foreign.push(i);
      else if (found.size !== location.sizes[i]) resized.push(i);
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
  return { missing, resized, foreign };
}

/** Stats of a file without following links; null if it does not exist. */
function look(folders: DatasetFolders, location: DatasetLocation, index: number): Stats | null {
  const name = fileName(location, index);
  try {
    return lstatSync(folders.of(index).at(lastName(name)), { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw notOurDirectory(error, "inspect", name);
  }
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
  const found = look(folders, location, index);
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

function describe(found: Stats, whyNotOurs: ForeignCheck): string {
  const links = found.nlink > 1 ? ` with ${found.nlink} hard links` : "";
  const why = whyNotOurs(found, found.size);
  return `a file of ${found.size} bytes${links}${why === null ? "" : `, which ${why}`}`;
}
