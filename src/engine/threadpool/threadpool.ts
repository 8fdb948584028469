/**
 * The engine `threadpool`: many operations in flight on one thread, each in a thread of libuv's
 * pool, which executes Node's asynchronous file calls. For hosts without io_uring: a call takes 14
 * to 67 µs of CPU time, but needs no worker thread of 15 MB. All workers share the pool. This file
 * has the session and operations on blocks, `pool-steps.ts` those on whole files.
 */

import fs from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileName } from "../../model/plan/dataset.ts";
import { BLOCKS, operationCode, SYNC_CODE } from "../../model/plan/operation.ts";
import { directRefusal } from "../../posix/direct-io.ts";
import type { CompletionSink, EngineError, EventSession, SessionTask } from "../engine.ts";
import { directRefused, explainErrno, guarded, SHORT } from "../local/errno.ts";
import { STEP } from "../local/file-steps.ts";
import {
  closeFiles,
  fileFlags,
  localRoot,
  nameIn,
  openFiles,
  openRunFolder,
} from "../local/open-files.ts";
import { WholeFiles } from "../local/whole-files.ts";
import { PoolCalls } from "./pool-calls.ts";
import { PoolFolders } from "./pool-folders.ts";
import { PoolSteps } from "./pool-steps.ts";

const READ = operationCode("read");
const WRITE = operationCode("write");
const CANCELED = -constants.errno.ECANCELED;

/** Maximum wait for calls in flight when a session is closed; its files are closed after them. */
const CLOSE_MS = 1000;

/** Steps of whole files, and the directories that they need. */
interface Whole {
  readonly files: WholeFiles;
  readonly folders: PoolFolders;
}

/** Operations on blocks and whole files through Node's thread pool. */
class PoolSession implements EventSession {
  readonly drives = "event-loop";
  private readonly task: SessionTask;
  private readonly calls: PoolCalls;
  /** Open files of operations on blocks. */
  private readonly files: Int32Array;
  /** Null if the session has no operations on whole files. */
  private readonly whole: Whole | null;
  /** By slot: bytes of its block that are transferred. */
  private readonly moved: Float64Array;
  /** By slot: receiver of its completion; null: no operation is in flight. */
  private readonly sinks: (CompletionSink | null)[];
  private isAborted = false;
  private closing: Promise<void> | null = null;
  private onIdle: () => void = () => {};

  /** @throws the error of `open` */
  constructor(task: SessionTask, root: string) {
    this.task = task;
    const { depth } = task.slots;
    this.calls = new PoolCalls(depth, task.buffers, (slot, step, value) =>
      this.ended(slot, step, value),
    );
    this.moved = new Float64Array(depth);
    this.sinks = Array.from({ length: depth }, () => null);
    const keepsOpen = task.operations.some((name) => BLOCKS.has(name));
    this.files = keepsOpen ? openFiles(task, root) : new Int32Array(0);
    try {
      const opensWhole = task.operations.some((name) => !BLOCKS.has(name));
      this.whole = opensWhole ? this.openWhole(root) : null;
    } catch (error) {
      closeFiles(task, this.files);
      throw error;
    }
  }

  start(slot: number, sink: CompletionSink): void {
    this.sinks[slot] = sink;
    const operation = this.task.slots.operation[slot];
    if (operation === READ || operation === WRITE) {
      this.moved[slot] = 0;
      this.transfer(slot);
    } else if (operation === SYNC_CODE) {
      const dataOnly = this.task.sync?.call === "fdatasync";
      this.calls.sync(slot, STEP.syncedFile, this.fileOf(slot), dataOnly);
    } else this.whole?.files.submit(slot);
  }

  abort(): void {
    this.isAborted = true;
    for (const slot of this.sinks.keys()) this.complete(slot, CANCELED);
  }

  explain(result: number): EngineError {
    return explainErrno(result);
  }

  counters(): Readonly<Record<string, number>> {
    return {};
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** Whether every fetch would fail: the storage does not support direct I/O. */
  refusesDirect(): boolean {
    const { operations, dataset } = this.task;
    if (this.whole === null || !operations.includes("fetch")) return false;
    const { folders } = this.whole;
    const opened = guarded(() => {
      const path = folders.take(0).at(nameIn(fileName(dataset, 0)));
      return fs.openSync(path, fileFlags(this.task).read);
    });
    if (opened >= 0) fs.closeSync(opened);
    folders.release(0);
    return opened === -constants.errno.EINVAL;
  }

  private openWhole(root: string): Whole {
    const { task } = this;
    const folders = new PoolFolders(task.dataset, openRunFolder(task.dataset, root));
    // Later, because it may be in the midst of another completion.
    const refused = (slot: number, errno: number) =>
      queueMicrotask(() => this.complete(slot, errno));
    const steps = new PoolSteps(task, this.calls, folders, refused);
    // Node has no rename that replaces no file.
    return { files: new WholeFiles(task, steps, false), folders };
  }

  /** A call has returned: bytes, a descriptor or 0, or a negative errno. */
  private ended(slot: number, step: number, value: number): void {
    if (this.isAborted) {
      this.discard(slot, step, value);
      return;
    }
    const operation = this.task.slots.operation[slot];
    if (operation === READ || operation === WRITE) this.transferred(slot, value);
    else if (operation === SYNC_CODE) this.complete(slot, value);
    else {
      this.task.stages?.look();
      const result = this.whole?.files.proceed(slot, step, value) ?? null;
      if (result !== null) this.complete(slot, result);
    }
  }

  /** Ends an operation whose abort is already reported: closes its file. */
  private discard(slot: number, step: number, value: number): void {
    const fd = this.whole?.files.leftOpen(slot, step, value) ?? -1;
    if (fd >= 0) fs.close(fd, this.calls.begin(slot, STEP.ended));
    if (this.calls.inFlight === 0) this.onIdle();
  }

  /** Transfers the rest of a slot's block. */
  private transfer(slot: number): void {
    const { operation, offset, length } = this.task.slots;
    const moved = this.moved[slot] ?? 0;
    const from = (offset[slot] ?? 0) + moved;
    const bytes = (length[slot] ?? 0) - moved;
    const call = operation[slot] === WRITE ? "write" : "read";
    this.calls[call](slot, STEP.moved, this.fileOf(slot), moved, bytes, from);
  }

  /** Repeats short transfers; the next call returns the reason (end of file, ENOSPC). */
  private transferred(slot: number, bytes: number): void {
    const moved = (this.moved[slot] ?? 0) + bytes;
    this.moved[slot] = moved;
    if (bytes < 0) this.complete(slot, bytes);
    else if (moved === this.task.slots.length[slot]) this.complete(slot, moved);
    else if (bytes === 0) this.complete(slot, -SHORT);
    else this.transfer(slot);
  }

  private complete(slot: number, result: number): void {
    const sink = this.sinks[slot] ?? null;
    this.sinks[slot] = null;
    sink?.complete(slot, result);
  }

  private async end(): Promise<void> {
    this.abort();
    const idle = new Promise<void>((resolve) => {
      this.onIdle = () => {
        closeFiles(this.task, this.files);
        this.whole?.folders.close();
        resolve();
      };
    });
    if (this.calls.inFlight === 0) this.onIdle();
    else await Promise.race([idle, sleep(CLOSE_MS, undefined, { ref: false })]);
  }

  private fileOf(slot: number): number {
    return this.files[this.task.slots.file[slot] ?? 0] ?? -1;
  }
}

/**
 * Opens a session on a dataset below a directory, or on a block device.
 *
 * @throws the error of `open`, e.g. ENOENT; PreflightError if direct I/O is required but rejected
 */
export async function open(task: SessionTask): Promise<EventSession> {
  const root = localRoot(task);
  let session: PoolSession;
  try {
    session = new PoolSession(task, root);
  } catch (error) {
    throw directRefused(error, task.direct, root);
  }
  if (!task.direct || !session.refusesDirect()) return session;
  await session.close();
  throw directRefusal(root);
}
