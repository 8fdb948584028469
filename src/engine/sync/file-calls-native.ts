import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { type FileSystemCalls, O_CLOEXEC } from "../../posix/file-system.ts";
import type { Folder } from "../../posix/folder.ts";
import { renameNew } from "../../posix/rename.ts";
import { FILE_MODE } from "../local/open-files.ts";
import {
  type ConfinedCalls,
  PARENTS_BYTES,
  PATH_BYTES,
  Parents,
  type PathAt,
  pathIn,
} from "../local/parents.ts";
import type { FileCalls, OpenFlags } from "./file-calls.ts";

/** A page of WebAssembly memory at a fixed address: paths, then results of calls. */
const AT = {
  parents: 0,
  file: PARENTS_BYTES,
  renamed: PARENTS_BYTES + PATH_BYTES,
  stat: PARENTS_BYTES + 2 * PATH_BYTES,
  entries: 32_768,
} as const;
const ENTRIES_BYTES = 32_768;

/** Offsets in `struct linux_dirent64`: the record's length and the name. */
const LENGTH_AT = 16;
const NAME_AT = 19;
const DOT = 46;

/**
 * File calls with paths relative to an open directory: the file's directory if the target keeps it
 * open, else the dataset's directory. No call follows a symbolic link or crosses a mount in place
 * of a directory: opens use openat2, and calls that change names start at the file's directory.
 * Only a stat without an open directory uses the path like any application: it changes nothing.
 *
 * `folder`: the dataset's directory; `end` closes it.
 */
export function nativeFileCalls(
  dataset: DatasetLocation,
  folder: Folder,
  flags: OpenFlags,
  system: ConfinedCalls,
): FileCalls {
  const memory = new WebAssembly.Memory({ initial: 1 }).buffer;
  const address = system.addressOf(new Uint8Array(memory));
  const page = { memory, address };
  const paths = {
    file: pathIn(page, AT.file, dataset, "file"),
    renamed: pathIn(page, AT.renamed, dataset, "renamed"),
  };
  const parent = new Parents(dataset, folder, system, page, AT.parents);
  const either = (renamed: boolean): PathAt => (renamed ? paths.renamed : paths.file);
  const entries = new Uint8Array(memory, AT.entries, ENTRIES_BYTES);
  const statAt = address + AT.stat;
  const rename = renameNew(system, statAt);
  const readFlags = flags.read | O_CLOEXEC;
  return {
    openToRead: (file, renamed) => {
      const path = either(renamed);
      path.write(file);
      const held = parent.held(file);
      return held >= 0
        ? system.openAt(held, path.name, readFlags, 0)
        : parent.open(path.whole, readFlags);
    },
    openNew: (file) => {
      paths.file.write(file);
      const directory = parent.of(file);
      if (directory < 0) return directory;
      return system.openAt(directory, paths.file.name, flags.create | O_CLOEXEC, FILE_MODE);
    },
    close: (fd) => system.close(fd),
    stat: (file, renamed) => {
      const path = either(renamed);
      path.write(file);
      const held = parent.held(file);
      return held >= 0
        ? system.statAt(held, path.name, statAt)
        : system.statAt(folder.fd, path.whole, statAt);
    },
    remove: (file, renamed) => {
      const path = either(renamed);
      path.write(file);
      const directory = parent.of(file);
      return directory < 0 ? directory : system.unlinkAt(directory, path.name);
    },
    rename: (file, renamed) => {
      const from = either(renamed);
      const to = either(!renamed);
      from.write(file);
      to.write(file);
      const directory = parent.of(file);
      return directory < 0 ? directory : rename(directory, from.name, to.name);
    },
    list: (file) => {
      const fd = parent.openDirectory(file, flags.directory);
      if (fd < 0) return fd;
      const count = countEntries(fd, entries, address + AT.entries, system);
      const closed = system.close(fd);
      return closed < 0 ? closed : count;
    },
    openDirectory: (file) => parent.openDirectory(file, flags.directory),
    end: () => {
      parent.end();
      folder.close();
    },
  };
}

/** Counts the entries of a directory with one buffer; keeps no names. */
function countEntries(
  fd: number,
  entries: Uint8Array,
  address: number,
  system: FileSystemCalls,
): number {
  let count = 0;
  for (;;) {
    const bytes = system.readDirectory(fd, address, ENTRIES_BYTES);
    if (bytes <= 0) return bytes < 0 ? bytes : count;
    for (let at = 0; at < bytes; ) {
      if (!isDot(entries, at + NAME_AT)) count++;
      at += (entries[at + LENGTH_AT] ?? 0) + (entries[at + LENGTH_AT + 1] ?? 0) * 256;
    }
  }
}

/** Whether an entry is `.` or `..`. */
function isDot(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== DOT) return false;
  return bytes[at + 1] === 0 || (bytes[at + 1] === DOT && bytes[at + 2] === 0);
}
