import type { Floors } from "../../model/run/harness.ts";

const ROUNDS = 5;
const READINGS = 200_000;
const WAITS = 200;
const WAIT_MS = 1;

/**
 * What a reading of the clock that operations are timed by costs, and its smallest step. The
 * fastest of some rounds counts: the first is not compiled yet, and in others somebody interrupts.
 */
export function measureClock(): Omit<Floors["clock"], "source"> {
  const rounds = Array.from({ length: ROUNDS }, readClock);
  return {
    readingNs: Math.min(...rounds.map(({ readingNs }) => readingNs)),
    stepNs: Math.min(...rounds.map(({ stepNs }) => stepNs)),
  };
}

function readClock(): Omit<Floors["clock"], "source"> {
  let stepMs = Number.POSITIVE_INFINITY;
  let last = performance.now();
  const fromMs = last;
  for (let reading = 0; reading < READINGS; reading++) {
    const now = performance.now();
    if (now > last && now - last < stepMs) stepMs = now - last;
    last = now;
  }
  return { readingNs: ((last - fromMs) * 1e6) / READINGS, stepNs: Math.round(stepMs * 1e6) };
}

/** How late waits of one millisecond end: what pacing by the kernel's timers has to live with. */
export function measureTimer(): Floors["timer"] {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const lateNs = Float64Array.from({ length: WAITS }, () => {
    const fromMs = performance.now();
    Atomics.wait(sleeper, 0, 0, WAIT_MS);
    return Math.max(0, (performance.now() - fromMs - WAIT_MS) * 1e6);
  }).sort();
  const at = (share: number): number => lateNs[Math.ceil(share * WAITS) - 1] ?? 0;
  return { lateP50Ns: at(0.5), lateP99Ns: at(0.99), lateMaxNs: at(1) };
}
