import { Worker } from "node:worker_threads";
import { pausesWithin, type SeenPause } from "../../metrics/generator/pauses.ts";
import type { OwnPauses, ShortPauses } from "../../model/run/harness.ts";
import { threadModule } from "../../model/thread-module.ts";
import { LOOK_NS, makeWatchMemory, PAUSE_NS, WATCH } from "./pause-memory.ts";

const THREAD = threadModule("./pause-thread", import.meta.url);

/**
 * Detects pauses of the process from a separate thread during a whole run. A process that is
 * stopped, gets no CPU, or runs on a paused host measures nothing and cannot notice that itself.
 */
export class PauseMonitor {
  private readonly cells: BigInt64Array;
  private readonly worker: Worker | null;
  private failed = false;

  constructor() {
    const memory = makeWatchMemory();
    this.cells = new BigInt64Array(memory);
    this.worker = this.start(memory);
  }

  /** Short pauses so far; `between` counts from there. */
  mark(): ShortPauses {
    return {
      count: Number(Atomics.load(this.cells, WATCH.shortCount)),
      totalNs: Number(Atomics.load(this.cells, WATCH.shortNs)),
    };
  }

  /**
   * Returns the pauses between two instants of the process-wide clock, and the short ones since
   * `mark`; null if the thread did not run. Includes a pause that has just ended and that the
   * watching thread has not recorded yet.
   */
  between(fromNs: bigint, toNs: bigint, mark: ShortPauses): OwnPauses | null {
    if (this.failed) return null;
    const count = Number(Atomics.load(this.cells, WATCH.count));
    const seen: SeenPause[] = [];
    for (let index = 0; index < Math.min(count, WATCH.kept); index++) {
      const [begin = 0n, length = 0n, ready = 0n] = this.cells.subarray(
        WATCH.list + index * WATCH.cellsPerPause,
      );
      seen.push({
        fromNs: Number(begin - fromNs),
        lengthNs: Number(length),
        readyNs: Number(ready),
      });
    }
    const due = (this.cells[WATCH.look] ?? 0n) + LOOK_NS;
    // Before its first check the thread is still starting.
    const lateNs = due > LOOK_NS ? toNs - due : 0n;
    const written = seen.at(-1)?.fromNs === Number(due - fromNs);
    if (lateNs > PAUSE_NS && !written) {
      seen.push({ fromNs: Number(due - fromNs), lengthNs: Number(lateNs), readyNs: -1 });
    }
    const { count: shortCount, totalNs } = this.mark();
    const short = { count: shortCount - mark.count, totalNs: totalNs - mark.totalNs };
    const seesShort = Atomics.load(this.cells, WATCH.seesShort) === 1n;
    return { ...pausesWithin(seen, Number(toNs - fromNs)), short: seesShort ? short : null };
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  /** Starts the thread; null on a host that does not allow it, where the run goes on without. */
  private start(workerData: SharedArrayBuffer): Worker | null {
    try {
      const worker = new Worker(THREAD, { name: "watch", workerData });
      worker.on("error", () => {
        this.failed = true;
      });
      worker.unref();
      return worker;
    } catch {
      this.failed = true;
      return null;
    }
  }
}
