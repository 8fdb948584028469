import { workerData } from "node:worker_threads";
import { openSchedule, readSchedule } from "../../load/record/schedule.ts";
import { LOOK_NS, PAUSE_NS, SHORT_PAUSE_NS, WATCH } from "./pause-memory.ts";

/**
 * Checks the clock every 20 ms and records delays. It does nothing else, so that it never causes a
 * delay itself; the main thread ends it.
 */
function watch(memory: SharedArrayBuffer): void {
  const cells = new BigInt64Array(memory);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const schedule = openSchedule();
  let readyNs = readSchedule(schedule)?.waitNs ?? null;
  cells[WATCH.seesShort] = readyNs === null ? 0n : 1n;
  let last = process.hrtime.bigint();
  for (;;) {
    cells[WATCH.look] = last;
    Atomics.wait(sleeper, 0, 0, Number(LOOK_NS) / 1e6);
    const now = process.hrtime.bigint();
    const ready = readSchedule(schedule)?.waitNs ?? null;
    const waitedNs = ready === null || readyNs === null ? null : BigInt(ready - readyNs);
    const lateNs = now - last - LOOK_NS;
    if (lateNs > PAUSE_NS) write(cells, last + LOOK_NS, lateNs, waitedNs ?? -1n);
    else if (waitedNs !== null && lateNs - waitedNs > SHORT_PAUSE_NS) {
      addShort(cells, lateNs - waitedNs);
    }
    readyNs = ready;
    last = now;
  }
}

/**
 * Adds a short pause as a whole number of check intervals. A pause starts anywhere between two
 * checks, so the delay of a check is half an interval too short on average, and most pauses shorter
 * than an interval fall between two checks: whole intervals make the sum unbiased.
 */
function addShort(cells: BigInt64Array, stoppedNs: bigint): void {
  const looks = (stoppedNs + LOOK_NS - 1n) / LOOK_NS;
  Atomics.add(cells, WATCH.shortNs, looks * LOOK_NS);
  Atomics.add(cells, WATCH.shortCount, 1n);
}

function write(cells: BigInt64Array, fromNs: bigint, lengthNs: bigint, readyNs: bigint): void {
  const count = Number(cells[WATCH.count] ?? 0n);
  if (count < WATCH.kept) {
    const at = WATCH.list + WATCH.cellsPerPause * count;
    cells[at] = fromNs;
    cells[at + 1] = lengthNs;
    cells[at + 2] = readyNs;
  }
  // Last, so that a reader of the count also sees the pause.
  Atomics.store(cells, WATCH.count, BigInt(count + 1));
}

watch(workerData);
