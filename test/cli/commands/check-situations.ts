import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  loopDevice,
  makeExt4,
  makeReadOnly,
  mountDevice,
  mountMemory,
  smallFileSystem,
} from "../../storage/loop.ts";
import { scratch } from "../../storage/support.ts";
import type { ProcessOptions } from "../assay.ts";
import { KEYS } from "./check-stores.ts";

const DIRECT = "operation: read, access: random, duration: 100ms, cache: direct";
export const WARM = "operation: read, access: random, duration: 100ms, cache: warm";
/** A scenario on a target, and what both commands have to say of it. */
export interface Situation {
  readonly phase?: string;
  readonly dataset?: string;
  /** Null where the situation cannot be made here. */
  readonly target: (cwd: string) => string | null | Promise<string | null>;
  readonly more?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For a process of its own. */
  readonly process?: ProcessOptions;
  /** Whether it takes root, a device or a process of its own. */
  readonly isSystem?: true;
  /** 0 where both commands accept it, with `says` null. */
  readonly code: 0 | 2 | 3;
  readonly says: RegExp | null;
}

/** An ext4 on a device whose blocks have 4,096 bytes. */
function on4kSectors(): string | null {
  const device = loopDevice(64, { sectorBytes: 4096 });
  if (device === null) return null;
  makeExt4(device.path);
  return mountDevice(device.path);
}

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  "nothing is wrong": { target: () => scratch(), code: 0, says: null },
  "direct I/O of 4 KiB on sectors of 4,096 B": {
    phase: `${DIRECT}, blockSize: 4KiB`,
    target: on4kSectors,
    isSystem: true,
    code: 0,
    says: null,
  },
  "direct I/O of 512 B on sectors of 4,096 B": {
    phase: `${DIRECT}, blockSize: 512B`,
    target: on4kSectors,
    isSystem: true,
    code: 3,
    says: /takes direct I\/O in blocks of 4096 B, blockSize is 512 B; use a multiple/,
  },
  "direct I/O of 512 B on a device with blocks of 4,096 B": {
    phase: `${DIRECT}, blockSize: 512B`,
    target: () => loopDevice(16, { sectorBytes: 4096 })?.path ?? null,
    isSystem: true,
    code: 3,
    says: /takes direct I\/O in blocks of 4096 B, blockSize is 512 B; use a multiple/,
  },
  "direct I/O where there is none": {
    phase: `${DIRECT}, blockSize: 4KiB`,
    target: () => mountMemory("ramfs", "mode=755"),
    isSystem: true,
    code: 3,
    says: /does not support direct I\/O \(O_DIRECT\); use cache: dropped or warm/,
  },
  "a dataset larger than the space": {
    dataset: "count: 1, size: 1TiB",
    target: () => smallFileSystem(16),
    isSystem: true,
    code: 3,
    says: /needs 1034\.2 GiB, but only .* free; add --set datasets\.d\.size=8MiB, or free/,
  },
  "more files than inodes": {
    dataset: "count: 2000, size: 1KiB",
    phase: "operation: fetch, duration: 100ms, cache: warm",
    target: () => mountMemory("tmpfs", "size=64m,nr_inodes=242"),
    isSystem: true,
    code: 3,
    says: /needs 2001 inodes, but only \d+ are free; add --set datasets\.d\.count=\d+, or delete/,
  },
  "a dataset larger than the device": {
    dataset: "count: 2, size: 16MiB",
    target: () => loopDevice(16)?.path ?? null,
    isSystem: true,
    code: 3,
    says: /needs 32\.0 MiB, but the device has 16\.0 MiB; add --set datasets\.d\.size=8MiB,/,
  },
  "a read-only file system": {
    target: () => {
      const path = smallFileSystem(16);
      if (path !== null) makeReadOnly(path);
      return path;
    },
    isSystem: true,
    code: 3,
    says: /the file system is mounted read-only \(EROFS\); remount it/,
  },
  "no permission": {
    target: (cwd) => {
      if (process.getuid?.() !== 0) return null;
      chmodSync(cwd, 0o777);
      const path = join(cwd, "closed");
      mkdirSync(path, { mode: 0o755 });
      return path;
    },
    process: { uid: 65_534 },
    isSystem: true,
    code: 3,
    says: /no permission as user 65534 \(EACCES\); change its owner or mode/,
  },
  "a target that is not there": {
    target: (cwd) => join(cwd, "gone"),
    code: 3,
    says: /the target directory .*gone does not exist; create it, or mount its file system first/,
  },
  "a target that is a file": {
    target: (cwd) => {
      const path = join(cwd, "file");
      writeFileSync(path, "");
      return path;
    },
    code: 3,
    says: /is not a directory; use a directory or a block device/,
  },
  "a file system of the kernel's own": {
    target: () => "/proc",
    code: 3,
    says: /the run's directory in \/proc: the file system does not allow new directories/,
  },
  "an operation that a path does not have": {
    phase: "operation: upload, duration: 100ms",
    target: () => scratch(),
    code: 3,
    says: /upload: paths do not support multipart uploads; use create or write/,
  },
  "too few descriptors": {
    dataset: "count: 200, size: 4KiB",
    target: () => scratch(),
    process: { ulimit: "-n 150" },
    isSystem: true,
    code: 3,
    says: /io: too many open files: .*, but `ulimit -n` is 150; raise it/,
  },
  "hardly any descriptors": {
    target: () => scratch(),
    process: { ulimit: "-n 30" },
    isSystem: true,
    code: 3,
    says: /assay needs at least 40 open files \(EMFILE\), but `ulimit -n` is 30; raise it/,
  },
  "no io_uring": {
    phase: `${WARM}, engine: uring, blockSize: 4KiB`,
    target: () => scratch(),
    process: { node: ["--import", `${new URL("../no-io-uring.ts", import.meta.url).href}?EPERM`] },
    isSystem: true,
    code: 3,
    says: /the uring engine is not available: .*; use engine auto/,
  },
  "nothing listens": {
    target: () => "s3://assay/x/",
    more: ["--endpoint", "http://127.0.0.1:1", "--region", "us-east-1"],
    env: KEYS,
    code: 3,
    says: /cannot reach http:\/\/127\.0\.0\.1:1: nothing listens there \(ECONNREFUSED\)/,
  },
};
