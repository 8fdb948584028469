/** How a read gets from the storage to this process: what the kernel counts of it on the way. */
export interface ReadPath {
  /**
   * Whether `read_bytes` of `/proc/self/io` counts every byte that the file system fetches from its
   * storage for this process.
   */
  readonly counted: boolean;
  /**
   * Most bytes of a file that one stored byte can hold: 1 where files are stored as written, more
   * where they may be compressed; null where that is not known.
   */
  readonly expansion: number | null;
  /** Whether the files are kept in memory and nowhere else. */
  readonly inMemory: boolean;
  /** A cache between the storage and this kernel, one clause; null where none is known. */
  readonly unseenCache: string | null;
}

/** A file system on a block device that stores what was written, or the device itself. */
export const PLAIN_STORAGE: ReadPath = {
  counted: true,
  expansion: 1,
  inMemory: false,
  unseenCache: null,
};

const PLAIN = ["ext2", "ext3", "ext4", "xfs", "jfs", "vfat", "exfat"];

/** Most bytes of a file in one stored byte: an extent of 128 KiB in one sector of 4 KiB. */
const BTRFS_EXPANSION = 32;

/** F2FS: a cluster of 256 blocks in one. An overlay's layers may lie on any such file system. */
const MOST_EXPANSION = 256;

/** The server's or the hypervisor's program may answer out of a cache that is not this kernel's. */
const UNSEEN: Readonly<Record<string, string>> = {
  virtiofs: "the host behind virtiofs may have cached it",
  "9p": "the host behind 9p may have cached it",
};

/** What is known from a file system's type alone. */
export function readPathOfType(type: string): ReadPath {
  if (PLAIN.includes(type)) return PLAIN_STORAGE;
  if (type === "btrfs") return { ...PLAIN_STORAGE, expansion: BTRFS_EXPANSION };
  if (type === "f2fs" || type === "overlay") {
    return { ...PLAIN_STORAGE, expansion: MOST_EXPANSION };
  }
  // Network clients are not relied on to count reads; their own counters are of what was sent.
  if (["nfs", "nfs4", "lustre"].includes(type)) return { ...PLAIN_STORAGE, counted: false };
  if (type === "tmpfs" || type === "ramfs") return { ...PLAIN_STORAGE, inMemory: true };
  if (/^fuse(blk)?(\.|$)/.test(type)) {
    const unseenCache = "the program behind the FUSE mount may have a cache of its own";
    return { counted: false, expansion: null, inMemory: false, unseenCache };
  }
  const unseenCache = UNSEEN[type] ?? null;
  return { counted: unseenCache === null, expansion: null, inMemory: false, unseenCache };
}
