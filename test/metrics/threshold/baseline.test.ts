import { describe, expect, test } from "vitest";
import { baselineDifferences, tooFewRepetitions } from "../../../src/metrics/threshold/baseline.ts";
import { evaluateThresholds } from "../../../src/metrics/threshold/threshold.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";
import { thresholds } from "../../report/thresholds.ts";
import { held, states } from "../held.ts";

const rates = (all: readonly number[]) =>
  all.map((rate) => [summary("all", rate, 4096, 1e9 / rate)]);
const before = { ...held([], rates([100, 101, 102, 103])), id: "before" };
const LOWER = "vs baseline: rate not lower";
const judge = (texts: readonly string[], now: readonly number[]) =>
  evaluateThresholds(held(texts, rates(now)), before);

describe("against a baseline", () => {
  test("only what is shown to be worse is broken", () => {
    const [same] = judge([LOWER], [99, 101.5, 102.5, 104]);
    expect(same).toMatchObject({
      state: "met",
      measured: 102,
      bound: 101.5,
      reason: "no significant difference, 4 repetitions each",
      baseline: { runId: "before", median: 101.5, repetitions: 4, shows: "nothing" },
    });
    const [worse] = judge([LOWER], [65, 66, 67, 68]);
    expect(worse).toMatchObject({ state: "broken", baseline: { p: 2 / 70, shows: "worse" } });
    expect(worse?.reason).toBe("significantly worse, 4 repetitions each, p = 0.029 (alpha 0.05)");
    expect(judge([LOWER], [190, 191, 192, 193])[0]).toMatchObject({
      state: "met",
      baseline: { shows: "better" },
    });
  });

  test("a margin is part of what is tested", () => {
    expect(states(judge([`${LOWER} than 80%`], [65, 66, 67, 68]))).toEqual(["met"]);
    expect(states(judge([`${LOWER} than 95%`], [65, 66, 67, 68]))).toEqual(["broken"]);
    const slower = "vs baseline: p50 not slower";
    expect(states(judge([`${slower} than 120%`], [65, 66, 67, 68]))).toEqual(["met"]);
    expect(states(judge([slower], [65, 66, 67, 68]))).toEqual(["broken"]);
  });

  test("what storage may have changed by itself since the baseline breaks nothing", () => {
    const [outcome] = judge([LOWER], [90, 91, 92, 93]);
    expect(outcome).toMatchObject({ state: "met", baseline: { p: 2 / 70, shows: "nothing" } });
    expect(outcome?.baseline?.driftShare).toBeCloseTo(1 - 1 / 1.343, 3);
    expect(outcome?.reason).toMatch(
      /^significant in the rank test \(4 .* below 26% may be drift .* detects smaller differences$/,
    );
    // Just below and just above what it says could be seen; in the other direction it is 34 %.
    const scaled = (by: number) => [100, 101, 102, 103].map((rate) => rate * by);
    expect(states(judge([LOWER], scaled(0.755)))).toEqual(["met"]);
    expect(states(judge([LOWER], scaled(0.73)))).toEqual(["broken"]);
    const [higher] = judge([LOWER], scaled(1.2));
    expect(higher?.reason).toContain("a difference below 34% may be drift");
    // Repetitions that hardly differ leave little room for drift.
    const quiet = (level: number) => rates([0, 1, 2, 3].map((step) => level + step / 100));
    const steady = { ...held([], quiet(100)), id: "before" };
    expect(states(evaluateThresholds(held([LOWER], quiet(95)), steady))).toEqual(["broken"]);
  });

  test("the more there are, the more each has to show", () => {
    const two = judge([LOWER, "vs baseline: p50 not slower"], [90, 91, 92, 93]);
    expect(two.map(({ baseline }) => baseline?.adjustedP)).toEqual([4 / 70, 4 / 70]);
    expect(states(two)).toEqual(["met", "met"]);
  });
});

describe("many against a baseline", () => {
  test("the same threshold of two phases is judged for each", () => {
    const shared = thresholds([LOWER]);
    const phases = ["a", "b"].map((name) => phasePlan(name, { thresholds: shared }));
    const measure = (all: readonly (readonly number[])[], id: string) =>
      run(
        id,
        VOLUME,
        plan("p", phases),
        phases.flatMap((phase, at) =>
          (all[at] ?? []).map((rate, index) =>
            result(phase, [summary("all", rate, 1, 1)], { repetition: index + 1 }),
          ),
        ),
      );
    const five = [1, 2, 3, 4, 5];
    const old = measure([five.map((n) => 100 + n), five.map((n) => 100 + n)], "old");
    const now = measure([five.map((n) => 200 + n), five.map((n) => 50 + n)], "now");
    expect(states(evaluateThresholds(now, old))).toEqual(["met", "broken"]);
  });

  test("what the baseline has not measured is broken, not passed", () => {
    const empty = { ...before, phases: [] };
    const [outcome] = evaluateThresholds(held([LOWER], rates([1, 2, 3, 4])), empty);
    expect(outcome).toMatchObject({
      state: "broken",
      reason: "the baseline run has no value to compare with",
      baseline: { shows: "nothing", p: null },
    });
  });

  test("only another plan is one: not repetitions, thresholds or what was not yet known", () => {
    const { plan: planned } = held([LOWER], rates([1, 2]));
    expect(baselineDifferences(planned, before)).toEqual([]);
    const { sync: _sync, verify: _verify, ...old } = phasePlan("read");
    const older = { ...before, plan: { ...before.plan, phases: [old as PhasePlan] } };
    expect(baselineDifferences(planned, older)).toEqual([]);
    const deeper = plan("p", [phasePlan("read", { queueDepth: 9 })]);
    expect(baselineDifferences(deeper, before)).toEqual([
      { field: "phases[read].queueDepth", first: "4", other: "9" },
    ]);
  });

  test("rejects too few repetitions for any failure, with the required number", () => {
    const enough = held([LOWER], rates([1, 2, 3, 4])).plan;
    expect(tooFewRepetitions(enough, before)).toBeNull();
    expect(tooFewRepetitions({ ...enough, repetitions: 3 }, before)).toBe(
      "`vs baseline: rate not lower` of phase read can never fail: 1 threshold with a baseline " +
        "run needs at least 4 repetitions of each run (alpha 0.05), but this plan has 3 and " +
        "before has 4 complete; run both with `repetitions: 4` or more",
    );
    const three = held([LOWER, LOWER, LOWER], rates([1, 2, 3, 4])).plan;
    expect(tooFewRepetitions(three, before)).toMatch(
      /: 3 thresholds with a baseline run need at least 5 .*\(alpha 0\.05, corrected for their/,
    );
    const partial = before.phases.map((one) => ({ ...one, state: "partial" as const }));
    expect(tooFewRepetitions(enough, { ...before, phases: partial })).toMatch(
      /before has 0 complete/,
    );
  });
});
