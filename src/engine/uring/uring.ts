/**
 * The engine `uring`: many operations in flight on one thread, through io_uring. The ring itself is
 * `posix/ring.ts`. Read this file first: reads and writes of blocks. `files.ts` has operations on
 * whole files, `async.ts` decides what the kernel's worker threads run, and `probe.ts` runs in a
 * separate thread to detect io_uring.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { errnoName } from "../../model/fault/errno.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import { BLOCKS, operationCode, SYNC_CODE } from "../../model/plan/operation.ts";
import { keepForKernel } from "../../posix/kept-memory.ts";
import { loadLibc } from "../../posix/libc.ts";
import { RING_FIXED_FILE, RING_FLAG, Ring, type RingOptions } from "../../posix/ring.ts";
import type { BlockingSession, EngineError, SessionTask } from "../engine.ts";
import { directRefused, explainErrno, SHORT } from "../local/errno.ts";
import { closeFiles, localRoot, openFiles } from "../local/open-files.ts";
import { type EntryFlags, entryFlags, fileSystemOf } from "./async.ts";
import { type BufferCalls, bufferCalls } from "./buffer-calls.ts";
import { openWholeFiles } from "./open-whole.ts";
import { REFUSALS } from "./refusal.ts";

/** Maximum registered files. */
const MAX_REGISTERED_FILES = 4096;

/** Maximum wait and number of checks for a completion while the session opens. */
const PROBE_WAIT_NS = 1e7;
const MAX_PROBES = 1000;

const WRITE = operationCode("write");

/**
 * Many operations in flight on one thread, through io_uring. If the kernel allows, buffers and
 * files are registered once, so that operations need no lookup.
 */
class UringSession implements BlockingSession {
  readonly drives = "blocking";
  private readonly task: SessionTask;
  private readonly ring: Ring;
  private readonly files: Int32Array;
  private readonly base: number;
  private readonly registeredFiles: boolean;
  private readonly flags: EntryFlags;
  private readonly calls: BufferCalls;
  /** Bytes transferred so far by a slot, after short transfers. */
  private readonly moved: Float64Array;

  constructor(task: SessionTask, ring: Ring, files: Int32Array, base: number) {
    this.task = task;
    this.ring = ring;
    this.files = files;
    this.base = base;
    this.moved = new Float64Array(task.slots.depth);
    this.registeredFiles =
      files.length <= MAX_REGISTERED_FILES && ring.registerFiles([...files]) === 0;
    const fixed = this.registeredFiles ? RING_FIXED_FILE : 0;
    const { read, write } = entryFlags(task, task.slots.depth, fileSystemOf(task));
    this.flags = { read: read | fixed, write: write | fixed };
    // Kernels before 5.15 reject it, but they reject a ring with these options first.
    ring.limitWorkers(task.slots.depth);
    this.calls = bufferCalls(ring, base, task.buffers);
    if (!this.registeredFiles) this.calls.notes.filesNotRegistered = 1;
  }

  submit(slot: number): void {
    this.moved[slot] = 0;
    if (this.task.slots.operation[slot] === SYNC_CODE) this.pushSync(slot);
    else this.push(slot);
  }

  reap(done: Int32Array, result: Float64Array, waitNs: number): number {
    const count = this.ring.reap(done, result, waitNs);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      const bytes = result[i] ?? 0;
      const wanted = this.task.slots.length[slot] ?? 0;
      if (bytes === wanted) {
        done[kept] = slot;
        result[kept++] = bytes;
        continue;
      }
      const outcome = this.partial(slot, bytes, wanted);
      if (outcome === null) continue;
      done[kept] = slot;
      result[kept++] = outcome;
    }
    return kept;
  }

  /**
   * Reads a block and restores the content of its slot: only a read shows that a device cannot be
   * polled. Returns the name of the errno; null if it can.
   */
  pollingRefusal(): string | null {
    const { buffers, blockBytes } = this.task;
    const view = buffers.views[0];
    const before = Buffer.from(view ?? []);
    const file = this.registeredFiles ? 0 : (this.files[0] ?? -1);
    const result = new Float64Array(1);
    this.ring.push(this.calls.read, this.flags.read, file, 0, this.base, blockBytes, 0);
    const done = new Int32Array(1);
    // A polling ring may return from a wait without a completion.
    let looks = 0;
    while (this.ring.reap(done, result, PROBE_WAIT_NS) === 0) {
      if (++looks === MAX_PROBES) return "ETIMEDOUT";
    }
    if (view !== undefined) before.copy(view);
    const bytes = result[0] ?? 0;
    return bytes < 0 ? errnoName(-bytes) : null;
  }

  explain(result: number): EngineError {
    return explainErrno(result);
  }

  counters(): Readonly<Record<string, number>> {
    return this.calls.notes;
  }

  close(): void {
    if (this.ring.close()) keepForKernel(this.task.buffers.memory);
    closeFiles(this.task, this.files);
  }

  /** Result of a completion; null: a short transfer continues with the rest. */
  private partial(slot: number, bytes: number, wanted: number): number | null {
    if (bytes < 0) return bytes;
    const moved = (this.moved[slot] ?? 0) + bytes;
    if (moved === wanted) return wanted;
    if (bytes === 0) return -SHORT;
    this.moved[slot] = moved;
    this.push(slot);
    return null;
  }

  /** Without IOSQE_IO_DRAIN: the load side starts a sync after all earlier writes. */
  private pushSync(slot: number): void {
    const file = this.task.slots.file[slot] ?? 0;
    const flags = this.registeredFiles ? RING_FIXED_FILE : 0;
    const index = this.registeredFiles ? file : (this.files[file] ?? -1);
    this.ring.pushSync(flags, index, this.task.sync?.call === "fdatasync", slot);
  }

  private push(slot: number): void {
    const { slots, buffers } = this.task;
    const moved = this.moved[slot] ?? 0;
    const file = slots.file[slot] ?? 0;
    const writes = slots.operation[slot] === WRITE;
    this.ring.push(
      writes ? this.calls.write : this.calls.read,
      writes ? this.flags.write : this.flags.read,
      this.registeredFiles ? file : (this.files[file] ?? -1),
      (slots.offset[slot] ?? 0) + moved,
      this.base + slot * buffers.strideBytes + moved,
      (slots.length[slot] ?? 0) - moved,
      slot,
    );
  }
}

/**
 * Opens a session on a dataset below a directory.
 *
 * @throws the error of `open`; PreflightError if the kernel rejects a ring of this depth
 */
export async function open(task: SessionTask): Promise<BlockingSession> {
  const root = localRoot(task);
  const libc = loadLibc();
  const ring = await openRing(task);
  if (libc === null || typeof ring === "string") {
    const why =
      typeof ring !== "string" ? "koffi is not installed" : refusalOf(ring, task.slots.depth);
    throw new PreflightError(`cannot use io_uring: ${why}; use \`engine: sync\``);
  }
  try {
    const base = libc.addressOf(task.buffers.memory);
    if (!isBlocks(task)) return openWholeFiles(task, root, ring, base);
    const files = openFiles(task, root);
    const session = new UringSession(task, ring, files, base);
    const refusal = task.polling === "completion" ? session.pollingRefusal() : null;
    if (refusal === null) return session;
    closeFiles(task, files);
    throw new PreflightError(
      `the device below ${root} cannot be polled (${refusal}): its driver has no queues for ` +
        "polling; remove `polling: completion`",
    );
  } catch (error) {
    if (ring.close()) keepForKernel(task.buffers.memory);
    throw directRefused(error, task.direct, root);
  }
}

/** The kernel counts the memory of a closed ring as locked until a thread of it frees the ring. */
const ATTEMPTS = 10;
const PAUSE_MS = 50;

/** Returns a ring, or the name of the errno. */
async function openRing(task: SessionTask): Promise<Ring | string> {
  for (let attempt = 1; ; attempt++) {
    const ring = Ring.open(task.slots.depth, ringOptions(task));
    if (ring !== "ENOMEM" || attempt === ATTEMPTS) return ring;
    await sleep(PAUSE_MS);
  }
}

/** Whether the operations of a phase are on blocks; else they are on whole files. */
function isBlocks({ operations }: Pick<SessionTask, "operations">): boolean {
  return operations.every((operation) => BLOCKS.has(operation));
}

/** Operations submitted together: they keep a device busy with a quarter of the calls. */
const BATCH = 4;

/**
 * Setup of a ring, chosen by measurement (`npm run bench -- --only uring`). With cached I/O,
 * deferred task work needs one kernel visit per batch. A device interrupts anyway, so cooperative
 * task work is cheaper there; and a device idles until a whole batch of completions is reissued. At
 * depth 32, batches of 4 reached 63,000 reads per second at 5.1 µs of CPU time each, one batch
 * 52,000 at 4.7 µs, single reads 60,000 at 7.5 µs; and 85,000 writes at 5.5 µs, batches of 8 83,000
 * at 5.0 µs, one batch 60,000, single writes 81,000 at 7.9 µs.
 */
function ringOptions(task: Pick<SessionTask, "direct" | "polling" | "operations">): RingOptions {
  const { direct, polling } = task;
  const { singleIssuer, coopTaskrun, deferTaskrun, submissionPoll, ioPoll } = RING_FLAG;
  if (polling === "submission") return { flags: submissionPoll | singleIssuer };
  if (!direct || !isBlocks(task)) return { flags: deferTaskrun | singleIssuer };
  const polls = polling === "completion" ? ioPoll : 0;
  return { flags: coopTaskrun | singleIssuer | polls, handOverAfter: BATCH };
}

/** Maximum entries of a ring (the kernel's IORING_MAX_ENTRIES). */
const MAX_ENTRIES = 32_768;

function refusalOf(code: string, depth: number): string {
  if (code === "EINVAL" && depth > MAX_ENTRIES) {
    return `a ring has at most ${MAX_ENTRIES} entries, but the queue depth is ${depth} (EINVAL)`;
  }
  return REFUSALS[code] ?? code;
}
