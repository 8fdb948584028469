import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { readOpenFileLimit } from "../../../environment/machine/host-limits.ts";
import { PreflightError } from "../../../model/fault/errors.ts";
import {
  type DatasetLocation,
  directoryCount,
  directoryName,
} from "../../../model/plan/dataset.ts";
import type { Folder } from "../../../posix/folder.ts";

/** Maximum directories that a run keeps open. */
const MAX_HELD = 16_384;

/** Maximum share of the process's file descriptors for these directories. */
const MAX_DESCRIPTOR_SHARE = 1 / 8;

/**
 * Directories of a run's datasets that stay open during the run. Worker threads share the process's
 * descriptors, so an operation that starts at one of them reaches the run's own directory, even if
 * another program replaced its name. Directories above the limit are opened for each operation.
 */
export class OpenDirectories {
  private readonly datasets = new Map<string, Int32Array>();
  private free = Math.floor(
    Math.min(MAX_HELD, (readOpenFileLimit() ?? MAX_HELD) * MAX_DESCRIPTOR_SHARE),
  );

  /** Descriptors by directory number in shared memory; -1 for a directory that is not open. */
  of(location: DatasetLocation): Int32Array {
    const known = this.datasets.get(location.name);
    if (known !== undefined) return known;
    const bytes = directoryCount(location) * Int32Array.BYTES_PER_ELEMENT;
    const made = new Int32Array(new SharedArrayBuffer(bytes)).fill(-1);
    this.datasets.set(location.name, made);
    return made;
  }

  /**
   * Keeps a directory open, if the limit allows.
   *
   * @throws PreflightError if another directory has replaced one that is already open
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

  /** Closes all directories; engines that still use them fail with EBADF. */
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
    `${directory.path} is not the directory that this run created: another program replaced it ` +
      "during the run; nothing was changed in it; keep other programs out of the target, and run " +
      "again",
  );
}

/** Numbers of the directories that hold files, by their path below the run's directory. */
export function directoryNumbers(location: DatasetLocation): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (let i = 0; i < location.count; i += location.filesPerDirectory) {
    numbers.set(directoryName(location, i), numbers.size);
  }
  return numbers;
}
