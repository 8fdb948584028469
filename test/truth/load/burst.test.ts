// @module-tag system
import { expect, test } from "vitest";
import { measured as onClock } from "../../run/virtual/virtual.ts";

/** A clock of a microsecond a look: exact enough, and ten times as quick as the usual one. */
const measured = (behaviour: string, phases: readonly string[]) =>
  onClock(behaviour, phases, { lookMs: 1e-3 });

test("burst credits that run out: knee, burst and baseline within 2%", async () => {
  // The bucket loses 3000 - 300 credits a second: 10,800 of them last 4 s.
  const { results } = await measured("latency=100us,credits=3000/s:300/s:10800", [
    "queueDepth: 8, duration: 10s",
  ]);
  const change = results[0]?.stability?.change;
  expect(Math.abs((change?.atNs ?? 0) - 4e9)).toBeLessThan(0.02 * 10e9);
  expect(Math.abs((change?.beforePerSecond ?? 0) / 3000 - 1)).toBeLessThan(0.02);
  expect(Math.abs((change?.afterPerSecond ?? 0) / 300 - 1)).toBeLessThan(0.02);
});

test("a stall, an even load and one that never leaves its burst have no knee", async () => {
  for (const behaviour of [
    "latency=1ms,stall=500ms@2s",
    "latency=exponential:1ms",
    "latency=100us,credits=3000/s:300/s:1000000",
  ]) {
    const { results } = await measured(behaviour, ["queueDepth: 4, duration: 5s"]);
    expect([behaviour, results[0]?.stability?.change]).toEqual([behaviour, null]);
  }
});

test("until: steady reports the first window that is steady, and that alone", async () => {
  const { results } = await measured("latency=100us,credits=3000/s:1000/s:4000", [
    "queueDepth: 8, until: { steady: { window: 2s, atMost: 20s, range: 5 } }",
    "queueDepth: 8, until: { steady: { window: 5s, atMost: 5s, range: 1, slope: 1 } }",
  ]);
  const [burst = expect.fail(), never = expect.fail()] = results;
  // 4000 credits last 2 s at a loss of 2000 a second: the burst is steady before it ends.
  expect(burst.stability?.steady).toMatchObject({ reached: true, lengthNs: 2e9 });
  expect(burst.all.operationsPerSecond).toBeCloseTo(3000, -2);
  expect(burst.reportedNs ?? burst.elapsedNs).toBe(2e9);
  expect(never.stability?.steady?.reached).toBe(false);
  expect(never.elapsedNs).toBe(5e9);
});

test("warmup: auto leaves the slow start out of every number", async () => {
  // Nothing is served in the first second; what follows is even.
  const { results } = await measured("latency=1ms,stall=1s@0s", [
    "queueDepth: 1, warmup: auto, duration: 5s",
  ]);
  const [{ all, stability, reportedNs } = expect.fail()] = results;
  expect(stability?.warmup).toEqual({ leftOutNs: 1e9, found: true });
  expect(reportedNs).toBe(4e9);
  expect(all.operationsPerSecond).toBeGreaterThan(990);
  // The one operation that met the stall completed after it.
  expect(all.latency?.p99Ns).toBeLessThan(2e6);
  expect(all.operations).toBeLessThanOrEqual(4000);
});
