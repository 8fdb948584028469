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
 * Watches from a thread of its own that the main thread goes on. While that one is blocked in a
 * call on storage that does not respond, it hears no signal and says nothing: then the thread says
 * what is waited for, and lets Ctrl-C end the process.
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

  /** From now on these paths are used, and this may be left in them. */
  tell(paths: readonly string[], left: string | null): void {
    const where = errorLine(paths.join(", "));
    const words: WatchWords = { where, left: left === null ? null : errorLine(left) };
    this.worker?.postMessage(words);
  }

  /** Ends the thread, once the signals are as they were. */
  close(): void {
    clearInterval(this.timer);
    Atomics.store(this.cells, CELL.ended, 1);
    Atomics.notify(this.cells, CELL.ended);
    Atomics.wait(this.cells, CELL.changed, 1, PATIENCE_MS);
  }
}

const UNLIMITED = { limitBytes: Number.POSITIVE_INFINITY, usedBytes: 0 };

/** A machine that refuses one thread more is not to refuse the command for it. */
function start(workerData: Int32Array): Worker | null {
  const { limitBytes, usedBytes } = readAddressSpace() ?? UNLIMITED;
  // Where V8 finds no room for a thread it ends the process, so twice what it takes has to be left.
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
