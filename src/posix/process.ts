import { loadNative } from "./koffi.ts";

/**
 * Ends the process immediately, even if a thread is blocked in a system call on unresponsive
 * storage; `process.exit` waits for every thread. Returns only without koffi.
 */
export function leaveAtOnce(code: number): void {
  const native = loadNative();
  if (typeof native !== "string") native.library.func("void _exit(int)")(code);
}

/** Signal dispositions of the process, changed from a thread other than the main one. */
export interface SignalActions {
  /** Signals that are pending in the process. */
  pending(): ReadonlySet<number>;
  /** Sets the default action of a signal, which the kernel performs even if threads are blocked. */
  setDefault(signal: number): void;
  /** Lets the calling thread handle pending signals. */
  takePending(): void;
  /** Restores the dispositions before `setDefault`. */
  restore(): void;
}

/** Bytes that suffice for `struct sigaction`, `sigset_t` or `struct rlimit` of any C library. */
const STRUCT_BYTES = 256;
const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const RLIMIT_CORE = 4;

/** Blocks `signals` in the calling thread and returns their control; null without koffi. */
export function signalActions(signals: readonly number[]): SignalActions | null {
  const native = loadNative();
  if (typeof native === "string") return null;
  const { library } = native;
  const sigaction = library.func("int sigaction(int, void*, void*)");
  const sigpending = library.func("int sigpending(void*)");
  const sigmask = library.func("int pthread_sigmask(int, void*, void*)");
  const sigaddset = library.func("int sigaddset(void*, int)");
  const sigismember = library.func("int sigismember(void*, int)");
  const prlimit = library.func("int prlimit(int, int, void*, void*)");
  const set = Buffer.alloc(STRUCT_BYTES);
  for (const signal of signals) sigaddset(set, signal);
  const saved = new Map<number, Buffer>();
  sigmask(SIG_BLOCK, set, null);
  return {
    pending() {
      const sent = Buffer.alloc(STRUCT_BYTES);
      sigpending(sent);
      return new Set(signals.filter((signal) => sigismember(sent, signal) === 1));
    },
    setDefault(signal) {
      if (saved.has(signal)) return;
      if (saved.size === 0) withoutCore(prlimit);
      const before = Buffer.alloc(STRUCT_BYTES);
      // All zero is SIG_DFL without flags.
      if (sigaction(signal, Buffer.alloc(STRUCT_BYTES), before) === 0) saved.set(signal, before);
    },
    takePending() {
      sigmask(SIG_UNBLOCK, set, null);
      sigmask(SIG_BLOCK, set, null);
    },
    restore() {
      for (const [signal, before] of saved) sigaction(signal, before, null);
      saved.clear();
    },
  };
}

/** Disables core dumps: SIGQUIT would write this process's memory with its credentials. */
function withoutCore(prlimit: (...values: readonly unknown[]) => number): void {
  const limit = Buffer.alloc(STRUCT_BYTES);
  if (prlimit(0, RLIMIT_CORE, null, limit) !== 0) return;
  limit.writeBigUInt64LE(0n, 0);
  prlimit(0, RLIMIT_CORE, limit, null);
}
