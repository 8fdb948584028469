import fc from "fast-check";
import { expect, test } from "vitest";
import { Arrivals } from "../../src/load/drive/arrivals.ts";
import {
  MAX_BACKLOG,
  meanPerSecond,
  type RatePlan,
  type RateStep,
} from "../../src/model/plan/rate.ts";
import { draws } from "../draws.ts";

const WARMUP_MS = 300;
const anyRate = fc.integer({ min: 20, max: 3000 });
const anyStep: fc.Arbitrary<RateStep> = fc.record({
  fromPerSecond: anyRate,
  toPerSecond: anyRate,
  durationNs: fc.integer({ min: 50, max: 900 }).map((ms) => ms * 1e6),
});
const anySteps = fc.oneof(
  fc.array(anyStep, { minLength: 1, maxLength: 4 }),
  anyRate.map((one) => [{ fromPerSecond: one, toPerSecond: one, durationNs: null }]),
);
const anyHosts = fc.integer({ min: 1, max: 5 });

const planOf = (arrivals: RatePlan["arrivals"], steps: RatePlan["steps"]): RatePlan => ({
  ...{ arrivals, steps },
  mostBacklog: MAX_BACKLOG,
});

/** Times of all arrivals before one, milliseconds from the start of measuring. */
function timesOf(arrivals: Arrivals, untilMs: number): number[] {
  const times: number[] = [];
  for (; arrivals.before(untilMs); arrivals.advance()) times.push(arrivals.dueMs);
  return times;
}

function byHost(plan: RatePlan, seed: number, hosts: number): readonly Arrivals[] {
  return Array.from(
    { length: hosts },
    (_, host) => new Arrivals(plan, WARMUP_MS, seed, { host, hosts }),
  );
}

const inOrder = (times: readonly number[]): number[] => times.toSorted((a, b) => a - b);

test("fixed: the hosts' arrivals together are the planned ones, in turn", () => {
  fc.assert(
    fc.property(anySteps, anyHosts, fc.integer({ min: 1, max: 2500 }), (steps, hosts, untilMs) => {
      const plan = planOf("fixed", steps);
      const all = timesOf(new Arrivals(plan, WARMUP_MS, 7), untilMs);
      const parts = byHost(plan, 7, hosts).map((part) => timesOf(part, untilMs));
      for (const [host, part] of parts.entries()) {
        expect(part).toEqual(all.filter((_, index) => index % hosts === host));
      }
      const counts = byHost(plan, 7, hosts).map((part) => part.pass(untilMs));
      expect(counts.reduce((a, b) => a + b, 0)).toBe(all.length);
    }),
    { numRuns: draws(150, 5000), seed: 19 },
  );
});

test("advancing to an arrival of a host is passing all of its earlier ones", () => {
  fc.assert(
    fc.property(
      anySteps,
      anyHosts,
      fc.constantFrom("fixed", "poisson"),
      fc.nat(300),
      (steps, hosts, arrivals, to) => {
        const part = { host: hosts - 1, hosts };
        const plan = planOf(arrivals, steps);
        const leaps = new Arrivals(plan, WARMUP_MS, 7, part);
        const walks = new Arrivals(plan, WARMUP_MS, 7, part);
        leaps.advanceTo(to);
        while (walks.at < to) walks.advance();
        expect([leaps.at, leaps.dueMs]).toEqual([walks.at, walks.dueMs]);
      },
    ),
    { numRuns: 60, seed: 19 },
  );
});

/**
 * Kolmogorov-Smirnov statistic of gaps against the exponential distribution of mean 1, times the
 * root of their number; above 1.63 in 1 of 100 samples, above 1.95 in 1 of 1000.
 */
function statisticOf(gaps: readonly number[]): number {
  const sorted = inOrder(gaps);
  const most = sorted.reduce((largest, gap, index) => {
    const expected = -Math.expm1(-gap);
    const above = (index + 1) / sorted.length - expected;
    return Math.max(largest, above, expected - index / sorted.length);
  }, 0);
  return most * Math.sqrt(sorted.length);
}

/** Expected operations until a time, warm-up included: arrivals on this scale have a rate of 1. */
function massAt(plan: RatePlan, ms: number): number {
  const [first = { fromPerSecond: 0 }] = plan.steps;
  const warming = (first.fromPerSecond / 1000) * (WARMUP_MS + Math.min(0, ms));
  return ms <= 0 ? warming : warming + (meanPerSecond(plan, 0, ms * 1e6) * ms) / 1000;
}

const constant = { fromPerSecond: 5000, toPerSecond: 5000, durationNs: null };
const ramp = { fromPerSecond: 100, toPerSecond: 9000, durationNs: 3e9 };
const SCHEDULES: Readonly<Record<string, RatePlan["steps"]>> = {
  "a constant rate": [constant],
  "a ramp": [ramp],
  steps: [{ ...constant, durationNs: 1e9 }, ramp, { ...constant, durationNs: 2e9 }],
};

test.each(Object.entries(SCHEDULES))("Poisson, %s: together a Poisson process", (_, steps) => {
  const plan = planOf("poisson", steps);
  for (const hosts of [1, 2, 3, 5, 8]) {
    for (const seed of [1, 2, 3]) {
      const parts = byHost(plan, seed, hosts).map((part) => timesOf(part, 4000));
      const masses = inOrder(parts.flat()).map((ms) => massAt(plan, ms));
      const gaps = masses.map((mass, index) => mass - (masses[index - 1] ?? 0));
      expect(statisticOf(gaps)).toBeLessThan(1.95);
      // Counts of a Poisson process have a standard deviation of the root of their mean.
      const expected = massAt(plan, 4000);
      expect(Math.abs(masses.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
      for (const part of parts) {
        const share = expected / hosts;
        expect(Math.abs(part.length - share)).toBeLessThan(4 * Math.sqrt(share));
      }
    }
  }
});

test("Poisson: hosts draw from independent streams", () => {
  const plan = planOf("poisson", [constant]);
  const [one = [], two = []] = byHost(plan, 1, 2).map((part) => timesOf(part, 20_000));
  expect(new Set([...one, ...two]).size).toBe(one.length + two.length);
  // Covariance of the counts in cells of 10 ms, each of mean 25 and variance 25.
  const cellsOf = (times: readonly number[]) => {
    const cells = Array.from({ length: 2000 }, () => -25);
    for (const ms of times) {
      const cell = Math.floor(ms / 10);
      if (cell >= 0) cells[cell] = (cells[cell] ?? 0) + 1;
    }
    return cells;
  };
  const [a, b] = [cellsOf(one), cellsOf(two)];
  const covariance = a.reduce((sum, count, cell) => sum + count * (b[cell] ?? 0), 0) / a.length;
  expect(Math.abs(covariance)).toBeLessThan((4 * 25) / Math.sqrt(2000));
});
