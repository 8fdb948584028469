// @module-tag system
import { expect, test } from "vitest";
import { readIntervals } from "../../run/support.ts";
import { measured as onClock } from "../../run/virtual/virtual.ts";

/** A clock of a microsecond a look: exact enough, and ten times as quick as the usual one. */
const measured = (behaviour: string, phases: readonly string[]) =>
  onClock(behaviour, phases, { lookMs: 1e-3 });

/** Operations whose response took at least 100 ms, of the histogram that the run stored. */
const SLOW_NS = 100e6;

test("200/s through one stall of 2 s: what waited has waited in the response times", async () => {
  const { results, slower } = await measured("latency=50us,stall=2s@2s", [
    "rate: 200/s, duration: 6s",
  ]);
  const [{ all, openLoop } = expect.fail()] = results;
  expect(openLoop).toMatchObject({ offered: 1200, dropped: 0, unissued: 0, backlogAtEnd: 0 });
  expect(all.operations).toBe(1200);
  // One operation met the stall; the 399 after it were scheduled during it.
  expect(all.latency?.p99Ns).toBeLessThan(0.1e6);
  expect(slower("service", SLOW_NS)).toBe(1);
  expect(all.response?.p99Ns).toBeGreaterThanOrEqual(1.9e9);
  expect(Math.abs(slower("response", SLOW_NS) - 381)).toBeLessThanOrEqual(10);
});

test("a stall at the very end is in the response times too", async () => {
  const { results, slower } = await measured("latency=300us,stall=2s@4s", [
    "rate: 200/s, duration: 5s",
  ]);
  const [{ all, openLoop } = expect.fail()] = results;
  // 200 were scheduled in the last second and issued after it, when the storage responded again.
  expect(openLoop).toMatchObject({ offered: 1000, dropped: 0, unissued: 0 });
  expect(openLoop?.backlogAtEnd).toBe(199);
  expect(all.operations + all.drained).toBe(1000);
  expect(all.response?.count).toBe(1000);
  expect(slower("response", 1e9)).toBe(200);
});

test("more than the storage carries: it carries what it can, and the backlog grows", async () => {
  const { results, folder } = await measured("latency=1us,bandwidth=12288000B/s", [
    "rate: 2700/s, queueDepth: 8, duration: 2s",
    "rate: 3300/s, queueDepth: 8, duration: 2s",
  ]);
  const [steady = expect.fail(), over = expect.fail()] = results;
  expect(steady.all.operationsPerSecond).toBeCloseTo(2700, -1);
  expect(steady.openLoop?.backlogMost).toBe(0);
  expect(over.openLoop?.offered).toBe(6_600);
  expect(over.all.operationsPerSecond / 3000).toBeGreaterThan(0.998);
  expect(over.all.operationsPerSecond / 3000).toBeLessThan(1.002);
  expect(Math.abs((over.openLoop?.backlogAtEnd ?? 0) - 592)).toBeLessThan(10);
  const backlog = readIntervals(folder)
    .slice(20)
    .map((row) => Number(row.phase_backlog_max));
  for (let i = 1; i < 20; i++) expect(backlog[i]).toBeGreaterThan(backlog[i - 1] ?? 0);
});

test("of what may not wait the oldest are dropped and counted", async () => {
  const { results } = await measured("latency=300us,stall=2s@1s", [
    "rate: { offered: 200/s, backlog: 50 }, duration: 4s",
  ]);
  const [{ all, openLoop } = expect.fail()] = results;
  expect(openLoop).toMatchObject({ offered: 800, unissued: 0, backlogAtEnd: 0 });
  expect(openLoop?.dropped).toBeGreaterThanOrEqual(345);
  expect(openLoop?.dropped).toBeLessThanOrEqual(350);
  expect(all.operations).toBe(800 - (openLoop?.dropped ?? 0));
});

test("steps and ramps are offered as written", async () => {
  const { results, folder } = await measured("latency=10us", [
    "rate: { steps: [{ offered: 100/s, for: 1s }, { from: 100/s, to: 900/s, for: 2s }, " +
      "{ offered: 400/s, for: 1s }] }, duration: 4s",
  ]);
  expect(results[0]?.openLoop).toMatchObject({ offered: 1500, backlogMost: 0 });
  const completed = readIntervals(folder).map((row) => Number(row.operations));
  const sum = (from: number, to: number) => completed.slice(from, to).reduce((a, b) => a + b, 0);
  expect([sum(0, 10), sum(10, 20), sum(20, 30), sum(30, 40)]).toEqual([100, 300, 700, 400]);
});

test("a load that comes at random costs a closed loop's latency, and waiting besides", async () => {
  const { results } = await measured("latency=1ms,servers=1", [
    "rate: { offered: 500/s, arrivals: poisson }, queueDepth: 64, duration: 12s",
  ]);
  const [{ all, openLoop } = expect.fail()] = results;
  expect(Math.abs((openLoop?.offeredPerSecond ?? 0) / 500 - 1)).toBeLessThan(0.02);
  // M/D/1 of service S = 1 ms at utilization 0.5: mean wait S u / (2 (1 - u)) = 0.5 ms
  // (Pollaczek and Khinchine).
  const meanMs = (all.response?.meanNs ?? 0) / 1e6;
  expect(Math.abs(meanMs - 1.5) / 1.5).toBeLessThan(0.05);
});
