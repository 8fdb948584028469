/**
 * Mean wait for a CPU from which on it is one behind another thread and not the waking of an idle
 * CPU, which schedstat counts as well and which is part of any I/O. What tells the two apart is
 * whether a CPU was idle: where next to none was, every wait is one for a CPU. Waking took 2 to
 * 11 µs in the runs of results/examples, up to 60 µs where writes woke kernel threads besides.
 */
const WAITS = [
  { idleBelow: 0.1, turnNs: 0 },
  { idleBelow: 0.5, turnNs: 25e3 },
  { idleBelow: Number.POSITIVE_INFINITY, turnNs: 200e3 },
] as const;

/** Whether a thread that waited for a CPU did so behind another one; see `WAITS`. */
export function isBehindOthers(waitNs: number, turns: number, idleShare: number | null): boolean {
  const { turnNs } = WAITS.find(({ idleBelow }) => (idleShare ?? 1) < idleBelow) ?? WAITS[2];
  return waitNs >= turnNs * turns;
}
