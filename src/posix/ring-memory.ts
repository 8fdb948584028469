import { systemError } from "../model/fault/system-error.ts";
import type { Native } from "./koffi.ts";

/** Offset of the submission entries in the ring's file (IORING_OFF_SQES). */
const SUBMISSION_ENTRIES_AT = 0x10000000;
const PROT_READ_WRITE = 3;
const MAP_SHARED_POPULATE = 0x8001;
const ENTRY_BYTES = 64;
const COMPLETION_BYTES = 16;

/** Indexes of the shared words, and masks that wrap an index. */
export interface RingOffsets {
  readonly submissionTail: number;
  readonly submissionFlags: number;
  readonly submissionMask: number;
  readonly completionHead: number;
  readonly completionTail: number;
  readonly completionMask: number;
  readonly completions: number;
}

/** Memory shared by a ring and the kernel. */
export interface RingMemory {
  /** Both rings as 32-bit words. */
  readonly words: Int32Array;
  /** The submission entries, 16 words each. */
  readonly entries: Uint32Array;
  readonly at: RingOffsets;
  unmap(): void;
}

/** `struct io_uring_getevents_arg` with a timeout, at a known address. */
export interface WaitArgument {
  readonly address: number;
  readonly bytes: number;
  /** Timeout: seconds and nanoseconds; only the nanoseconds are set. */
  readonly timeout: BigInt64Array;
}

/**
 * Maps the rings of a set-up ring. `params` is `struct io_uring_params` as the kernel filled it:
 * entry counts at words 0 and 1, `sq_off` from word 10, `cq_off` from word 20. Both rings are one
 * mapping since Linux 5.4.
 */
export function mapRings(native: Native, fd: number, params: Uint32Array): RingMemory {
  const { koffi, library } = native;
  const mmap = library.func("uintptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)");
  const munmap = library.func("int munmap(uintptr_t, size_t)");
  const word = (index: number): number => params[index] ?? 0;
  const ringBytes = Math.max(word(16) + word(0) * 4, word(25) + word(1) * COMPLETION_BYTES);
  const entriesBytes = word(0) * ENTRY_BYTES;
  const map = (bytes: number, at: number): number => {
    const address = mmap(0, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, at);
    if (address < 0 || address > Number.MAX_SAFE_INTEGER) {
      throw systemError("mmap of io_uring", koffi.errno());
    }
    return address;
  };
  const ringAddress = map(ringBytes, 0);
  const entriesAddress = map(entriesBytes, SUBMISSION_ENTRIES_AT);
  const words = new Int32Array(koffi.view(ringAddress, ringBytes));
  // The kernel reads entries through an index array; entry n is always at index n.
  for (let i = 0; i < word(0); i++) words[word(16) / 4 + i] = i;
  return {
    words,
    entries: new Uint32Array(koffi.view(entriesAddress, entriesBytes)),
    at: {
      submissionTail: word(11) / 4,
      submissionMask: words[word(12) / 4] ?? 0,
      submissionFlags: word(14) / 4,
      completionHead: word(20) / 4,
      completionTail: word(21) / 4,
      completionMask: words[word(22) / 4] ?? 0,
      completions: word(25) / 4,
    },
    unmap: () => {
      munmap(ringAddress, ringBytes);
      munmap(entriesAddress, entriesBytes);
    },
  };
}

/** A wait argument: no signal mask, and the address of the timeout after it. */
export function makeWait({ addressOf }: Native): WaitArgument {
  const memory = new WebAssembly.Memory({ initial: 1 }).buffer;
  const address = addressOf(new Uint8Array(memory));
  new BigUint64Array(memory, 0, 3)[2] = BigInt(address + ENTRY_BYTES);
  return { address, bytes: 24, timeout: new BigInt64Array(memory, ENTRY_BYTES, 2) };
}
