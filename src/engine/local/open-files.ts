/**
 * Shared parts of `sync` and `uring`: files of a dataset, opened once before the start line, and
 * messages for errno values. Nothing here issues a measured operation. Read this file first.
 */

import fs from "node:fs";
import { deviceNumberOf } from "../../model/device-number.ts";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { type DatasetLocation, directoryName, fileName } from "../../model/plan/dataset.ts";
import { closeFile, letBlock } from "../../posix/confined.ts";
import { misaligned } from "../../posix/direct-io.ts";
import { Folder, FolderChain, FolderError } from "../../posix/folder.ts";
import type { SessionTask } from "../engine.ts";

/** Mode of new files: read and write for the owner only, like all files of a run. */
export const FILE_MODE = 0o600;

/**
 * Open flags of whole files. A named pipe in a file's place must not wait for a writer; regular
 * files ignore O_NONBLOCK.
 */
export function fileFlags({ direct, dsync }: Pick<SessionTask, "direct" | "dsync">): {
  readonly read: number;
  readonly create: number;
} {
  const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  const { O_NONBLOCK, O_DIRECT, O_DSYNC } = fs.constants;
  return {
    read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | (direct ? O_DIRECT : 0),
    create: O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | (dsync ? O_DSYNC : 0),
  };
}

/** Location of a local engine: the directory of the run's files, or a block device. */
export function localRoot({ location }: SessionTask): string {
  if (location.kind === "directory") return location.root;
  if (location.kind === "device") return location.path;
  throw new Error(`a local engine cannot open a ${location.kind}`);
}

/** Opens the run's directory, from which all files are opened; the caller closes it. */
export function openRunFolder({ held }: DatasetLocation, root: string): Folder {
  return held === undefined ? Folder.open(root) : Folder.held(held.root, root);
}

/** Last component of a file's path. */
export function nameIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Opens every file of a dataset, so that no operation includes an open. After a failure all are
 * closed. A block device is its only file.
 *
 * @throws the error of `open`; PreflightError if a file to write does not belong to the run alone
 */
export function openFiles(task: SessionTask, root: string): Int32Array {
  const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_DIRECT, O_DSYNC } = fs.constants;
  const writes = task.operations.includes("write");
  const writing = O_RDWR | (task.dsync ? O_DSYNC : 0);
  const flags = (writes ? writing : O_RDONLY) | O_NOFOLLOW | (task.direct ? O_DIRECT : 0);
  const files = new Int32Array(task.dataset.count).fill(-1);
  try {
    if (task.location.kind === "device") {
      files[0] = fs.openSync(root, flags);
      checkDevice(task, files[0]);
    } else openBelow(task.dataset, root, flags, writes, files);
  } catch (error) {
    closeFiles(task, files);
    throw codeOf(error) === "EMFILE" ? tooMany(files.length) : error;
  }
  return files;
}

function openBelow(
  dataset: DatasetLocation,
  root: string,
  flags: number,
  writes: boolean,
  files: Int32Array,
): void {
  const folder = openRunFolder(dataset, root);
  const chain = new FolderChain(folder);
  try {
    const { O_DIRECT, O_NONBLOCK } = fs.constants;
    const owners = [fs.fstatSync(folder.fd).uid, process.geteuid?.()];
    for (let i = 0; i < files.length; i++) {
      const name = nameIn(fileName(dataset, i));
      const fd = chain.to(directoryName(dataset, i)).openFile(name, flags | O_NONBLOCK);
      files[i] = fd;
      letBlock(fd, flags & O_DIRECT);
      checkOpened(fd, writes ? owners : null, `${root}/${fileName(dataset, i)}`);
    }
  } catch (error) {
    if (!(error instanceof FolderError) || error.code !== "EXDEV") throw error;
    throw new PreflightError(
      `${error.path} is a mount point now, but assay uses only directories it made; unmount it`,
    );
  } finally {
    chain.close();
    folder.close();
  }
}

/**
 * Checks an open file. A read of a named pipe would never end. A file to write (`owners`: allowed
 * owners; null: only reads) must have one name and an allowed owner: otherwise a write would change
 * a foreign file.
 */
function checkOpened(
  fd: number,
  owners: readonly (number | undefined)[] | null,
  path: string,
): void {
  const found = fs.fstatSync(fd);
  const wrong = !found.isFile()
    ? "is not a regular file"
    : owners === null
      ? null
      : found.nlink > 1
        ? `has ${found.nlink} hard links, so a write would change files with other names`
        : owners.includes(found.uid)
          ? null
          : `belongs to user ${found.uid}`;
  if (wrong === null) return;
  throw new PreflightError(
    `${path} ${wrong}; expected a file that this run wrote; nothing was written: run without ` +
      "--reuse-data, or remove it",
  );
}

function tooMany(count: number): PreflightError {
  return new PreflightError(
    `too many open files (EMFILE): every thread keeps all ${count} files of the dataset open; ` +
      "raise `ulimit -n`, or use fewer files or threads",
  );
}

/** Checks that the node is still the checked device and accepts this block size. */
function checkDevice({ location, direct, blockBytes }: SessionTask, fd: number): void {
  if (location.kind !== "device") return;
  const { path, deviceNumber, logicalBlockBytes } = location;
  const opened = fs.fstatSync(fd);
  if (!opened.isBlockDevice() || deviceNumberOf(opened.rdev) !== deviceNumber) {
    throw new PreflightError(
      `${path} is no longer the device ${deviceNumber}: it was replaced during the run`,
    );
  }
  if (!direct || blockBytes % logicalBlockBytes === 0) return;
  throw misaligned(path, blockBytes, logicalBlockBytes);
}

/** Closes the files of {@link openFiles}; a second call does nothing. */
export function closeFiles({ location }: SessionTask, files: Int32Array): void {
  const close = location.kind === "device" ? fs.closeSync : closeFile;
  for (let i = 0; i < files.length; i++) {
    const fd = files[i] ?? -1;
    if (fd >= 0) close(fd);
    files[i] = -1;
  }
}
