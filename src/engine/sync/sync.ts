/**
 * The engine `sync`: one blocking system call after another on the calling thread. Phases that
 * only read and write blocks use `positional.ts`; whole files use `files.ts`, with native calls or,
 * without koffi, those of Node. Nothing here waits for another thread. Read this file first.
 */

import { constants } from "node:os";
import {
  BLOCKS,
  operationCode,
  type PathOperation,
  SYNC_CODE,
} from "../../model/plan/operation.ts";
import { directRefusal } from "../../posix/direct-io.ts";
import { loadFileSystemCalls } from "../../posix/file-system.ts";
import { type Libc, loadLibc } from "../../posix/libc.ts";
import type { BlockingSession, EngineError, SessionTask } from "../engine.ts";
import { directRefused, explainErrno } from "../local/errno.ts";
import { localRoot } from "../local/open-files.ts";
import { type BlockIo, openBlockIo } from "./block-io.ts";
import { type FileCalls, NO_FILE_CALLS } from "./file-calls.ts";
import { FileOperations, openFileCalls } from "./files.ts";
import { PositionalSession } from "./positional.ts";
import { ShardStream } from "./shards.ts";

const CODE = {
  read: operationCode("read"),
  write: operationCode("write"),
  create: operationCode("create"),
  stat: operationCode("stat"),
  fetch: operationCode("fetch"),
  delete: operationCode("delete"),
  rename: operationCode("rename"),
  list: operationCode("list"),
  stream: operationCode("stream"),
} satisfies Record<PathOperation, number>;

/** Performs each operation immediately on the calling thread; queue depth comes from threads. */
class SyncSession implements BlockingSession {
  readonly drives = "blocking";
  readonly blocks = true;
  private readonly task: SessionTask;
  private readonly io: BlockIo;
  private readonly calls: FileCalls;
  private readonly files: FileOperations;
  private readonly shards: ShardStream;
  private readonly slots: Int32Array;
  private readonly results: Float64Array;
  private count = 0;

  constructor(task: SessionTask, root: string, libc: Libc | null) {
    this.task = task;
    const keepsOpen = task.operations.some((name) => BLOCKS.has(name));
    this.io = openBlockIo(task, keepsOpen ? root : null, libc);
    const whole = task.operations.some((name) => !BLOCKS.has(name));
    const system = libc === null ? null : loadFileSystemCalls();
    try {
      this.calls = whole ? openFileCalls(task, root, system) : NO_FILE_CALLS;
    } catch (error) {
      this.io.close();
      throw error;
    }
    this.files = new FileOperations(task, this.io, this.calls, libc);
    this.shards = new ShardStream(this.io, this.calls);
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
    const { listedEntries } = this.files;
    return this.task.operations.includes("list") ? { listedEntries } : {};
  }

  close(): void {
    this.io.close();
    this.files.close();
    this.shards.close();
    this.calls.end();
  }

  /** Whether every operation would fail: the storage does not support direct I/O. */
  refusesDirect(): boolean {
    if (!this.task.operations.some((name) => name === "fetch" || name === "stream")) return false;
    const fd = this.calls.openToRead(0, false);
    if (fd >= 0) this.calls.close(fd);
    return fd === -constants.errno.EINVAL;
  }

  private perform(slot: number): number {
    const slots = this.task.slots;
    const operation = slots.operation[slot];
    const file = slots.file[slot] ?? 0;
    const length = slots.length[slot] ?? 0;
    const { files } = this;
    if (operation === CODE.read) return this.io.read(slot, file, slots.offset[slot] ?? 0, length);
    if (operation === CODE.write) return this.io.write(slot, file, slots.offset[slot] ?? 0, length);
    if (operation === SYNC_CODE) return this.io.sync(file);
    if (operation === CODE.fetch) return files.fetch(slot, file, length);
    if (operation === CODE.stat) return files.stat(file);
    if (operation === CODE.create) return files.create(slot, file, length);
    if (operation === CODE.delete) return files.remove(file);
    if (operation === CODE.rename) return files.rename(file);
    if (operation === CODE.list) return files.list(file);
    if (operation === CODE.stream) {
      return this.shards.read(slot, file, (slots.offset[slot] ?? 0) + length, length);
    }
    return -constants.errno.ENOTSUP;
  }
}

/**
 * Opens a session on a dataset below a directory; without `libc` all calls go through Node.
 *
 * @throws the error of `open`, e.g. ENOENT; PreflightError if direct I/O is required but rejected
 */
export async function open(
  task: SessionTask,
  libc: Libc | null = loadLibc(),
): Promise<BlockingSession> {
  const root = localRoot(task);
  let session: SyncSession;
  try {
    const blocks = task.operations.every((name) => BLOCKS.has(name));
    if (blocks && task.sync === null && libc !== null)
      return new PositionalSession(task, root, libc);
    session = new SyncSession(task, root, libc);
  } catch (error) {
    throw directRefused(error, task.direct, root);
  }
  if (!task.direct || !session.refusesDirect()) return session;
  session.close();
  throw directRefusal(root);
}
