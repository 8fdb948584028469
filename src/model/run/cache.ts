/** Properties of the path of a read from the storage to this process. */
export interface ReadPath {
  /**
   * Whether `read_bytes` of `/proc/self/io` counts every byte that the file system reads from its
   * storage for this process.
   */
  readonly counted: boolean;
  /**
   * Maximum number of file bytes per stored byte: 1 without compression; null if unknown.
   */
  readonly expansion: number | null;
  /** Whether the files are in memory only. */
  readonly inMemory: boolean;
  /** A cache between the storage and this kernel, one clause; null if none is known. */
  readonly unseenCache: string | null;
}

/** A block device, or a file system on it without compression. */
export const PLAIN_STORAGE: ReadPath = {
  counted: true,
  expansion: 1,
  inMemory: false,
  unseenCache: null,
};

const PLAIN = ["ext2", "ext3", "ext4", "xfs", "jfs", "vfat", "exfat"];

/** Maximum file bytes per stored byte: an extent of 128 KiB in one sector of 4 KiB. */
const BTRFS_EXPANSION = 32;

/** F2FS: a cluster of 256 blocks in one. An overlay's layers may be on any such file system. */
const MAX_EXPANSION = 256;

/** Caches outside of this kernel, by file system type. */
const UNSEEN: Readonly<Record<string, string>> = {
  virtiofs: "the virtiofs host may have cached the data",
  "9p": "the 9p host may have cached the data",
};

/** The read path that follows from the type of the file system alone. */
export function readPathOfType(type: string): ReadPath {
  if (PLAIN.includes(type)) return PLAIN_STORAGE;
  if (type === "btrfs") return { ...PLAIN_STORAGE, expansion: BTRFS_EXPANSION };
  if (type === "f2fs" || type === "overlay") {
    return { ...PLAIN_STORAGE, expansion: MAX_EXPANSION };
  }
  // Network clients do not count reads reliably; their own counters count the bytes received.
  if (["nfs", "nfs4", "lustre"].includes(type)) return { ...PLAIN_STORAGE, counted: false };
  if (type === "tmpfs" || type === "ramfs") return { ...PLAIN_STORAGE, inMemory: true };
  if (/^fuse(blk)?(\.|$)/.test(type)) {
    const unseenCache = "the program behind the FUSE mount may have a cache";
    return { counted: false, expansion: null, inMemory: false, unseenCache };
  }
  const unseenCache = UNSEEN[type] ?? null;
  return { counted: unseenCache === null, expansion: null, inMemory: false, unseenCache };
}

/** Bytes that the storage has transferred since its mount or start, by its own counters. */
export interface TransferCounters {
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** Bytes transferred by operations, compared with the counters of the kernel and the device. */
export interface CacheEvidence {
  /**
   * Share of the bytes read that did not come from the storage, 0 to 1. Null if it is known less
   * precisely than 2%; see the bounds below. In older runs, it is derived from the counters of the
   * whole device, which include reads of other programs.
   */
  readonly servedFromCacheShare: number | null;
  /** Lower and upper bound of this share; absent in older runs. */
  readonly servedFromCacheShareLow?: number;
  readonly servedFromCacheShareHigh?: number;
  /** How the bounds were determined; absent in older runs. */
  readonly basis?: string;
  /**
   * A cache between the storage and this kernel that cannot be observed, one clause; null if none
   * is known, absent in older runs.
   */
  readonly unseenCache?: string | null;
  readonly logicalReadBytes: number;
  readonly logicalWriteBytes: number;
  readonly deviceReadBytes: number | null;
  readonly deviceWriteBytes: number | null;
  /**
   * Bytes that this process alone read from the storage (`read_bytes` of `/proc/self/io`); null if
   * the kernel does not count them, absent in older runs.
   */
  readonly ownReadBytes?: number | null;
  /**
   * Bytes of reads that were the first ones of their blocks in the measured time, by the access
   * pattern; null if the pattern does not determine it, absent in older runs.
   */
  readonly firstReadBytes?: number | null;
  /**
   * With `direct`: whether the dataset entered the page cache, so that the I/O was not direct. Null
   * if it cannot be observed or with another cache policy; absent in older runs.
   */
  readonly cacheFilled?: boolean | null;
  /**
   * Share of the operations with data that took less than 20 µs, which memory can and a network
   * cannot; null without such operations, absent in older runs.
   */
  readonly memoryFastShare?: number | null;
  /** Residency of the dataset at the start of the phase, 0 to 1; null if it cannot be read. */
  readonly residentShareBefore: number | null;
  /** Residency of the dataset at the end of the phase, 0 to 1; null if it cannot be read. */
  readonly residentShareAfter: number | null;
  /** Source of the device counters, or why there are none. */
  readonly source: string;
}
