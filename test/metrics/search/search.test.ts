import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Answer,
  type SearchOutcome,
  search,
  spaceOf,
  type Trial,
  trialsOf,
} from "../../../src/metrics/search/search.ts";
import type { FindPlan } from "../../../src/model/plan/search.ts";
import { findPlan } from "./find-plan.ts";

/** Runs a search whose trials are answered; gives up where it does not end. */
function run(
  plan: FindPlan,
  capacity: number | null,
  answer: (value: number, index: number) => boolean | Answer,
): { readonly trials: readonly Trial[]; readonly outcome: SearchOutcome } {
  const steps = search(spaceOf(plan, capacity));
  const trials: Trial[] = [];
  let step = steps.next();
  while (step.done !== true) {
    trials.push(step.value);
    if (trials.length > 10_000) throw new Error("the search does not end");
    const given = answer(step.value.value, trials.length - 1);
    step = steps.next(typeof given === "boolean" ? { met: given, fatal: false } : given);
  }
  return { trials, outcome: step.value };
}

const rate = fc.double({ min: 1, max: 1e6, noNaN: true });
const share = fc.double({ min: 0.005, max: 0.3, noNaN: true });
const repetitions = fc.integer({ min: 1, max: 9 });
/** Where in a range, on a logarithmic scale. */
const part = fc.double({ min: 0.02, max: 0.98, noNaN: true });

describe("a search by rate", () => {
  it("ends at most one step of the precision below the knee, and never above it", () => {
    fc.assert(
      fc.property(rate, part, share, repetitions, (capacity, where, precisionShare, n) => {
        const knee = capacity * (1 / 900) ** where;
        const plan = findPlan({ precisionShare, repetitions: n });
        const { trials, outcome } = run(plan, capacity, (value) => value <= knee);
        const best = outcome.best ?? Number.NaN;
        expect(outcome.ended).toBe("found");
        expect(best).toBeLessThanOrEqual(knee);
        expect(best * (1 + precisionShare) * 1.002).toBeGreaterThan(knee);
        const repeats = trials.filter(({ role, value }) => role === "repeat" && value === best);
        expect(repeats).toHaveLength(n);
        // The capacity itself was the first point.
        expect(trials.length + 1).toBeLessThanOrEqual(trialsOf(plan).most);
      }),
    );
  });

  it("stays in the range it is given and says where all of it is met, or nothing", () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 1.1, max: 5000, noNaN: true }), rate, (from, by, knee) => {
        const to = from * by;
        const plan = findPlan({ from, to });
        const { trials, outcome } = run(plan, null, (value) => value <= knee);
        for (const { value } of trials) expect(value >= from && value <= to).toBe(true);
        const ended = knee < from ? "never met" : knee >= to ? "always met" : "found";
        expect(outcome.ended).toBe(ended);
        expect(outcome.best === null).toBe(ended === "never met");
        expect(trials.length).toBeLessThanOrEqual(trialsOf(plan).most);
      }),
    );
  });

  it("ends within its bound, with what was repeated and met, whatever it is answered", () => {
    const answers = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(rate, share, repetitions, answers, (capacity, precisionShare, n, stream) => {
        const plan = findPlan({ precisionShare, repetitions: n });
        const given: boolean[] = [];
        const { trials, outcome } = run(plan, capacity, () => {
          const next = stream.next().value === true;
          given.push(next);
          return next;
        });
        expect(trials.length + 1).toBeLessThanOrEqual(trialsOf(plan).most);
        if (outcome.best === null) return;
        const met = given.filter(
          (one, index) =>
            one && trials[index]?.role === "repeat" && trials[index]?.value === outcome.best,
        );
        expect(met.length).toBeGreaterThan(n / 2);
      }),
    );
  });
});

describe("points that contradict each other", () => {
  it("recovers from a bracket that was lucky, or unlucky, all the way", () => {
    for (const luck of [true, false]) {
      let lucky = 0;
      const plan = findPlan();
      const { outcome } = run(plan, 1000, (value, index) => {
        // The points that are measured once say the same whatever is true.
        if (index < 7) {
          lucky++;
          return luck;
        }
        return value <= 600;
      });
      expect(lucky).toBe(7);
      expect([outcome.ended, (outcome.best ?? 0) > 585, (outcome.best ?? 0) <= 600]).toEqual([
        "found",
        true,
        true,
      ]);
    }
  });

  it("takes what must not happen once for missed, however often it did not", () => {
    const plan = findPlan({ from: 100, to: 200, repetitions: 3 });
    const { outcome } = run(plan, null, (value, index) => ({
      met: value <= 150,
      fatal: value > 120 && index % 3 === 0,
    }));
    expect(outcome.best ?? 0).toBeLessThanOrEqual(121);
  });

  it("asks a noisy target often enough to be near", () => {
    // A point meets the objective by chance, the more likely the further below 500 it is.
    let seed = 1;
    const unit = (): number => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const found = Array.from({ length: 200 }, () => {
      const likely = (value: number) => 1 / (1 + Math.exp((value / 500 - 1) / 0.02));
      const { outcome } = run(findPlan(), 1000, (value) => unit() < likely(value));
      return outcome.best ?? 0;
    });
    const near = found.filter((value) => Math.abs(value / 500 - 1) < 0.06);
    expect(near.length).toBeGreaterThan(190);
  });
});

describe("a search by queue depth", () => {
  const depth = fc.integer({ min: 1, max: 300 });

  it("finds the highest whole number that is met", () => {
    fc.assert(
      fc.property(depth, (knee) => {
        const plan = findPlan({ by: "queueDepth", from: 1, to: 256, precisionShare: 0.005 });
        const { trials, outcome } = run(plan, null, (value) => value <= knee);
        expect(trials.every(({ value }) => Number.isInteger(value))).toBe(true);
        expect(outcome.best).toBe(Math.min(knee, 256));
        expect(outcome.ended).toBe(knee >= 256 ? "always met" : "found");
        expect(trials.length).toBeLessThanOrEqual(trialsOf(plan).most);
      }),
    );
  });

  it("finds the lowest where more depth is what helps", () => {
    fc.assert(
      fc.property(depth, (knee) => {
        const plan = { by: "queueDepth", wants: "least", from: 1, to: 256 } as const;
        const { outcome } = run(
          findPlan({ ...plan, precisionShare: 0.005 }),
          null,
          (v) => v >= knee,
        );
        expect(outcome.best).toBe(knee > 256 ? null : knee);
        expect(outcome.ended).toBe(knee > 256 ? "never met" : knee === 1 ? "always met" : "found");
      }),
    );
  });

  it("goes up in powers of two", () => {
    const plan = findPlan({ by: "queueDepth", from: 1, to: 256, repetitions: 1 });
    const { trials } = run(plan, null, (value) => value <= 20);
    expect(trials.map(({ value }) => value)).toEqual([1, 2, 4, 8, 16, 32, 23, 19, 21, 20, 20, 21]);
  });
});
