import type { Run } from "../../../src/model/run/run.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

const PHASE = phasePlan("read");
const PLAN = plan("nightly", [PHASE]);

/** Deviations of single runs from their level, as a load generator without disturbance has. */
export const NOISE = [0, 0.006, -0.004, 0.002, -0.007, 0.005, -0.002, 0.004];

/** A run at a latency; a disturbed one is slower by a share that is not of the storage. */
export function night(at: number, latencyMs: number, disturbed: number | null): Run {
  const rate = (1000 / latencyMs) * (1 + (NOISE[at % NOISE.length] ?? 0)) * (1 - (disturbed ?? 0));
  const warnings =
    disturbed === null
      ? []
      : [{ code: at % 2 === 0 ? "starved" : "own-pause", message: "The load generator waited." }];
  const day = String(at + 1).padStart(2, "0");
  return run(
    `night-${day}`,
    VOLUME,
    PLAN,
    [result(PHASE, [summary("all", rate, 4096, latencyMs * 1e6)], { warnings })],
    { startedAt: `2026-11-${day}T03:00:00.000Z` },
  );
}

/** Shares that runs lost to other programs, by position; all but two before the change. */
export const LOST: Readonly<Record<number, number>> = {
  ...{ 3: 0.14, 4: 0.6, 5: 0.1, 9: 0.24, 10: 0.15, 12: 0.12, 14: 0.28 },
  15: 0.26,
};

/** 15 runs at 1.00 ms, then 7 at 1.12 ms; other programs disturbed eight of them. */
export const NIGHTS = Array.from({ length: 22 }, (_, at) =>
  night(at, at < 15 ? 1 : 1.12, LOST[at] ?? null),
);
