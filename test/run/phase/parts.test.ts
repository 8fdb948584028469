// @module-tag system
import { expect, test } from "vitest";
import type { Part } from "../../../src/model/plan/part.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { RatePlan } from "../../../src/model/plan/rate.ts";
import type { SyntheticBehaviour } from "../../../src/model/target/target.ts";
import { runPhase } from "../../../src/run/phase/phase.ts";
import { WorkerPool } from "../../../src/run/phase/pool.ts";
import { filesOf, phasePlan } from "../../load/support.ts";

const HOSTS = 3;
const SECOND = { kind: "duration", durationNs: 1e9 } as const;

const rateOf = (perSecond: number, mostBacklog = 1e6): RatePlan => ({
  arrivals: "fixed",
  steps: [{ fromPerSecond: perSecond, toPerSecond: perSecond, durationNs: null }],
  mostBacklog,
});

/** Times the part of one host, on two workers of one operation at a time. */
async function timedPart(
  pool: WorkerPool,
  changes: Partial<PhasePlan>,
  parts: { readonly part?: Part; readonly arrivals?: Part },
  behaviour: Partial<SyntheticBehaviour>,
) {
  const latency = { kind: "fixed", ns: 1e6 } as const;
  const synthetic = { latency, stalls: [], errorEvery: 0, bytesPerSecond: 0, ...behaviour };
  const phase = phasePlan({ workers: 2, limit: SECOND, ...changes });
  const measured = await runPhase(
    {
      ...{ phase, ...parts, engine: "synthetic", threads: 2, depth: 1, fallback: null },
      ...{ location: { kind: "memory", synthetic }, dataset: filesOf([1_048_576]) },
      ...{ generations: null, seed: 7, repetition: 1, intervalNs: 100e6 },
      ...{ drainNs: 5e9, quietNs: Infinity },
    },
    pool,
    { signal: new AbortController().signal },
  );
  const done = measured.whole.reduce((sum, one) => sum + one.operations + one.drained, 0);
  measured.close();
  return { ...measured, done };
}

async function timedHosts(
  changes: Partial<PhasePlan>,
  behaviour: Partial<SyntheticBehaviour> = {},
  hosts = HOSTS,
) {
  const pool = new WorkerPool();
  try {
    const found: Awaited<ReturnType<typeof timedPart>>[] = [];
    for (let host = 0; host < hosts; host++) {
      found.push(await timedPart(pool, changes, { part: { host, hosts } }, behaviour));
    }
    return found;
  } finally {
    await pool.close();
  }
}

const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

test("hosts offer the planned load together, each its arrivals", async () => {
  const found = await timedHosts({ rate: rateOf(200) });
  expect(found.map(({ offered }) => offered)).toEqual([67, 67, 66]);
  expect(found.map(({ done }) => done)).toEqual([67, 67, 66]);
  const open = found.map(({ openLoop }) => openLoop ?? expect.fail());
  expect(open.map(({ offered }) => offered)).toEqual([67, 67, 66]);
  expect(sumOf(open.map(({ offeredPerSecond }) => offeredPerSecond))).toBeCloseTo(200, 9);
  expect(open.map(({ unissued }) => unissued)).toEqual([0, 0, 0]);
});

test("hosts issue a planned number of operations together, at their part of the rate", async () => {
  const limit = { kind: "operations", operations: 100 } as const;
  const found = await timedHosts({ rate: rateOf(300), limit });
  // Six workers: the first four have an operation more than the last two.
  expect(found.map(({ done }) => done)).toEqual([34, 34, 32]);
  for (const { done, openLoop, elapsedNs } of found) {
    expect(openLoop).toMatchObject({ unissued: 0, dropped: 0 });
    expect(openLoop?.offered).toBe(done);
    // 100 operations per second on each host.
    expect(elapsedNs).toBeGreaterThan(300e6);
  }
});

test("a host with its own storage has its part of the arrivals, and the whole work", async () => {
  const pool = new WorkerPool();
  const limit = { kind: "operations", operations: 50 } as const;
  try {
    const arrivals = { host: 1, hosts: 3 };
    const found = await timedPart(pool, { rate: rateOf(300), limit }, { arrivals }, {});
    expect(found.done).toBe(50);
    expect(found.openLoop?.offeredPerSecond).toBeCloseTo(100, 9);
    // Arrival k of this host is number 3k + 1 of 300 per second.
    expect(found.elapsedNs).toBeGreaterThan(1e9 * ((3 * 49 + 1) / 300));
  } finally {
    await pool.close();
  }
});

test("a host that is stopped by a stall counts its own arrivals as not issued", async () => {
  // Longer than phase and drain: nothing is issued after 500 ms.
  const stalls = [{ atNs: 500e6, durationNs: 60e9 }];
  const [, found] = await timedHosts({ rate: rateOf(300) }, { stalls }, 2);
  if (found?.openLoop == null) throw expect.fail();
  const { openLoop, done } = found;
  const unfinished = sumOf(found.whole.map((one) => one.unfinished ?? 0));
  expect(openLoop.offered).toBe(150);
  expect(Math.abs(done - 75)).toBeLessThanOrEqual(10);
  expect(done + unfinished + openLoop.unissued + openLoop.dropped).toBe(150);
});

test("the maximum backlog is divided among the hosts, rounded up", async () => {
  const stalls = [{ atNs: 200e6, durationNs: 600e6 }];
  const [found] = await timedHosts({ rate: rateOf(900, 100) }, { stalls }, 1);
  const [part] = await timedHosts({ rate: rateOf(900, 100) }, { stalls });
  // A stall of 600 ms: 540 arrivals of one host alone, 180 of one of three hosts.
  const most = { whole: found?.openLoop, part: part?.openLoop };
  expect(Math.abs((most.whole?.dropped ?? 0) - 440)).toBeLessThanOrEqual(25);
  expect(Math.abs((most.part?.dropped ?? 0) - 146)).toBeLessThanOrEqual(25);
});

test("one of several hosts decides neither on the steady state nor on the warm-up", async () => {
  const window = { windowNs: 300e6, mostNs: 1500e6, rangeShare: 1, slopeShare: 1 };
  const limit = { kind: "steady", ...window } as const;
  const [alone] = await timedHosts({ limit }, {}, 1);
  expect(alone?.stability.steady?.reached).toBe(true);
  const [one] = await timedHosts({ limit });
  expect(one?.stability.steady).toBeNull();
  expect(one?.elapsedNs).toBe(1500e6);
  expect(one?.reportedNs).toBe(1500e6);
  const [auto] = await timedHosts({ warmupAuto: true });
  expect(auto?.stability.warmup).toBeNull();
  expect(auto?.reportedNs).toBe(1e9);
});
