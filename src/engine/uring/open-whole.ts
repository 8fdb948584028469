import { constants } from "node:fs";
import os from "node:os";
import { PreflightError } from "../../model/fault/errors.ts";
import { directRefusal } from "../../posix/direct-io.ts";
import { loadFileSystemCalls, O_CLOEXEC } from "../../posix/file-system.ts";
import type { Ring } from "../../posix/ring.ts";
import type { SessionTask } from "../engine.ts";
import { FILE_MODE, openRunFolder } from "../local/open-files.ts";
import { MAX_DIRECTORIES } from "../local/path-bytes.ts";
import { entryFlags, fileSystemOf } from "./async.ts";
import { FilePaths } from "./file-paths.ts";
import { RingFiles } from "./files.ts";
import type { FileFlags } from "./transfers.ts";

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
    paths = new FilePaths(task.dataset, run.below(name), calls, task.slots.depth);
  } finally {
    run.close();
  }
  const fileFlags = flagsOf(task);
  if (task.direct && task.operations.includes("fetch")) {
    const { directory, path } = paths.of(0, 0, false, false);
    const fd = directory < 0 ? directory : system.openAt(directory, path, fileFlags.read, 0);
    paths.release(0, 0);
    if (fd >= 0) system.close(fd);
    if (fd === -os.constants.errno.EINVAL) {
      paths.close();
      throw directRefusal(root);
    }
  }
  const on = fileSystemOf(task);
  const flags = entryFlags(task, task.slots.depth, on);
  return new RingFiles(task, { ring, paths, base, entryFlags: flags, fileFlags });
}

/** A named pipe in a file's place must not wait for a writer; regular files ignore the flag. */
function flagsOf({ direct, dsync }: SessionTask): FileFlags {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW, O_RDONLY, O_NONBLOCK, O_DIRECT, O_DSYNC } =
    constants;
  return {
    create: O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC | (dsync ? O_DSYNC : 0),
    read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (direct ? O_DIRECT : 0),
    mode: FILE_MODE,
  };
}
