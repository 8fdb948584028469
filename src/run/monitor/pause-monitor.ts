import { Worker } from "node:worker_threads";
import { pausesWithin, type SeenPause } from "../../metrics/generator/pauses.ts";
import type { OwnPauses, ShortPauses } from "../../model/run/harness.ts";
import { threadModule } from "../../model/thread-module.ts";
import { LOOK_NS, makeWatchMemory, PAUSE_NS, WATCH } from "./pause-memory.ts";

const THREAD = threadModule("./pause-thread", import.meta.url);

/**
 * Watches from a thread of its own, for a whole run, that the process is run at all: a process that
 * is stopped, starved or on a machine that stands still measures nothing and would not notice.
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

  /** Short pauses so far: what the next ones are counted from. */
  mark(): ShortPauses {
    return {
      count: Number(Atomics.load(this.cells, WATCH.shortCount)),
      totalNs: Number(Atomics.load(this.cells, WATCH.shortNs)),
    };
  }

  /**
   * Pauses from one instant of the process-wide clock to another, nanoseconds, the short ones since
   * `mark`; null where the watch did not run. Also one that is just over, which the watching thread
   * has not come to write down yet.
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
    // Before its first look the thread is only starting.
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

  /** A machine that refuses one thread more is not to refuse the run for it. */
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
