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
const MAX_EXPANSION = 256;

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
    return { ...PLAIN_STORAGE, expansion: MAX_EXPANSION };
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

/** Bytes the storage itself says it transferred since it was mounted or started. */
export interface TransferCounters {
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** Bytes that operations moved, compared with what the kernel and the device counted. */
export interface CacheEvidence {
  /**
   * Share of the bytes read that did not come from the storage, 0 to 1. Null where it is not known
   * to 2 %: the bounds below say what is. Of runs of older versions it is what the whole device's
   * counters left over, other programs' reads included.
   */
  readonly servedFromCacheShare: number | null;
  /** The least and the most that this share can be; absent in runs of older versions. */
  readonly servedFromCacheShareLow?: number;
  readonly servedFromCacheShareHigh?: number;
  /** What the bounds rest on; absent in runs of older versions. */
  readonly basis?: string;
  /**
   * A cache between the storage and this kernel that cannot be watched, one clause; null where none
   * is known, absent in runs of older versions.
   */
  readonly unseenCache?: string | null;
  readonly logicalReadBytes: number;
  readonly logicalWriteBytes: number;
  readonly deviceReadBytes: number | null;
  readonly deviceWriteBytes: number | null;
  /**
   * Bytes that the storage was asked for by this process alone (`read_bytes` of `/proc/self/io`);
   * null where the kernel does not count them, absent in runs of older versions.
   */
  readonly ownReadBytes?: number | null;
  /**
   * Bytes of the reads that were the first ones of their place in the measured time, by the access
   * pattern; null where that does not follow from it, absent in runs of older versions.
   */
  readonly firstReadBytes?: number | null;
  /**
   * With `direct`: whether the dataset came into the page cache all the same, so that the I/O was
   * not direct. Null where it cannot be seen or another policy holds; absent in older runs.
   */
  readonly cacheFilled?: boolean | null;
  /**
   * Share of the operations with bytes that took less than 20 µs, as memory does and no network
   * can; null where there were none, absent in runs of older versions.
   */
  readonly memoryFastShare?: number | null;
  /**
   * Share of the dataset that was in the page cache when the phase began, as the kernel says, and
   * when it was over; null where that cannot be asked or no file was there.
   */
  readonly residentShareBefore: number | null;
  readonly residentShareAfter: number | null;
  /** Where the device numbers come from, or why there are none. */
  readonly source: string;
}
