import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { readOpenFileLimit } from "../../../environment/machine/host-limits.ts";
import { PreflightError } from "../../../model/fault/errors.ts";
import {
  type DatasetLocation,
  directoryCount,
  directoryName,
} from "../../../model/plan/dataset.ts";
import type { Folder } from "../../../posix/folder.ts";

/** Most directories that a run keeps open; with the usual 10,000 files in each, ten million. */
const MAX_HELD = 1024;

/** Share of the process's descriptors that they may take. */
const SHARE = 1 / 8;

/**
 * The directories of a run's datasets that stay open while the run goes on. Worker threads share
 * the process's descriptors: an operation that begins at one of these reaches the run's own
 * directory, wherever its name leads by now. Of more directories than may be held, the rest are
 * opened for each operation.
 */
export class OpenDirectories {
  private readonly datasets = new Map<string, Int32Array>();
  private free = Math.floor(Math.min(MAX_HELD, (readOpenFileLimit() ?? MAX_HELD) * SHARE));

  /** Descriptors by directory number, -1 where one is not held; shared memory. */
  of(location: DatasetLocation): Int32Array {
    const known = this.datasets.get(location.name);
    if (known !== undefined) return known;
    const bytes = directoryCount(location) * Int32Array.BYTES_PER_ELEMENT;
    const made = new Int32Array(new SharedArrayBuffer(bytes)).fill(-1);
    this.datasets.set(location.name, made);
    return made;
  }

  /**
   * Holds an open directory from now on. One that is held already has to be the same:
   * PreflightError where another one took its place.
   */
  hold(location: DatasetLocation, number: number, directory: Folder): void {
    const held = this.of(location);
    const fd = held[number] ?? -1;
    if (fd >= 0) {
      requireSame(fd, directory);
      return;
    }
    if (this.free <= 0) return;
    this.free--;
    const { O_RDONLY, O_DIRECTORY } = constants;
    held[number] = openSync(directory.at("."), O_RDONLY | O_DIRECTORY);
  }

  /** Lets go of all; engines that still use them fail with EBADF. */
  close(): void {
    for (const held of this.datasets.values()) {
      for (const [number, fd] of held.entries()) {
        held[number] = -1;
        if (fd >= 0) closeSync(fd);
      }
    }
    this.datasets.clear();
  }
}

function requireSame(fd: number, directory: Folder): void {
  if (directory.is(fstatSync(fd, { bigint: true }))) return;
  throw new PreflightError(
    `${directory.path} is not the directory this run made: another one was put in its place ` +
      "while the run went on; nothing was changed in it",
  );
}

/** Numbers of the directories that hold files, by their path below the run's folder. */
export function directoryNumbers(location: DatasetLocation): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (let i = 0; i < location.count; i += location.filesPerDirectory) {
    numbers.set(directoryName(location, i), numbers.size);
  }
  return numbers;
}
