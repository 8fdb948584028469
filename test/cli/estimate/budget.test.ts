import { describe, expect, test } from "vitest";
import { budgetLine, scaleToBudget } from "../../../src/cli/estimate/budget.ts";
import { parseBudget } from "../../../src/cli/running/estimates.ts";
import type { PhasePlan, Plan } from "../../../src/model/plan/plan.ts";
import { phasePlan } from "../../load/support.ts";
import { jobOf } from "../live/jobs.ts";

function timed(name: string, seconds: number, warmup = 0): PhasePlan {
  const limit = { kind: "duration", durationNs: seconds * 1e9 } as const;
  return phasePlan({ name, limit, warmupNs: warmup * 1e9 });
}

const planOf = (phases: readonly PhasePlan[], repetitions = 1): Plan =>
  jobOf({ phases, repetitions }).plan;

const secondsOf = ({ phases }: Plan): readonly (readonly [number, number])[] =>
  phases.map(({ limit, warmupNs }) => [
    limit.kind === "duration" ? limit.durationNs / 1e9 : 0,
    warmupNs / 1e9,
  ]);

describe("a time budget", () => {
  test("that is long enough changes nothing, and never lengthens a phase", () => {
    const plan = planOf([timed("a", 30, 5)]);
    const scaled = scaleToBudget([plan], 3600e9, 60e9);
    expect(scaled).toEqual({ plans: [plan], share: 1 });
    expect(budgetLine(scaled, 3600e9)).toBeNull();
  });

  test("shortens durations and warm-ups of all runs by one share, preparation included", () => {
    const plans = [planOf([timed("a", 100, 20)]), planOf([timed("b", 40)], 2)];
    // 100 s - 20 s to prepare - overhead of 2 runs and 3 phases (3.2 s) for 200 s of load
    const { plans: scaled, share } = scaleToBudget(plans, 100e9, 20e9);
    expect(share).toBe(0.35);
    expect(scaled.map(secondsOf)).toEqual([[[35, 7]], [[14, 0]]]);
    const { share: unprepared } = scaleToBudget(plans, 100e9, 0);
    expect(unprepared).toBe(0.45);
  });

  test("keeps phases of at least 2 s and warm-ups of at least 0.5 s", () => {
    const plan = planOf([timed("a", 100, 10), timed("short", 1, 0.2), timed("b", 10, 5)]);
    const { plans, share } = scaleToBudget([plan], 12e9, 0);
    expect(share).toBeLessThan(0.1);
    const [[a, warmupA] = [], short, [b, warmupB] = []] = secondsOf(plans[0] ?? plan);
    expect(a).toBeGreaterThanOrEqual(2);
    expect(warmupA).toBeGreaterThanOrEqual(0.5);
    // A phase that is shorter by its plan is not lengthened.
    expect(short).toEqual([1, 0.2]);
    expect([b, warmupB]).toEqual([2, 0.5]);
  });

  test("that cannot be met is refused with one that can", () => {
    const plan = planOf([timed("a", 100, 10), timed("b", 100)]);
    let message = "";
    try {
      scaleToBudget([plan], 5e9, 60e9);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain(
      "--budget 5 s is too short: 1 min 0 s to prepare the data and 4.50 s",
    );
    const [, least] = /use --budget (\d+)s/.exec(message) ?? [];
    expect(scaleToBudget([plan], Number(least) * 1e9, 60e9).share).toBeLessThan(0.03);
    expect(() => scaleToBudget([plan], (Number(least) - 1) * 1e9, 60e9)).toThrow("too short");
  });
});

describe("a shortened phase", () => {
  test("scales the steps of an open loop with its phase, and leaves counts alone", () => {
    const step = { fromPerSecond: 10, toPerSecond: 20, durationNs: 50e9 };
    const rate = {
      arrivals: "fixed",
      mostBacklog: 10,
      steps: [step, { ...step, durationNs: null }],
    };
    const open = phasePlan({
      name: "open",
      limit: { kind: "duration", durationNs: 100e9 },
      rate: { ...rate, arrivals: "fixed" },
    });
    const counted = phasePlan({ name: "n", limit: { kind: "operations", operations: 9 } });
    const { plans } = scaleToBudget([planOf([open, counted])], 60e9, 0);
    const [scaled, same] = plans[0]?.phases ?? [];
    expect(scaled?.limit).toEqual({ kind: "duration", durationNs: 55e9 });
    expect(scaled?.rate?.steps.map(({ durationNs }) => durationNs)).toEqual([27.5e9, null]);
    expect(same).toEqual(counted);
  });

  test("says what it did", () => {
    const line = budgetLine({ plans: [], share: 0.4 }, 1800e9);
    expect(line).toMatch(/^budget 30 min 0 s: durations and warm-ups are shortened to 40%, phases/);
  });

  test("says which phases it leaves out, also if nothing is shortened", () => {
    const counted = phasePlan({ name: "n", limit: { kind: "operations", operations: 9 } });
    const plans = [planOf([timed("a", 1), counted], 3), planOf([counted])];
    expect(budgetLine(scaleToBudget(plans, 60e9, 0), 60e9)).toBe(
      "budget 1 min 0 s: not in this estimate: 4 phases that a count ends, so that the command " +
        "may take longer",
    );
    const one = budgetLine({ plans: [planOf([counted])], share: 0.4 }, 60e9);
    expect(one).toContain("less precise; not in this estimate: 1 phase that a count ends, so");
  });

  test("is read as a time", () => {
    expect(parseBudget("30m")).toBe(1800e9);
    expect(parseBudget(undefined)).toBeNull();
    expect(() => parseBudget("fast")).toThrow(
      "--budget: expected a time such as `30m`, got `fast`",
    );
    expect(() => parseBudget("0s")).toThrow("--budget: expected a time");
  });
});
