import fs from "node:fs";
import { join } from "node:path";
import { fileName } from "../model/dataset.ts";
import { deviceNumberOf } from "../model/device-number.ts";
import { codeOf, PreflightError } from "../model/errors.ts";
import type { SessionTask } from "./engine.ts";

/** What a local engine works on: the folder of the run's files, or a block device's node. */
export function localRoot({ location }: SessionTask): string {
  if (location.kind === "directory") return location.root;
  if (location.kind === "device") return location.path;
  throw new Error(`a local engine cannot open a ${location.kind}`);
}

/**
 * Opens every file of a dataset, so that no operation pays for it; none stays open when one cannot
 * be opened. Of a block device, the device is its one file. Throws what `open` throws.
 */
export function openFiles(task: SessionTask, root: string): Int32Array {
  const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_DIRECT, O_DSYNC } = fs.constants;
  const writing = O_RDWR | (task.dsync ? O_DSYNC : 0);
  const access = task.operations.includes("write") ? writing : O_RDONLY;
  const flags = access | O_NOFOLLOW | (task.direct ? O_DIRECT : 0);
  const files = new Int32Array(task.dataset.count).fill(-1);
  const device = task.location.kind === "device";
  try {
    for (let i = 0; i < files.length; i++) {
      files[i] = fs.openSync(device ? root : join(root, fileName(task.dataset, i)), flags);
    }
    if (device) checkDevice(task, files[0] ?? -1);
  } catch (error) {
    closeFiles(files);
    throw codeOf(error) === "EMFILE" ? tooMany(files.length) : error;
  }
  return files;
}

function tooMany(count: number): PreflightError {
  return new PreflightError(
    `too many open files (EMFILE): every thread keeps all ${count} files of the dataset open; ` +
      "raise `ulimit -n`, or use fewer files or threads",
  );
}

/** The node still stands for the device that was checked, and takes blocks of this size. */
function checkDevice({ location, direct, blockBytes }: SessionTask, fd: number): void {
  if (location.kind !== "device") return;
  const { path, deviceNumber, logicalBlockBytes } = location;
  const opened = fs.fstatSync(fd);
  if (!opened.isBlockDevice() || deviceNumberOf(opened.rdev) !== deviceNumber) {
    throw new PreflightError(
      `${path} is not the device ${deviceNumber} any more: it was replaced while the run went on`,
    );
  }
  if (!direct || blockBytes % logicalBlockBytes === 0) return;
  throw new PreflightError(
    `${path} takes direct I/O in blocks of ${logicalBlockBytes} B, blockSize is ${blockBytes} B; ` +
      `use a multiple of ${logicalBlockBytes} B, or cache: dropped or warm`,
  );
}

/** Closes what {@link openFiles} opened; a second call does nothing. */
export function closeFiles(files: Int32Array): void {
  for (let i = 0; i < files.length; i++) {
    const fd = files[i] ?? -1;
    if (fd >= 0) fs.closeSync(fd);
    files[i] = -1;
  }
}
