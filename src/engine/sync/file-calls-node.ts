import fs from "node:fs";
import {
  type DatasetLocation,
  directoryName,
  fileName,
  renamedName,
} from "../../model/plan/dataset.ts";
import type { FileSystemCalls } from "../../posix/file-system.ts";
import { Folder, FolderChain } from "../../posix/folder.ts";
import { renameNewIn } from "../../posix/rename.ts";
import { guarded } from "../local/errno.ts";
import { FILE_MODE, nameIn } from "../local/open-files.ts";
import type { FileCalls, OpenFlags } from "./file-calls.ts";

/** Entries of a directory that Node buffers. */
const ENTRIES_HELD = 512;

/** Maximum precomputed names: a million would take 100 MB per thread. */
const NAMES_KEPT = 100_000;

/** File calls through Node; only renames use `system`, if available. `end` closes `root`. */
export function nodeFileCalls(
  dataset: DatasetLocation,
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
    openNew: (file) => attempt(() => fs.openSync(path(file, false), flags.create, FILE_MODE)),
    close: (fd) => attempt(() => fs.closeSync(fd)),
    stat: (file, renamed) => attempt(() => fs.lstatSync(path(file, renamed))),
    remove: (file, renamed) => attempt(() => fs.unlinkSync(path(file, renamed))),
    rename: (file, renamed) =>
      attempt(() => rename(directory(file), nameOf(file, renamed), nameOf(file, !renamed))),
    list: (file) =>
      attempt(() => {
        // Resolved by name each time, as in applications.
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

/** The number that a call returns, 0 for other values, or the negative errno of its error. */
function attempt(call: () => unknown): number {
  return guarded(() => {
    const result = call();
    return typeof result === "number" ? result : 0;
  });
}
