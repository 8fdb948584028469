import { Worker } from "node:worker_threads";
import { readAddressSpace } from "../../environment/machine/host-limits.ts";
import { THREAD_RESERVES_BYTES } from "../../model/target/host-limits.ts";
import { threadModule } from "../../model/thread-module.ts";
import { errorLine } from "../console.ts";
import { CELL, type WatchWords } from "./storage-watch-cells.ts";

const THREAD = threadModule("./storage-watch-thread", import.meta.url);

const BEAT_MS = 500;
/** Loading koffi takes some 20 ms. */
const PATIENCE_MS = 1000;

/**
 * Watches the main thread from a separate thread. While the main thread is blocked in a call to
 * storage that does not respond, it handles no signals and prints nothing: then the watching thread
 * reports the storage and lets Ctrl-C end the process. It also reports asynchronous calls that do
 * not return; signals then reach the main thread, which asks {@link isStuck}.
 */
export class StorageWatch {
  private readonly cells = new Int32Array(new SharedArrayBuffer(4 * CELL.count));
  private readonly worker: Worker | null;
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.worker = start(this.cells);
    this.timer = setInterval(() => Atomics.add(this.cells, CELL.beat, 1), BEAT_MS);
    this.timer.unref();
  }

  /** Sets the paths in use and the clause on data that may be left there; null: none. */
  tell(paths: readonly string[], left: string | null): void {
    const where = errorLine(paths.join(", "));
    const words: WatchWords = { where, left: left === null ? null : errorLine(left) };
    this.worker?.postMessage(words);
  }

  /** Whether an asynchronous call to storage has not returned for seconds. */
  isStuck(): boolean {
    return Atomics.load(this.cells, CELL.stuck) === 1;
  }

  /** Ends the thread after it has restored the signal actions. */
  close(): void {
    clearInterval(this.timer);
    Atomics.store(this.cells, CELL.ended, 1);
    Atomics.notify(this.cells, CELL.ended);
    Atomics.wait(this.cells, CELL.changed, 1, PATIENCE_MS);
  }
}

const UNLIMITED = { limitBytes: Number.POSITIVE_INFINITY, usedBytes: 0 };

/** Starts the thread; null on a host without room for it, which still executes the command. */
function start(workerData: Int32Array): Worker | null {
  const { limitBytes, usedBytes } = readAddressSpace() ?? UNLIMITED;
  // V8 ends the process if a thread does not fit, so twice its memory has to be free.
  if (usedBytes + 2 * THREAD_RESERVES_BYTES > limitBytes) return null;
  try {
    const worker = new Worker(THREAD, { name: "storage-watch", workerData });
    worker.on("error", () => {});
    worker.unref();
    return worker;
  } catch {
    return null;
  }
}
