import { MOST_BACKLOG } from "../../model/plan/rate.ts";
import type { Floors } from "../../model/run/harness.ts";
import { runPhase } from "../phase/phase.ts";
import { WorkerPool } from "../phase/pool.ts";
import { floorSetup } from "./floor-cases.ts";

/** As many as most volumes carry; the next one is due in 10 µs. */
const PER_SECOND = 100_000;

/**
 * How late one worker issues what is due at a high rate where nothing holds it up: an open loop
 * without storage. Null where it issued nothing in time.
 */
export async function measurePacing(
  signal: AbortSignal,
): Promise<NonNullable<Floors["pacing"]> | null> {
  const one = { engine: "null", direction: "read", queueDepth: 4 } as const;
  const step = { fromPerSecond: PER_SECOND, toPerSecond: PER_SECOND, durationNs: null };
  const rate = { arrivals: "fixed", steps: [step], mostBacklog: MOST_BACKLOG } as const;
  const pool = new WorkerPool();
  try {
    const setup = floorSetup(one, { kind: "memory", synthetic: null });
    const phase = { ...setup.phase, rate };
    const measurement = await runPhase({ ...setup, phase }, pool, { signal });
    const pacing = measurement.openLoop?.pacing ?? null;
    measurement.close();
    if (pacing === null) return null;
    return { offeredPerSecond: PER_SECOND, lateP50Ns: pacing.p50Ns, lateP99Ns: pacing.p99Ns };
  } finally {
    await pool.close();
  }
}
