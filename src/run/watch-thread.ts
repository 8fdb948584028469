import { readFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { LOOK_NS, PAUSE_NS, WATCH } from "./watch-memory.ts";

/** Looks from one reading of the kernel's counters to the next: about a second. */
const LOOKS_A_READING = 50;

/**
 * Looks at the clock every 20 ms and writes down when it was not run in time. It does nothing else,
 * so that what holds it up is never work of its own; it is ended from outside.
 */
function watch(memory: SharedArrayBuffer): void {
  const cells = new BigInt64Array(memory);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let readyNs = readReadyNs();
  let last = process.hrtime.bigint();
  for (let look = 1; ; look++) {
    cells[WATCH.look] = last;
    Atomics.wait(sleeper, 0, 0, Number(LOOK_NS) / 1e6);
    const now = process.hrtime.bigint();
    const lateNs = now - last - LOOK_NS;
    if (lateNs > PAUSE_NS) {
      const ready = readReadyNs();
      write(cells, last + LOOK_NS, lateNs, ready === null ? -1 : ready - (readyNs ?? ready));
      readyNs = ready;
    } else if (look % LOOKS_A_READING === 0) readyNs = readReadyNs();
    last = now;
  }
}

function write(cells: BigInt64Array, fromNs: bigint, lengthNs: bigint, readyNs: number): void {
  const count = Number(cells[WATCH.count] ?? 0n);
  if (count < WATCH.kept) {
    const at = WATCH.list + WATCH.cellsPerPause * count;
    cells[at] = fromNs;
    cells[at + 1] = lengthNs;
    cells[at + 2] = BigInt(readyNs);
  }
  // Last, so that whoever sees the count sees the pause.
  Atomics.store(cells, WATCH.count, BigInt(count + 1));
}

/**
 * How long this thread has been ready without a processor, nanoseconds: the second number of
 * `schedstat` (kernel: scheduler/sched-stats.rst). Null where the kernel does not say.
 */
function readReadyNs(): number | null {
  try {
    const [, ready, turns] = readFileSync("/proc/thread-self/schedstat", "utf8").split(" ");
    return Number(turns) > 0 ? Number(ready) : null;
  } catch {
    return null;
  }
}

watch(workerData);
