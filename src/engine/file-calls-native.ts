import fs from "node:fs";
import { join } from "node:path";
import { type DatasetLocation, directoryDepth } from "../model/dataset.ts";
import { type FileSystemCalls, O_CLOEXEC } from "../posix/file-system.ts";
import { type FileCalls, MODE, type OpenFlags } from "./file-calls.ts";
import { PathBytes, type PathKind } from "./path-bytes.ts";

/** A page of WebAssembly memory, whose address never changes: three paths, then what calls fill. */
const PATH_BYTES = 1024;
const AT: Readonly<Record<PathKind | "stat" | "entries", number>> = {
  file: 0,
  renamed: PATH_BYTES,
  directory: 2 * PATH_BYTES,
  stat: 4 * PATH_BYTES,
  entries: 32_768,
};
const ENTRIES_BYTES = 32_768;

/** Offsets in `struct linux_dirent64`: the record's length, and the name. */
const LENGTH_AT = 16;
const NAME_AT = 19;
const DOT = 46;

/** The open folder's own name in it; a path begins with it and a slash. */
const HERE = ".";

/**
 * Paths are relative to the dataset's folder, which is open: each name above it would cost every
 * call 0.1 µs. Throws what opening it throws. The directories below stay names that the kernel
 * looks up, as it does for any application.
 */
export function nativeFileCalls(
  dataset: DatasetLocation,
  root: string,
  flags: OpenFlags,
  system: FileSystemCalls,
): FileCalls {
  const memory = new WebAssembly.Memory({ initial: 1 }).buffer;
  const address = system.addressOf(new Uint8Array(memory));
  const inside = { ...dataset, folder: HERE };
  const first = pathIn(memory, address, inside, "file");
  const second = pathIn(memory, address, inside, "renamed");
  const directory = pathIn(memory, address, inside, "directory");
  const either = (file: number, renamed: boolean): number => (renamed ? second : first)(file);
  const entries = new Uint8Array(memory, AT.entries, ENTRIES_BYTES);
  const statAt = address + AT.stat;
  let folder = fs.openSync(join(root, dataset.folder), flags.directory);
  return {
    openToRead: (file, renamed) =>
      system.openAt(folder, either(file, renamed), flags.read | O_CLOEXEC, 0),
    openNew: (file) => system.openAt(folder, first(file), flags.create | O_CLOEXEC, MODE),
    close: (fd) => system.close(fd),
    stat: (file, renamed) => system.statAt(folder, either(file, renamed), statAt),
    remove: (file, renamed) => system.unlinkAt(folder, either(file, renamed)),
    rename: (file, renamed) =>
      system.renameAt(folder, either(file, renamed), either(file, !renamed)),
    list: (file) => {
      const fd = system.openAt(folder, directory(file), flags.directory | O_CLOEXEC, 0);
      if (fd < 0) return fd;
      const count = countEntries(fd, entries, address + AT.entries, system);
      const closed = system.close(fd);
      return closed < 0 ? closed : count;
    },
    end: () => {
      if (folder >= 0) fs.closeSync(folder);
      folder = -1;
    },
  };
}

/** Writes the path of a file and returns the address of its part below the open folder. */
function pathIn(
  memory: ArrayBuffer,
  address: number,
  dataset: DatasetLocation,
  kind: PathKind,
): (file: number) => number {
  const path = new PathBytes(new Uint8Array(memory, AT[kind], PATH_BYTES), dataset, kind);
  const isFolder = kind === "directory" && directoryDepth(dataset) === 0;
  const at = address + AT[kind] + (isFolder ? 0 : HERE.length + 1);
  return (file) => {
    path.write(file);
    return at;
  };
}

/** A directory of any size goes through one buffer; nothing is kept of its names. */
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

/** `.` or `..`, which every directory has. */
function isDot(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== DOT) return false;
  return bytes[at + 1] === 0 || (bytes[at + 1] === DOT && bytes[at + 2] === 0);
}
