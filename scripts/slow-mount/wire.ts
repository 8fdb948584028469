import type { BigIntStats } from "node:fs";

/** Supported operation codes of `include/uapi/linux/fuse.h`. */
export const CODE = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  fsyncdir: 30,
  create: 35,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  fallocate: 43,
  rename2: 45,
} as const;

/** Bytes of `struct fuse_in_header` and `fuse_out_header`, before the body. */
export const REQUEST_HEADER = 40;
export const REPLY_HEADER = 16;

/** Bytes of the largest write, and of a request that carries it. */
export const MAX_WRITE = 1_048_576;
export const MAX_REQUEST = MAX_WRITE + 65_536;

/** Features of the server; a changed file time invalidates the cache. */
const INIT_FLAGS = [
  ["async read", 1 << 0],
  ["big writes", 1 << 5],
  ["automatic invalidation of data", 1 << 12],
  ["async direct I/O", 1 << 15],
  ["parallel operations in a directory", 1 << 18],
  ["max pages", 1 << 22],
] as const;
/** Maximum requests of one kind that the kernel has in flight. */
const MAX_BACKGROUND = 4096;

/** `struct fuse_init_out`: protocol 7.31, direct operations in flight independently. */
export function initReply(): Buffer {
  const out = Buffer.alloc(64);
  out.writeUInt32LE(7, 0);
  out.writeUInt32LE(31, 4);
  out.writeUInt32LE(131_072, 8);
  out.writeUInt32LE(
    INIT_FLAGS.reduce((all, [, flag]) => all | flag, 0),
    12,
  );
  out.writeUInt16LE(MAX_BACKGROUND, 16);
  out.writeUInt16LE(MAX_BACKGROUND, 18);
  out.writeUInt32LE(MAX_WRITE, 20);
  out.writeUInt32LE(1, 24);
  out.writeUInt16LE(MAX_WRITE / 4096, 28);
  return out;
}

/** Writes a `struct fuse_attr` (88 bytes). */
function writeAttributes(out: Buffer, at: number, node: bigint, stats: BigIntStats): void {
  const times = [stats.atimeNs, stats.mtimeNs, stats.ctimeNs];
  const wide = [node, stats.size, stats.blocks, ...times.map((ns) => ns / 1_000_000_000n)];
  for (const [index, value] of wide.entries()) out.writeBigUInt64LE(value, at + index * 8);
  const { mode, nlink, uid, gid, rdev, blksize } = stats;
  const narrow = [...times.map((ns) => ns % 1_000_000_000n), mode, nlink, uid, gid, rdev, blksize];
  for (const [index, value] of narrow.entries()) {
    out.writeUInt32LE(Number(value), at + 48 + index * 4);
  }
}

/** `struct fuse_attr_out`; the kernel caches it for `validMs`. */
export function attributesReply(node: bigint, stats: BigIntStats, validMs: number): Buffer {
  const out = Buffer.alloc(104);
  out.writeBigUInt64LE(BigInt(Math.floor(validMs / 1000)), 0);
  out.writeUInt32LE((validMs % 1000) * 1e6, 8);
  writeAttributes(out, 16, node, stats);
  return out;
}

/** `struct fuse_entry_out`; the kernel caches the name and attributes for `validMs`. */
export function entryReply(node: bigint, stats: BigIntStats, validMs: number): Buffer {
  const out = Buffer.alloc(128);
  out.writeBigUInt64LE(node, 0);
  const seconds = BigInt(Math.floor(validMs / 1000));
  out.writeBigUInt64LE(seconds, 16);
  out.writeBigUInt64LE(seconds, 24);
  out.writeUInt32LE((validMs % 1000) * 1e6, 32);
  out.writeUInt32LE((validMs % 1000) * 1e6, 36);
  writeAttributes(out, 40, node, stats);
  return out;
}

/** `struct fuse_open_out`. */
export function openReply(handle: number, flags: number): Buffer {
  const out = Buffer.alloc(16);
  out.writeBigUInt64LE(BigInt(handle), 0);
  out.writeUInt32LE(flags, 8);
  return out;
}

/** `struct fuse_write_out`. */
export function writeReply(bytes: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeUInt32LE(bytes, 0);
  return out;
}

/** `struct fuse_statfs_out`. */
export function statfsReply(values: readonly bigint[], blockBytes: number): Buffer {
  const out = Buffer.alloc(80);
  for (const [index, value] of values.entries()) out.writeBigUInt64LE(value, index * 8);
  out.writeUInt32LE(blockBytes, 40);
  out.writeUInt32LE(255, 44);
  out.writeUInt32LE(blockBytes, 48);
  return out;
}

/** One `struct fuse_dirent`, padded; `next`: offset of the next entry. */
export function directoryEntry(name: string, type: number, next: number): Buffer {
  const bytes = Buffer.from(name);
  const out = Buffer.alloc(Math.ceil((24 + bytes.length) / 8) * 8);
  out.writeBigUInt64LE(1n, 0);
  out.writeBigUInt64LE(BigInt(next), 8);
  out.writeUInt32LE(bytes.length, 16);
  out.writeUInt32LE(type, 20);
  bytes.copy(out, 24);
  return out;
}

/** NUL-terminated names at the end of a request. */
export function namesOf(body: Buffer, from: number): readonly string[] {
  return body.toString("utf8", from).split("\0");
}
