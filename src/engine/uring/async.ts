import { statfsSync } from "node:fs";
import { RING_ASYNC } from "../../posix/ring.ts";
import type { SessionTask } from "../engine.ts";

/** `f_type` of statfs(2), from the kernel's `include/uapi/linux/magic.h`. */
const MAGIC = {
  ext4: 0xef53,
  xfs: 0x58465342,
  btrfs: 0x9123683e,
  f2fs: 0xf2f52010,
  tmpfs: 0x01021994,
} as const;

/**
 * File systems that return EAGAIN if an operation would wait (ext2 and ext3 have the number of
 * ext4). On others, io_uring may run the operation inside the submitting call: a FUSE file, for
 * example, counts as non-blocking because it can be polled. The thread then waits for one operation
 * after another, at any queue depth. overlayfs has separate files, which always wait.
 */
const NEVER_WAITS: ReadonlySet<number> = new Set(Object.values(MAGIC));

/**
 * File systems with concurrent direct writes to one file that report this to io_uring
 * (FOP_DIO_PARALLEL_WRITE). Elsewhere, writes to one file that would wait run one by one.
 */
const PARALLEL_DIRECT_WRITES: ReadonlySet<number> = new Set([MAGIC.ext4, MAGIC.xfs]);

/** Flags of submission entries by direction: 0 or `RING_ASYNC`. */
export interface EntryFlags {
  readonly read: number;
  readonly write: number;
}

/** A block device, or the `f_type` of the file system of a directory; null if unknown. */
export type FileSystem = "device" | number | null;

/** Returns the storage of a session's files; null if its file system is unknown. */
export function fileSystemOf({ location }: Pick<SessionTask, "location">): FileSystem {
  if (location.kind === "device") return "device";
  if (location.kind !== "directory") return null;
  try {
    return statfsSync(location.root).type;
  } catch {
    return null;
  }
}

/**
 * Decides which operations go directly to the kernel's worker threads (IOSQE_ASYNC), so that the
 * queue depth is reached. The others are first tried inside the submitting call, which is cheaper
 * if they do not wait there.
 *
 * Durable cached writes wait for the device after the file system has released the file's lock, and
 * io_uring runs the writes to one regular file one by one, unless it does not know the file yet,
 * which with this flag it does not (Linux 6.18, `io_prep_async_work`). Other cached writes wait
 * under that lock: the flag has no benefit for them. At depth 1 an operation may wait anywhere.
 */
export function entryFlags(
  { direct, dsync, sync }: Pick<SessionTask, "direct" | "dsync" | "sync">,
  depth: number,
  on: FileSystem,
): EntryFlags {
  if (depth === 1) return { read: 0, write: 0 };
  if (on === null) return { read: RING_ASYNC, write: RING_ASYNC };
  const known = on === "device" || NEVER_WAITS.has(on);
  const parallel = on === "device" || PARALLEL_DIRECT_WRITES.has(on);
  const durable = dsync || sync !== null;
  const inline = direct ? parallel : known && !durable;
  return { read: known ? 0 : RING_ASYNC, write: inline ? 0 : RING_ASYNC };
}
