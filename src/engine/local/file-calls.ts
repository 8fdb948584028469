import fs from "node:fs";
import { constants } from "node:os";
import { directoryName, fileName, renamedName } from "../../model/plan/dataset.ts";
import type { FileSystemCalls } from "../../posix/file-system.ts";
import { Folder } from "../../posix/folder.ts";
import { FolderChain } from "../../posix/folder-chain.ts";
import { renameNewIn } from "../../posix/rename.ts";
import type { SessionTask } from "../engine.ts";
import { nativeFileCalls } from "./file-calls-native.ts";
import { nameIn, openRunFolder } from "./open-files.ts";
import { MOST_DIRECTORIES } from "./path-bytes.ts";
import { guarded } from "./sync-call.ts";

/**
 * What takes the path of a dataset's file, by the file's number. Results are 0, a descriptor or a
 * count, or a negative errno.
 */
export interface FileCalls {
  /** A descriptor that {@link close} of the same calls closes. */
  openToRead(file: number, renamed: boolean): number;
  /** A new file; EEXIST where there is one. */
  openNew(file: number): number;
  close(fd: number): number;
  stat(file: number, renamed: boolean): number;
  remove(file: number, renamed: boolean): number;
  /**
   * From its second name to its first one where it is renamed, else the other way round; EEXIST
   * where the other name is taken.
   */
  rename(file: number, renamed: boolean): number;
  /** Counts the names in the file's directory, without ever holding all of them. */
  list(file: number): number;
  /** A descriptor of the file's directory, to make the names in it durable. */
  openDirectory(file: number): number;
  /** Lets go of the folder; a second call does nothing. */
  end(): void;
}

const unused = (): number => -constants.errno.ENOTSUP;

/** For sessions that read and write blocks alone, such as those of a device: opens nothing. */
export const NO_FILE_CALLS: FileCalls = {
  openToRead: unused,
  openNew: unused,
  close: unused,
  stat: unused,
  remove: unused,
  rename: unused,
  list: unused,
  openDirectory: unused,
  end() {},
};

/** How the files of a session are opened. */
export interface OpenFlags {
  readonly read: number;
  readonly create: number;
  readonly directory: number;
}

/** Read and write of their owner only, as everything else of a run. */
export const MODE = 0o600;

/** Entries that Node holds of a directory at once. */
const ENTRIES_HELD = 512;

/** More names than this are made when needed: a million of them would hold 100 MB a thread. */
const NAMES_KEPT = 100_000;

/**
 * System calls with paths written in place where they can be made, else Node's. In processor time
 * they need 1.7 µs against 2.7 to stat a file, 4.7 against 5.7 to open, read and close one, and
 * half to list a directory. io_uring was measured too: a stat through it (3.6 µs) is made by a
 * thread of the kernel, and opening, reading and closing in batches (3.7 to 4.2 µs) wins too little
 * for what it would do to the latency of each.
 */
export function openFileCalls(
  task: SessionTask,
  root: string,
  readFlags: number,
  system: FileSystemCalls | null,
): FileCalls {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW, O_RDONLY, O_DIRECTORY, O_DSYNC } = fs.constants;
  const flags: OpenFlags = {
    read: readFlags,
    create: O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | (task.dsync ? O_DSYNC : 0),
    directory: O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
  };
  const { count, filesPerDirectory, folder: name } = task.dataset;
  const many = count / filesPerDirectory > MOST_DIRECTORIES;
  const openAt2 = system?.openAt2 ?? null;
  const folder = openRunFolder(task.dataset, root);
  if (system === null || openAt2 === null || many) {
    return nodeFileCalls(task, folder, flags, system);
  }
  try {
    return nativeFileCalls(task.dataset, folder.below(name), flags, { ...system, openAt2 });
  } finally {
    folder.close();
  }
}

function nodeFileCalls(
  { dataset }: SessionTask,
  root: Folder,
  flags: OpenFlags,
  system: FileSystemCalls | null,
): FileCalls {
  const { filesPerDirectory, held } = dataset;
  const chain = new FolderChain(root);
  const leaves: (Folder | undefined)[] = [];
  const directory = (file: number): Folder => {
    const number = Math.floor(file / filesPerDirectory);
    const known = leaves[number];
    if (known !== undefined) return known;
    const fd = held?.directories[number] ?? -1;
    const name = directoryName(dataset, file);
    if (fd < 0) return chain.to(name);
    const leaf = Folder.held(fd, `${root.path}/${name}`);
    leaves[number] = leaf;
    return leaf;
  };
  const kept: (string | undefined)[] = [];
  const first = (file: number): string => {
    const known = kept[file];
    if (known !== undefined) return known;
    const name = nameIn(fileName(dataset, file));
    if (file < NAMES_KEPT) kept[file] = name;
    return name;
  };
  const second = (file: number): string => nameIn(renamedName(dataset, file));
  const nameOf = (file: number, renamed: boolean) => (renamed ? second : first)(file);
  const path = (file: number, renamed: boolean): string =>
    directory(file).at(nameOf(file, renamed));
  const rename = renameNewIn(system);
  return {
    openToRead: (file, renamed) => attempt(() => fs.openSync(path(file, renamed), flags.read)),
    openNew: (file) => attempt(() => fs.openSync(path(file, false), flags.create, MODE)),
    close: (fd) => attempt(() => fs.closeSync(fd)),
    stat: (file, renamed) => attempt(() => fs.lstatSync(path(file, renamed))),
    remove: (file, renamed) => attempt(() => fs.unlinkSync(path(file, renamed))),
    rename: (file, renamed) =>
      attempt(() => rename(directory(file), nameOf(file, renamed), nameOf(file, !renamed))),
    list: (file) =>
      attempt(() => {
        // Looked up by its name each time, as applications do.
        const name = directoryName(dataset, file);
        const slash = name.lastIndexOf("/");
        const parent = chain.to(name.slice(0, Math.max(0, slash)));
        const fd = fs.openSync(parent.at(name.slice(slash + 1)), flags.directory);
        try {
          return countEntries(Folder.held(fd, `${root.path}/${name}`).at("."));
        } finally {
          fs.closeSync(fd);
        }
      }),
    openDirectory: (file) => attempt(() => fs.openSync(directory(file).at("."), flags.directory)),
    end: () => {
      chain.close();
      root.close();
    },
  };
}

function countEntries(path: string): number {
  const directory = fs.opendirSync(path, { bufferSize: ENTRIES_HELD });
  try {
    let count = 0;
    while (directory.readSync() !== null) count++;
    return count;
  } finally {
    directory.closeSync();
  }
}

/** The number a call returns, 0 for anything else, or the negative errno of what it throws. */
function attempt(call: () => unknown): number {
  return guarded(() => {
    const result = call();
    return typeof result === "number" ? result : 0;
  });
}
