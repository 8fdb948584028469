import { operationCode, SYNC_CODE } from "../model/operation.ts";
import { loadNative } from "../posix/koffi.ts";
import { loadLibc } from "../posix/libc.ts";
import { RING_CALL, RING_FIXED_FILE, RING_FLAG, Ring } from "../posix/ring.ts";
import type { BlockingSession, EngineError, SessionTask } from "./engine.ts";
import { directRefused, explainErrno, SHORT } from "./errno.ts";
import { closeFiles, localRoot, openFiles } from "./open-files.ts";

/** Operations name files by number in a table of this many at most. */
const MOST_REGISTERED_FILES = 4096;

const WRITE = operationCode("write");

/**
 * Many operations in flight on one thread, through io_uring. Where the kernel allows, buffers and
 * files are registered once, so that no operation looks them up.
 */
class UringSession implements BlockingSession {
  readonly drives = "blocking";
  private readonly task: SessionTask;
  private readonly ring: Ring;
  private readonly files: Int32Array;
  private readonly base: number;
  private readonly registeredFiles: boolean;
  private readonly readCall: number;
  private readonly writeCall: number;
  /** Bytes a slot already moved, where the kernel moved fewer than asked. */
  private readonly moved: Float64Array;
  private readonly notes: Record<string, number> = {};

  constructor(task: SessionTask, ring: Ring, files: Int32Array, base: number) {
    this.task = task;
    this.ring = ring;
    this.files = files;
    this.base = base;
    this.moved = new Float64Array(task.slots.depth);
    this.registeredFiles =
      files.length <= MOST_REGISTERED_FILES && ring.registerFiles([...files]) === 0;
    const registeredBuffers = ring.registerBuffer(base, task.buffers.memory.byteLength) === 0;
    this.readCall = registeredBuffers ? RING_CALL.readFixed : RING_CALL.read;
    this.writeCall = registeredBuffers ? RING_CALL.writeFixed : RING_CALL.write;
    if (!registeredBuffers) this.notes.buffersNotRegistered = 1;
    if (!this.registeredFiles) this.notes.filesNotRegistered = 1;
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

  explain(result: number): EngineError {
    return explainErrno(result);
  }

  counters(): Readonly<Record<string, number>> {
    return this.notes;
  }

  close(): void {
    this.ring.close();
    closeFiles(this.files);
  }

  /** An error ends an operation; fewer bytes are followed by the rest (null) or its end. */
  private partial(slot: number, bytes: number, wanted: number): number | null {
    if (bytes < 0) return bytes;
    const moved = (this.moved[slot] ?? 0) + bytes;
    if (moved === wanted) return wanted;
    if (bytes === 0) return -SHORT;
    this.moved[slot] = moved;
    this.push(slot);
    return null;
  }

  /** No IOSQE_IO_DRAIN: the load side starts a sync when all writes before it are complete. */
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
    const registered = this.registeredFiles;
    this.ring.push(
      slots.operation[slot] === WRITE ? this.writeCall : this.readCall,
      registered ? RING_FIXED_FILE : 0,
      registered ? file : (this.files[file] ?? -1),
      (slots.offset[slot] ?? 0) + moved,
      this.base + slot * buffers.strideBytes + moved,
      (slots.length[slot] ?? 0) - moved,
      slot,
    );
  }
}

/**
 * Reads and writes of a dataset below a directory at depth. Throws what `open` throws, and an Error
 * where io_uring is not to be had: whoever chose this engine asked `uringRefusal` first.
 */
export async function open(task: SessionTask): Promise<BlockingSession> {
  const root = localRoot(task);
  const libc = loadLibc();
  const ring = Ring.open(task.slots.depth, setupFlags(task.direct));
  if (libc === null || typeof ring === "string") {
    throw new Error(
      `io_uring cannot be used here: ${typeof ring === "string" ? ring : "no koffi"}`,
    );
  }
  try {
    const files = openFiles(task, root);
    return new UringSession(task, ring, files, libc.addressOf(task.buffers.memory));
  } catch (error) {
    ring.close();
    throw directRefused(error, task.direct, root);
  }
}

/**
 * How the kernel runs completion work, as measured (see the README): deferred to the moment it is
 * asked for, cached I/O takes one visit for a whole batch; a device's interrupts come anyway, and
 * there cooperative running costs less.
 */
function setupFlags(direct: boolean): number {
  const { singleIssuer, coopTaskrun, deferTaskrun } = RING_FLAG;
  return direct ? coopTaskrun | singleIssuer : deferTaskrun | singleIssuer;
}

/** Why io_uring cannot be used here, in one sentence, or null where it can. */
export function uringRefusal(): string | null {
  const native = loadNative();
  if (typeof native === "string") return native;
  const ring = Ring.open(1, setupFlags(false));
  if (typeof ring !== "string") {
    ring.close();
    return null;
  }
  return REFUSALS[ring] ?? `the kernel refuses io_uring (${ring})`;
}

const REFUSALS: Readonly<Record<string, string>> = {
  ENOSYS: "this kernel has no io_uring, or a seccomp filter hides it (ENOSYS)",
  EPERM: "io_uring is switched off: kernel.io_uring_disabled or a seccomp filter (EPERM)",
  EACCES: "a security module forbids io_uring (EACCES)",
  EINVAL: "this kernel is older than 6.1, whose io_uring lacks what is needed (EINVAL)",
  ENOMEM: "locked memory is too small for a ring: raise `ulimit -l` (ENOMEM)",
};
