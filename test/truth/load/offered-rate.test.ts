// @module-tag system
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arrivals } from "../../../src/load/drive/arrivals.ts";
import { meanPerSecond, type RatePlan } from "../../../src/model/plan/rate.ts";
import { measured } from "../../run/virtual/virtual.ts";

/** An open-loop phase on a simulated clock; its offered rate must be the plan's mean. */
const CASES: readonly (readonly [string, string, number, number])[] = [
  ["0.4/s for 3 s", "rate: 0.4/s, duration: 3s", 0.4, 2],
  ["0.9/s for 1 s", "rate: 0.9/s, duration: 1s", 0.9, 1],
  ["200/s for 5 s", "rate: 200/s, duration: 5s", 200, 1000],
  ["200/s until 100 operations", "rate: 200/s, operations: 100", 200, 100],
  [
    "a ramp from 100/s to 300/s over 4 s",
    "rate: { steps: [{ from: 100/s, to: 300/s, for: 4s }] }, duration: 4s",
    200,
    800,
  ],
  [
    "100/s for 1 s, then 400/s for 3 s",
    "rate: { steps: [{ offered: 100/s, for: 1s }, { offered: 400/s, for: 1s }] }, duration: 4s",
    325,
    1300,
  ],
];

test.each(CASES)("the offered rate of %s is the plan's mean", async (_, phase, mean, arrivals) => {
  const { results } = await measured("latency=100us", [phase]);
  const [{ openLoop } = expect.fail()] = results;
  expect(openLoop?.offeredPerSecond).toBeCloseTo(mean, 6);
  // A count ends a phase with its last completion, when one more may be scheduled.
  expect(Math.abs((openLoop?.offered ?? 0) - arrivals)).toBeLessThanOrEqual(
    phase.includes("operations") ? 1 : 0,
  );
});

test("the offered rate of Poisson arrivals is the plan's, whatever number came", async () => {
  const phase = "rate: { offered: 100/s, arrivals: poisson }, duration: 2s";
  const { results } = await measured("latency=100us", [phase, phase]);
  for (const { openLoop } of results) expect(openLoop?.offeredPerSecond).toBeCloseTo(100, 6);
});

test("few or random arrivals do not make a generator that keeps up client-bound", async () => {
  const { results } = await measured("latency=100us", [
    "rate: 0.4/s, duration: 3s",
    "rate: { offered: 30/s, arrivals: poisson }, duration: 2s",
  ]);
  expect(results.map(({ harness }) => harness?.bound ?? null)).toEqual([null, null]);
});

test("the mean of a plan is its number of fixed arrivals over the time", () => {
  const perSecond = fc.integer({ min: 1, max: 2000 });
  const step = fc.record({
    fromPerSecond: perSecond,
    toPerSecond: perSecond,
    durationNs: fc.integer({ min: 1, max: 20 }).map((tenths) => tenths * 1e8),
  });
  const steps = fc.array(step, { minLength: 1, maxLength: 4 });
  const instant = fc.integer({ min: 0, max: 90 });
  fc.assert(
    fc.property(steps, instant, fc.integer({ min: 1, max: 50 }), (plan, from, length) => {
      const rate: RatePlan = { arrivals: "fixed", steps: plan, mostBacklog: 0 };
      const arrivals = new Arrivals(rate, 0, 1);
      const before = arrivals.pass(from * 100);
      const count = arrivals.pass((from + length) * 100) - before;
      const mean = meanPerSecond(rate, from * 1e8, (from + length) * 1e8);
      expect(Math.abs(mean * length * 0.1 - count)).toBeLessThanOrEqual(1.001);
    }),
    { numRuns: 200 },
  );
});
