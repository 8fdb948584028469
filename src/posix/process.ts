import { loadNative } from "./koffi.ts";

/**
 * Ends the process at once, also while a thread of it is blocked in a system call on storage that
 * does not respond; Node's own way out waits for every thread. Returns only without koffi.
 */
export function leaveAtOnce(code: number): void {
  const native = loadNative();
  if (typeof native !== "string") native.library.func("void _exit(int)")(code);
}

/** What the process does at some signals, changed from a thread other than the main one. */
export interface SignalActions {
  /** Those that were sent and that no thread has taken yet. */
  pending(): ReadonlySet<number>;
  /** The kernel does with a signal what it does by default, whatever the threads are doing. */
  setDefault(signal: number): void;
  /** Has the calling thread take what is pending. */
  takePending(): void;
  /** Puts back what was there before `setDefault`. */
  restore(): void;
}

/** More than a `struct sigaction`, a `sigset_t` or a `struct rlimit` of any C library has. */
const STRUCT_BYTES = 256;
const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const RLIMIT_CORE = 4;

/** For the calling thread, which from now on takes none of `signals` itself; null: no koffi. */
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

/** The default action of SIGQUIT would write this process's memory, with its credentials. */
function withoutCore(prlimit: (...values: readonly unknown[]) => number): void {
  const limit = Buffer.alloc(STRUCT_BYTES);
  if (prlimit(0, RLIMIT_CORE, null, limit) !== 0) return;
  limit.writeBigUInt64LE(0n, 0);
  prlimit(0, RLIMIT_CORE, limit, null);
}
