import fs from "node:fs";
import { join } from "node:path";
import { fileName } from "../model/dataset.ts";
import { codeOf } from "../model/errors.ts";
import { operationCode } from "../model/operation.ts";
import { type Libc, loadLibc } from "../posix/libc.ts";
import type { BlockingSession, EngineError, EngineTraits, SessionTask } from "./engine.ts";
import { directRefused, explainErrno, SHORT } from "./errno.ts";
import { type BlockIo, openBlockIo } from "./sync-block.ts";

export const SYNC_TRAITS: EngineTraits = {
  name: "sync",
  drives: "blocking",
  serves: ["directory"],
  operations: ["read", "write", "create", "stat", "fetch", "delete", "stream"],
  depthInThread: false,
  firstByte: false,
};

const CODE = {
  read: operationCode("read"),
  write: operationCode("write"),
  create: operationCode("create"),
  stat: operationCode("stat"),
  fetch: operationCode("fetch"),
  delete: operationCode("delete"),
};

/** More paths than this are made when needed: a million of them would hold 100 MB a thread. */
const PATHS_KEPT = 100_000;

/** Does each operation at once on the calling thread; the queue depth is the number of threads. */
class SyncSession implements BlockingSession {
  readonly drives = "blocking";
  private readonly task: SessionTask;
  private readonly io: BlockIo;
  private readonly root: string;
  private readonly paths: (string | undefined)[] = [];
  private readonly slots: Int32Array;
  private readonly results: Float64Array;
  private count = 0;
  private streamFile = -1;
  private streamFd = -1;
  /** Bytes of the shard that were read, and the end of the last sample asked for. */
  private streamedBytes = 0;
  private streamedTo = 0;

  constructor(task: SessionTask, root: string, libc: Libc | null) {
    this.task = task;
    this.root = root;
    const keepsOpen = task.operations.some((name) => name === "read" || name === "write");
    this.io = openBlockIo(task, keepsOpen ? root : null, libc);
    this.slots = new Int32Array(task.slots.depth);
    this.results = new Float64Array(task.slots.depth);
  }

  submit(slot: number): void {
    this.results[this.count] = this.perform(slot);
    this.slots[this.count++] = slot;
  }

  reap(done: Int32Array, result: Float64Array): number {
    const count = this.count;
    for (let i = 0; i < count; i++) {
      done[i] = this.slots[i] ?? 0;
      result[i] = this.results[i] ?? 0;
    }
    this.count = 0;
    return count;
  }

  explain(result: number): EngineError {
    return explainErrno(result);
  }

  counters(): Readonly<Record<string, number>> {
    return {};
  }

  close(): void {
    this.io.close();
    this.closeStream();
  }

  private closeStream(): void {
    const fd = this.streamFd;
    this.streamFd = -1;
    this.streamFile = -1;
    this.streamedBytes = 0;
    this.streamedTo = 0;
    if (fd >= 0) fs.closeSync(fd);
  }

  /** Fails now where every operation would: on storage that refuses to open for direct I/O. */
  probe(): void {
    if (!this.task.operations.some((name) => name === "fetch" || name === "stream")) return;
    try {
      fs.closeSync(fs.openSync(this.path(0), this.io.readFlags));
    } catch (error) {
      if (codeOf(error) === "EINVAL") throw error;
    }
  }

  private perform(slot: number): number {
    const slots = this.task.slots;
    const operation = slots.operation[slot];
    const file = slots.file[slot] ?? 0;
    const length = slots.length[slot] ?? 0;
    if (operation === CODE.read) return this.io.read(slot, file, slots.offset[slot] ?? 0, length);
    if (operation === CODE.write) return this.io.write(slot, file, slots.offset[slot] ?? 0, length);
    try {
      if (operation === CODE.fetch) return this.fetch(slot, file, length);
      if (operation === CODE.stat) return this.stat(file);
      if (operation === CODE.create) return this.create(slot, file, length);
      if (operation === CODE.delete) return this.unlink(file);
      return this.stream(slot, file, (slots.offset[slot] ?? 0) + length, length);
    } catch (error) {
      return negativeErrno(error);
    }
  }

  private path(index: number): string {
    const kept = this.paths[index];
    if (kept !== undefined) return kept;
    const path = join(this.root, fileName(this.task.dataset, index));
    if (index < PATHS_KEPT) this.paths[index] = path;
    return path;
  }

  private stat(file: number): number {
    fs.lstatSync(this.path(file));
    return 0;
  }

  private unlink(file: number): number {
    fs.unlinkSync(this.path(file));
    return 0;
  }

  private create(slot: number, file: number, length: number): number {
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = fs.constants;
    const fd = fs.openSync(this.path(file), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
    try {
      return this.io.writeWhole(fd, slot, length);
    } finally {
      fs.closeSync(fd);
    }
  }

  private fetch(slot: number, file: number, length: number): number {
    const fd = fs.openSync(this.path(file), this.io.readFlags);
    try {
      const bytes = this.io.readUpTo(fd, slot, 0, length);
      if (bytes < 0) return bytes;
      return bytes >= length ? length : -SHORT;
    } finally {
      fs.closeSync(fd);
    }
  }

  /**
   * Reads on from where the last sample of this shard ended, block by block, until `end` is there.
   */
  private stream(slot: number, file: number, end: number, length: number): number {
    // A sample that lies before the last one begins another pass over the shard.
    if (file !== this.streamFile || end - length < this.streamedTo) {
      this.closeStream();
      this.streamFd = fs.openSync(this.path(file), this.io.readFlags);
      this.streamFile = file;
    }
    this.streamedTo = end;
    while (this.streamedBytes < end) {
      const bytes = this.io.readBlock(this.streamFd, slot, this.streamedBytes);
      if (bytes <= 0) return bytes === 0 ? -SHORT : bytes;
      this.streamedBytes += bytes;
    }
    return length;
  }
}

function negativeErrno(error: unknown): number {
  if (typeof error === "object" && error !== null && "errno" in error) {
    if (typeof error.errno === "number" && error.errno < 0) return error.errno;
  }
  throw error;
}

/**
 * Reads and writes of a dataset below a directory. Throws what `open` throws, e.g. ENOENT, and
 * `PreflightError` where direct I/O is asked for and refused.
 */
export async function open(
  task: SessionTask,
  libc: Libc | null = loadLibc(),
): Promise<BlockingSession> {
  if (task.location.kind !== "directory") throw new Error("the sync engine needs a directory");
  const { root } = task.location;
  try {
    const session = new SyncSession(task, root, libc);
    if (task.direct) session.probe();
    return session;
  } catch (error) {
    throw directRefused(error, task.direct, root);
  }
}
