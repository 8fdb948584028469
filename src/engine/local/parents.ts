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
import { PathBytes, type PathKind } from "./path-bytes.ts";
import { UsedDirectories } from "./used-directories.ts";

/** Memory of a path, and of everything that {@link Parents} need. */
export const PATH_BYTES = 1024;
export const PARENTS_BYTES = 2 * PATH_BYTES;

/** Name of the open directory in a path: the path begins with it and a slash, or is it. */
const HERE = ".";

/** WebAssembly memory at a fixed address. */
export interface Page {
  readonly memory: ArrayBuffer;
  readonly address: number;
}

/** System calls that can open files only below a directory. */
export interface ConfinedCalls extends FileSystemCalls {
  readonly openAt2: NonNullable<FileSystemCalls["openAt2"]>;
}

/** A path in memory that is changed in place. */
export interface PathAt {
  /** Sets the path to another file. */
  write(file: number): void;
  /** Address of the path below the dataset's directory, and of its last component. */
  readonly whole: number;
  readonly name: number;
}

/** Chooses the open directory for a file's name; see {@link UsedDirectories} for the others. */
export class Parents {
  private readonly folder: Folder;
  private readonly filesPerDirectory: number;
  private readonly flat: boolean;
  private readonly directories: Int32Array | null;
  private readonly path: PathAt;
  private readonly system: ConfinedCalls;
  private readonly how: BigUint64Array;
  private readonly howAt: number;
  private readonly access: number;
  private howFlags = -1;
  private readonly used: UsedDirectories<number>;

  /**
   * Uses `PARENTS_BYTES` of the page from `at`; the caller closes `folder`. `access`: flags to open
   * a directory with, `O_PATH` unless it is synced.
   */
  constructor(
    dataset: DatasetLocation,
    folder: Folder,
    system: ConfinedCalls,
    page: Page,
    at: number,
    access: number = O_PATH,
  ) {
    this.folder = folder;
    this.access = access;
    this.filesPerDirectory = dataset.filesPerDirectory;
    this.flat = directoryDepth(dataset) === 0;
    this.directories = dataset.held?.directories ?? null;
    this.path = pathIn(page, at, dataset, "directory");
    this.system = system;
    this.used = new UsedDirectories((fd) => system.close(fd));
    this.how = new BigUint64Array(page.memory, at + PATH_BYTES, OPEN_HOW_BYTES / 8);
    this.howAt = page.address + at + PATH_BYTES;
  }

  /** Descriptor of a directory that is open for the session, or -1. */
  held(file: number): number {
    if (this.flat) return this.folder.fd;
    if (this.directories === null) return -1;
    return this.directories[this.numberOf(file)] ?? -1;
  }

  /** Descriptor of a file's directory until the next call, or a negative errno. */
  of(file: number): number {
    const fd = this.take(file);
    this.release(file);
    return fd;
  }

  /** Descriptor of a file's directory until {@link release}, or a negative errno. */
  take(file: number): number {
    const held = this.held(file);
    if (held >= 0) return held;
    const number = this.numberOf(file);
    const used = this.used.use(number);
    if (used !== undefined) return used;
    const fd = this.openDirectory(file, this.access | fs.constants.O_DIRECTORY);
    if (fd >= 0) this.used.add(number, fd);
    return fd;
  }

  /** The operation on a file is complete. */
  release(file: number): void {
    this.used.release(this.numberOf(file));
  }

  openDirectory(file: number, flags: number): number {
    this.path.write(file);
    return this.open(this.path.whole - HERE.length - 1, flags | O_CLOEXEC);
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
    this.used.end();
  }

  private numberOf(file: number): number {
    return (file / this.filesPerDirectory) | 0;
  }
}

/** Makes a path in a page, `PATH_BYTES` long from `at`. */
export function pathIn(page: Page, at: number, dataset: DatasetLocation, kind: PathKind): PathAt {
  const inside = { ...dataset, folder: HERE };
  const path = new PathBytes(new Uint8Array(page.memory, at, PATH_BYTES), inside, kind);
  const address = page.address + at;
  return {
    write: (file) => path.write(file),
    whole: address + HERE.length + 1,
    name: address + directoryName(inside, 0).length + 1,
  };
}
