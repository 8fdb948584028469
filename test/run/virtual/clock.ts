import { isMainThread, threadName } from "node:worker_threads";

/**
 * Loaded first in every thread (`--import`): gives each worker thread a clock of its own that moves
 * when it is looked at, and by as much as the thread asks to sleep. What a worker measures is then
 * exact and the same on every machine, however busy; what processor time costs does not show.
 * One look is 0.1 µs unless the environment says how many milliseconds: longer ones let more time
 * go by for the same work.
 */
const LOOK_MS = Number(process.env.ASSAY_TEST_LOOK_MS ?? 1e-4);

// The thread that watches the process is no worker: it has to sleep for real.
if (!isMainThread && threadName !== "watch") {
  const { wait } = Atomics;
  let nowMs = performance.now();
  performance.now = () => {
    nowMs += LOOK_MS;
    return nowMs;
  };
  // The start line alone is waited for without a limit, and really.
  const sleep = (cells: Int32Array, index: number, value: number, limitMs?: number) => {
    if (limitMs === undefined) return wait(cells, index, value);
    nowMs += limitMs;
    return "timed-out";
  };
  Object.assign(Atomics, { wait: sleep });
}

// No time passes between the release of the start line and its being seen.
Object.assign(process.hrtime, { bigint: () => 0n });
