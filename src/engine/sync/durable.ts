import fs from "node:fs";
import type { SyncPlan } from "../../model/plan/plan.ts";
import type { Libc } from "../../posix/libc.ts";
import type { SessionTask } from "../engine.ts";
import { guarded } from "../local/errno.ts";
import type { FileCalls } from "./file-calls.ts";

/** Makes an open file durable: 0 or a negative errno. */
export type SyncCall = (fd: number) => number;

/** What a plan calls, through libc or, without it, through Node. */
export function syncCall(plan: SyncPlan | null, libc: Libc | null): SyncCall {
  const dataOnly = plan?.call === "fdatasync";
  if (libc !== null) return dataOnly ? libc.fdatasync : libc.fsync;
  const call = dataOnly ? fs.fdatasyncSync : fs.fsyncSync;
  return (fd) =>
    guarded(() => {
      call(fd);
      return 0;
    });
}

/** Makes files durable as they are created. */
export interface CreatedSync {
  /** Syncs a file that was just written, and its directory where asked. 0 or a negative errno. */
  sync(fd: number, file: number): number;
  close(): void;
}

/**
 * Null where the phase does not ask for it. One directory is kept open: files are created
 * directory by directory, so that opening it is not part of each.
 */
export function openCreatedSync(
  task: SessionTask,
  libc: Libc | null,
  calls: FileCalls,
): CreatedSync | null {
  const plan = task.sync;
  if (plan === null || !task.operations.includes("create")) return null;
  const call = syncCall(plan, libc);
  // A directory's names are metadata to some file systems, so fdatasync might leave them out.
  const syncDirectory = syncCall({ ...plan, call: "fsync" }, libc);
  let open = { number: -1, fd: -1 };
  const close = (): void => {
    if (open.fd >= 0) calls.close(open.fd);
    open = { number: -1, fd: -1 };
  };
  const directoryOf = (file: number): number => {
    const number = Math.floor(file / task.dataset.filesPerDirectory);
    if (number === open.number && open.fd >= 0) return open.fd;
    close();
    open = { number, fd: calls.openDirectory(file) };
    return open.fd;
  };
  return {
    sync(fd, file) {
      const directory = plan.directory ? directoryOf(file) : 0;
      if (directory < 0) return directory;
      task.syncWatch.began();
      let failed = call(fd);
      if (failed === 0 && plan.directory) failed = syncDirectory(directory);
      if (failed === 0) task.syncWatch.ended();
      return failed;
    },
    close,
  };
}
