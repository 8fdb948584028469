import fs from "node:fs";
import type { SyncPlan } from "../../model/plan/plan.ts";
import type { Libc } from "../../posix/libc.ts";
import type { SessionTask } from "../engine.ts";
import { guarded } from "../local/errno.ts";
import type { FileCalls } from "./file-calls.ts";

/** Makes an open file durable: 0 or a negative errno. */
export type SyncCall = (fd: number) => number;

/** Makes the sync function of a plan, through libc or else through Node. */
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

/** Makes new files durable. */
export interface CreatedSync {
  /**
   * Descriptor of the file's directory, if it is synced, else 0; or a negative errno. Opened before
   * the sync, whose time it is not part of.
   */
  directoryOf(file: number): number;
  /** Syncs a new file and, if required, its directory. 0 or a negative errno. */
  sync(fd: number, directory: number): number;
  close(): void;
}

/**
 * Null if the phase does not require it. One directory is kept open: files are created directory by
 * directory, so that an operation does not include its open.
 */
export function openCreatedSync(
  task: SessionTask,
  libc: Libc | null,
  calls: FileCalls,
): CreatedSync | null {
  const plan = task.sync;
  if (plan === null || !task.operations.includes("create")) return null;
  const call = syncCall(plan, libc);
  // Some file systems treat a directory's names as metadata, which fdatasync may omit.
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
    directoryOf: (file) => (plan.directory ? directoryOf(file) : 0),
    sync(fd, directory) {
      const failed = call(fd);
      return failed === 0 && plan.directory ? syncDirectory(directory) : failed;
    },
    close,
  };
}
