import fs from "node:fs";
import { constants } from "node:os";
import { PreflightError } from "../../model/fault/errors.ts";
import { directRefusal } from "../../posix/direct-io.ts";
import { loadFileSystemCalls, O_CLOEXEC, O_PATH } from "../../posix/file-system.ts";
import type { Ring } from "../../posix/ring.ts";
import type { SessionTask } from "../engine.ts";
import { fileFlags, openRunFolder } from "../local/open-files.ts";
import { MAX_DIRECTORIES } from "../local/path-bytes.ts";
import { entryFlags, fileSystemOf } from "./async.ts";
import { FilePaths } from "./file-paths.ts";
import { RingFiles } from "./files.ts";

/**
 * Opens a session for operations on whole files; it closes the ring.
 *
 * @throws PreflightError if the kernel lacks openat2, or direct I/O is required but rejected
 */
export function openWholeFiles(
  task: SessionTask,
  root: string,
  ring: Ring,
  base: number,
): RingFiles {
  const system = loadFileSystemCalls();
  const openAt2 = system?.openAt2 ?? null;
  if (system === null || openAt2 === null) {
    throw new PreflightError("the kernel has no openat2 (before Linux 5.6); use `engine: sync`");
  }
  const { count, filesPerDirectory, folder: name } = task.dataset;
  if (count / filesPerDirectory > MAX_DIRECTORIES) {
    throw new PreflightError(
      `the uring engine takes at most ${MAX_DIRECTORIES} directories; use \`engine: sync\``,
    );
  }
  const run = openRunFolder(task.dataset, root);
  let paths: FilePaths;
  try {
    const calls = { ...system, openAt2 };
    // The kernel syncs no directory that was opened with O_PATH.
    const access = task.sync?.directory === true ? fs.constants.O_RDONLY : O_PATH;
    paths = new FilePaths(task.dataset, run.below(name), calls, task.slots.depth, access);
  } finally {
    run.close();
  }
  const { read, create } = fileFlags(task);
  const flags = { read: read | O_CLOEXEC, create: create | O_CLOEXEC };
  if (task.direct && task.operations.includes("fetch")) {
    const { directory, path } = paths.of(0, 0, false, false);
    const fd = directory < 0 ? directory : system.openAt(directory, path, flags.read, 0);
    paths.release(0, 0);
    if (fd >= 0) system.close(fd);
    if (fd === -constants.errno.EINVAL) {
      paths.close();
      throw directRefusal(root);
    }
  }
  const on = entryFlags(task, task.slots.depth, fileSystemOf(task));
  return new RingFiles(task, { ring, paths, base, entryFlags: on, fileFlags: flags });
}
