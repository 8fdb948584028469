import { vi } from "vitest";

/** A look at the clock takes so long. */
const LOOK_MS = 1e-3;

let lookedMs = 0;

/** The load generator does not run for so long: its clock goes on, and nothing is called. */
export function pauseGenerator(ms: number): void {
  lookedMs += ms;
}

/** Replaces the clock, timers and sleeps by ones that need no time; returns what undoes it. */
export function fakeClock(): () => void {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "setInterval", "setImmediate"] });
  // A look at the clock moves it too, or a loop that waits for an instant would wait for ever.
  const { now } = performance;
  lookedMs = 0;
  performance.now = () => {
    lookedMs += LOOK_MS;
    return now.call(performance) + lookedMs;
  };
  const { wait } = Atomics;
  Object.assign(Atomics, {
    wait: (...[, , , ms = 0]: Parameters<typeof wait>) => {
      vi.advanceTimersByTime(ms);
      return "timed-out";
    },
  });
  return () => {
    Object.assign(Atomics, { wait });
    vi.useRealTimers();
  };
}
