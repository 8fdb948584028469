import { readdirSync, readFileSync } from "node:fs";

/** Kernel functions in which a thread waits for something other than storage. */
const NOT_STORAGE = /pipe|partner|tty|unix|sock|skb|futex|poll|select|do_wait|sleep|io_wq_worker/;
/** Threads that execute asynchronous calls of the main thread: Node's, and io_uring's for it. */
const POOL: ReadonlySet<string> = new Set(["libuv-worker", `iou-wrk-${process.pid}`]);

const TASKS = "/proc/self/task";

/**
 * Kernel function that a thread of this process waits in; "" if unknown, null if it does not wait
 * for storage.
 */
export function waitOf(thread: string): string | null {
  try {
    const stat = readFileSync(`${TASKS}/${thread}/stat`, "latin1");
    const state = stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
    if (state !== "S" && state !== "D") return null;
    const wait = readFileSync(`${TASKS}/${thread}/wchan`, "latin1");
    if (NOT_STORAGE.test(wait)) return null;
    return wait === "0" ? "" : wait;
  } catch {
    return "";
  }
}

/** One look at a thread of the pool that waits. */
interface Waiting {
  /** Times that the thread got a CPU: unchanged if it waits since the last look. */
  readonly slices: string;
  readonly sinceMs: number;
  readonly wait: string;
}

/** The longest wait of the pool's threads for one call. */
export interface PoolWait {
  readonly ms: number;
  readonly wait: string;
}

/** Follows the threads that execute asynchronous calls to storage. */
export class PoolWaits {
  private readonly waiting = new Map<string, Waiting>();
  /** Whether a thread is one of them. */
  private threads = new Map<string, boolean>();

  /** Looks at each thread; `nowMs` counts looks, as in the watching thread. */
  look(nowMs: number): PoolWait {
    this.lookForThreads();
    let longest: PoolWait = { ms: 0, wait: "" };
    for (const [thread, isOfPool] of this.threads) {
      if (!isOfPool) continue;
      const wait = waitOf(thread);
      const slices = wait === null || wait === "" ? null : slicesOf(thread);
      if (wait === null || slices === null) {
        this.waiting.delete(thread);
        continue;
      }
      const before = this.waiting.get(thread);
      const sinceMs = before?.slices === slices ? before.sinceMs : nowMs;
      this.waiting.set(thread, { slices, sinceMs, wait });
      if (nowMs - sinceMs > longest.ms) longest = { ms: nowMs - sinceMs, wait };
    }
    return longest;
  }

  /** Reads the names of new threads: io_uring starts and ends its own as it needs them. */
  private lookForThreads(): void {
    const known = this.threads;
    this.threads = new Map();
    for (const thread of threadsOfProcess()) {
      this.threads.set(thread, known.get(thread) ?? POOL.has(nameOf(thread)));
    }
    for (const thread of this.waiting.keys()) {
      if (!this.threads.has(thread)) this.waiting.delete(thread);
    }
  }
}

function threadsOfProcess(): readonly string[] {
  try {
    return readdirSync(TASKS);
  } catch {
    return [];
  }
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`${TASKS}/${thread}/comm`, "latin1").trim();
  } catch {
    return "";
  }
}

function slicesOf(thread: string): string | null {
  try {
    return readFileSync(`${TASKS}/${thread}/schedstat`, "latin1").trim();
  } catch {
    return null;
  }
}
