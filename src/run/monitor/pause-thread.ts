import { workerData } from "node:worker_threads";
import { openSchedule, readSchedule } from "../../load/record/schedule.ts";
import { LOOK_NS, PAUSE_NS, SHORT_PAUSE_NS, WATCH } from "./pause-memory.ts";

/**
 * Looks at the clock every 20 ms and records when it was not run in time. It does nothing else, so
 * that what holds it up is never work of its own; it is ended from outside.
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
 * Adds the looks that a short pause swallowed, each standing for the time to the next one. A pause
 * begins anywhere between two looks, so its own lateness would be half a look too short on average,
 * and most pauses shorter than a look are between two of them: their sum is unbiased this way.
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
  // Last, so that whoever sees the count sees the pause.
  Atomics.store(cells, WATCH.count, BigInt(count + 1));
}

watch(workerData);
