import fs from "node:fs";
import { type DatasetLocation, directoryDepth, directoryName } from "../../model/plan/dataset.ts";
import {
  confine,
  type FileSystemCalls,
  O_CLOEXEC,
  O_PATH,
  OPEN_HOW_BYTES,
} from "../../posix/file-system.ts";
import type { Folder } from "../../posix/folder.ts";
import { renameNew } from "../../posix/rename.ts";
import { FILE_MODE, type FileCalls, type OpenFlags } from "./file-calls.ts";
import { PathBytes, type PathKind } from "./path-bytes.ts";

/** A page of WebAssembly memory at a fixed address: three paths, then results of calls. */
const PATH_BYTES = 1024;
const AT: Readonly<Record<PathKind | "stat" | "how" | "entries", number>> = {
  file: 0,
  renamed: PATH_BYTES,
  directory: 2 * PATH_BYTES,
  stat: 4 * PATH_BYTES,
  how: 5 * PATH_BYTES,
  entries: 32_768,
};
const ENTRIES_BYTES = 32_768;

/** Offsets in `struct linux_dirent64`: the record's length and the name. */
const LENGTH_AT = 16;
const NAME_AT = 19;
const DOT = 46;

/** Name of the open directory in a path: the path begins with it and a slash, or is it. */
const HERE = ".";

/** System calls that can open files only below a directory. */
export interface ConfinedCalls extends FileSystemCalls {
  readonly openAt2: NonNullable<FileSystemCalls["openAt2"]>;
}

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
  const inside = { ...dataset, folder: HERE };
  const paths = {
    file: pathIn(memory, address, inside, "file"),
    renamed: pathIn(memory, address, inside, "renamed"),
    directory: pathIn(memory, address, inside, "directory"),
  };
  const parent = new Parents(dataset, folder, paths.directory.write, system, memory, address);
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

/** A path in memory that is changed in place. */
interface PathAt {
  /** Sets the path to another file. */
  write(file: number): void;
  /** Address of the path below the dataset's directory, and of its last component. */
  readonly whole: number;
  readonly name: number;
}

/** Chooses the open directory for a file's name. */
class Parents {
  private readonly folder: Folder;
  private readonly filesPerDirectory: number;
  private readonly flat: boolean;
  private readonly directories: Int32Array | null;
  private readonly writeDirectory: (file: number) => void;
  private readonly system: ConfinedCalls;
  private readonly how: BigUint64Array;
  private readonly howAt: number;
  private readonly pathAt: number;
  private howFlags = -1;
  /** Descriptor and number of the last directory that was opened temporarily. */
  private last = -1;
  private lastNumber = -1;

  constructor(
    dataset: DatasetLocation,
    folder: Folder,
    writeDirectory: (file: number) => void,
    system: ConfinedCalls,
    memory: ArrayBuffer,
    address: number,
  ) {
    this.folder = folder;
    this.filesPerDirectory = dataset.filesPerDirectory;
    this.flat = directoryDepth(dataset) === 0;
    this.directories = dataset.held?.directories ?? null;
    this.writeDirectory = writeDirectory;
    this.system = system;
    this.how = new BigUint64Array(memory, AT.how, OPEN_HOW_BYTES / 8);
    this.howAt = address + AT.how;
    this.pathAt = address + AT.directory;
  }

  /** Descriptor of a directory that is open for the session, or -1. */
  held(file: number): number {
    if (this.flat) return this.folder.fd;
    if (this.directories === null) return -1;
    return this.directories[(file / this.filesPerDirectory) | 0] ?? -1;
  }

  /** Opens the file's directory until the next call; or a negative errno. */
  of(file: number): number {
    const held = this.held(file);
    if (held >= 0) return held;
    const number = (file / this.filesPerDirectory) | 0;
    if (number === this.lastNumber && this.last >= 0) return this.last;
    this.end();
    this.last = this.openDirectory(file, O_PATH | fs.constants.O_DIRECTORY);
    this.lastNumber = number;
    return this.last;
  }

  openDirectory(file: number, flags: number): number {
    this.writeDirectory(file);
    return this.open(this.pathAt, flags | O_CLOEXEC);
  }

  /** Opens a path below the dataset's directory; ELOOP at a link, EXDEV at a mount. */
  open(path: number, flags: number): number {
    if (flags !== this.howFlags) {
      confine(this.how, flags);
      this.howFlags = flags;
    }
    return this.system.openAt2(this.folder.fd, path, this.howAt);
  }

  end(): void {
    if (this.last >= 0) this.system.close(this.last);
    this.last = -1;
  }
}

function pathIn(
  memory: ArrayBuffer,
  address: number,
  dataset: DatasetLocation,
  kind: PathKind,
): PathAt {
  const path = new PathBytes(new Uint8Array(memory, AT[kind], PATH_BYTES), dataset, kind);
  const at = address + AT[kind];
  return {
    write: (file) => path.write(file),
    whole: at + HERE.length + 1,
    name: at + directoryName(dataset, 0).length + 1,
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
