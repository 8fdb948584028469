import { errnoName } from "../model/fault/errno.ts";
import { systemError } from "../model/fault/system-error.ts";
import { loadNative, type Native } from "./koffi.ts";
import { makeWait, mapRings, type RingOffsets, type WaitArgument } from "./ring-memory.ts";

/**
 * io_uring, the kernel's queue of operations: two rings in memory shared with the kernel, entries
 * written to one and completions read from the other. Layouts are those of the kernel's
 * `include/uapi/linux/io_uring.h`; the numbers of its system calls are the same on every
 * architecture.
 */
const CALL = { setup: 425, enter: 426, register: 427 } as const;

/** Setup flags, see io_uring_setup(2); `submissionPoll` and `ioPoll` are for polling. */
export const RING_FLAG = {
  ioPoll: 1 << 0,
  submissionPoll: 1 << 1,
  coopTaskrun: 1 << 8,
  singleIssuer: 1 << 12,
  deferTaskrun: 1 << 13,
} as const;

/** Opcodes of submission entries; see io_uring_enter(2). */
export const RING_CALL = { fsync: 3, readFixed: 4, writeFixed: 5, read: 22, write: 23 } as const;
/** The same for whole files: paths are relative to an open directory. */
export const RING_FILE = { open: 18, close: 19, stat: 21, rename: 35, unlink: 36 } as const;

/** Entry flag: the file is an index into the registered files. */
export const RING_FIXED_FILE = 1;
/** Entry flag: run by a kernel worker thread, never inside the submitting call. */
export const RING_ASYNC = 16;

const ENTER = { getEvents: 1, wakeUp: 2, extArg: 8 } as const;
const NEED_WAKE_UP = 1;
const FSYNC_DATASYNC = 1;
const REGISTER = { buffers: 0, noBuffers: 1, files: 2, noFiles: 3, workers: 19 } as const;
const ENTRY_WORDS = 16;
const COMPLETION_WORDS = 4;
/** Errors to retry: interrupted, temporarily out of resources, completion backlog, timeout. */
const AGAIN: ReadonlySet<number> = new Set([4, 11, 16, 62]);

/** Options of a ring. */
export interface RingOptions {
  /** Flags of {@link RING_FLAG}. */
  readonly flags: number;
  /** Number of pending entries that are submitted together; by default all at a `reap`. */
  readonly handOverAfter?: number;
}

type Call = (...values: readonly unknown[]) => number;

/**
 * Heads and tails are accessed with Atomics. On x86-64 plain loads and stores would suffice, but on
 * arm64 an entry may become visible after its tail. Atomics include acquire and release, which the
 * kernel uses on its side.
 */
export class Ring {
  private readonly fd: number;
  private readonly call: Call;
  private readonly errno: () => number;
  private readonly entries: Uint32Array;
  private readonly words: Int32Array;
  private readonly at: RingOffsets;
  private readonly polled: boolean;
  private readonly handOverAfter: number;
  private readonly wait: WaitArgument;
  private readonly unmap: () => void;
  private readonly closeFile: (fd: number) => number;
  private tail: number;
  private pending = 0;
  /** Operations in flight; only the ring changes it. */
  inFlight = 0;
  private closed = false;

  private constructor(
    native: Native,
    fd: number,
    params: Uint32Array,
    { flags, handOverAfter = Number.POSITIVE_INFINITY }: RingOptions,
  ) {
    const { koffi, library } = native;
    this.handOverAfter = handOverAfter;
    this.fd = fd;
    this.errno = () => koffi.errno();
    this.call = library.func(
      "long syscall(long, int, uint32_t, uint32_t, uint32_t, uintptr_t, size_t)",
    );
    const mapped = mapRings(native, fd, params);
    this.words = mapped.words;
    this.entries = mapped.entries;
    this.at = mapped.at;
    this.unmap = mapped.unmap;
    // Node tracks the files it opened and warns of others.
    this.closeFile = library.func("int close(int)");
    this.polled = (flags & RING_FLAG.submissionPoll) !== 0;
    this.wait = makeWait(native);
    this.tail = this.words[this.at.submissionTail] ?? 0;
  }

  /** Makes a ring for a queue depth; returns the name of the errno if the kernel refuses. */
  static open(depth: number, options: RingOptions): Ring | string {
    const native = loadNative();
    if (typeof native === "string") return native;
    const params = new Uint32Array(30);
    params[2] = options.flags;
    const setup = native.library.func("long syscall(long, uint32_t, void*)");
    const fd = setup(CALL.setup, depth, new Uint8Array(params.buffer));
    if (fd < 0) return errnoName(native.koffi.errno());
    return new Ring(native, fd, params, options);
  }

  /** Registers memory, so that operations need no page lookup. 0 or -errno. */
  registerBuffer(address: number, bytes: number): number {
    return this.register(REGISTER.buffers, BigUint64Array.of(BigInt(address), BigInt(bytes)), 1);
  }

  /** Registers files, so that operations name them by index. 0 or -errno. */
  registerFiles(fds: readonly number[]): number {
    return this.register(REGISTER.files, Int32Array.from(fds), fds.length);
  }

  /**
   * Sets the maximum kernel worker threads for operations of the calling thread: on regular files
   * and block devices (default: 4 per core), and on others. 0 or -errno.
   */
  limitWorkers(count: number): number {
    return this.register(REGISTER.workers, Int32Array.of(count, count), 2);
  }

  /** Adds one entry; it is submitted at the next {@link reap} at the latest. */
  push(
    operation: number,
    flags: number,
    file: number,
    offset: number,
    address: number,
    length: number,
    slot: number,
    callFlags = 0,
  ): void {
    const { entries } = this;
    const at = (this.tail & this.at.submissionMask) * ENTRY_WORDS;
    entries[at] = operation | (flags << 8);
    entries[at + 1] = file;
    entries[at + 2] = offset >>> 0;
    entries[at + 3] = offset / 4294967296;
    entries[at + 4] = address >>> 0;
    entries[at + 5] = address / 4294967296;
    entries[at + 6] = length;
    entries[at + 7] = callFlags;
    entries[at + 8] = slot;
    entries[at + 9] = 0;
    entries[at + 10] = 0;
    entries[at + 11] = 0;
    this.tail = (this.tail + 1) | 0;
    this.inFlight++;
    if (++this.pending >= this.handOverAfter) this.handOver(0, 0);
  }

  /** Like {@link push}: makes a file durable; `dataOnly`: fdatasync instead of fsync. */
  pushSync(flags: number, file: number, dataOnly: boolean, slot: number): void {
    this.push(RING_CALL.fsync, flags, file, 0, 0, 0, slot, dataOnly ? FSYNC_DATASYNC : 0);
  }

  /**
   * Submits pushed entries and collects completions: slots in `done`, bytes or negative errno in
   * `result`. Waits up to `waitNs` for the first completion.
   */
  reap(done: Int32Array, result: Float64Array, waitNs: number): number {
    const { words, at } = this;
    let head = words[at.completionHead] ?? 0;
    let tail = Atomics.load(words, at.completionTail);
    // With deferred task work, completions need a kernel call, so it is always made.
    if (head === tail || this.pending > 0) {
      this.handOver(ENTER.getEvents, head === tail ? waitNs : 0);
      tail = Atomics.load(words, at.completionTail);
    }
    let count = 0;
    while (head !== tail) {
      const entry = at.completions + (head & at.completionMask) * COMPLETION_WORDS;
      done[count] = words[entry] ?? 0;
      result[count++] = words[entry + 2] ?? 0;
      head = (head + 1) | 0;
    }
    Atomics.store(words, at.completionHead, head);
    this.inFlight -= count;
    return count;
  }

  /**
   * Closes the ring; the kernel cancels operations in flight later. Until then it keeps registered
   * files open and memory locked. They are unregistered first, unless operations are in flight, for
   * which some kernels would wait. Returns whether operations are in flight: the kernel may then
   * still write to their memory.
   */
  close(): boolean {
    const isBusy = this.inFlight > 0;
    if (this.closed) return isBusy;
    this.closed = true;
    if (!isBusy) {
      for (const what of [REGISTER.noBuffers, REGISTER.noFiles]) this.register(what, null, 0);
    }
    this.unmap();
    this.closeFile(this.fd);
    return isBusy;
  }

  /** Submits pushed entries and waits up to `waitNs` for a completion. */
  private handOver(getEvents: number, waitNs: number): void {
    Atomics.store(this.words, this.at.submissionTail, this.tail);
    let flags = getEvents;
    if (this.polled) {
      this.pending = 0;
      const asleep = Atomics.load(this.words, this.at.submissionFlags) & NEED_WAKE_UP;
      if (asleep !== 0) flags |= ENTER.wakeUp;
      else if (waitNs === 0) return;
    }
    this.enter(flags, waitNs);
  }

  private enter(how: number, waitNs: number): void {
    let flags = how;
    let submitted: number;
    if (waitNs > 0) {
      this.wait.timeout[1] = BigInt(waitNs);
      flags |= ENTER.extArg;
      const { address, bytes } = this.wait;
      submitted = this.call(CALL.enter, this.fd, this.pending, 1, flags, address, bytes);
    } else submitted = this.call(CALL.enter, this.fd, this.pending, 0, flags, 0, 0);
    if (submitted >= 0) {
      this.pending -= submitted;
      return;
    }
    const errno = this.errno();
    if (!AGAIN.has(errno)) throw systemError("io_uring_enter", errno);
  }

  private register(
    what: number,
    memory: BigUint64Array | Int32Array | null,
    count: number,
  ): number {
    const native = loadNative();
    if (typeof native === "string") throw new Error(native);
    const register = native.library.func("long syscall(long, int, uint32_t, void*, uint32_t)");
    const bytes = memory === null ? null : new Uint8Array(memory.buffer);
    const done = register(CALL.register, this.fd, what, bytes, count);
    return done < 0 ? -native.koffi.errno() : done;
  }
}
