import { describe, expect, test } from "vitest";
import { baselineDifferences, tooFewRepetitions } from "../../src/metrics/threshold-baseline.ts";
import { judgeThresholds } from "../../src/metrics/threshold-judge.ts";
import type { PhasePlan } from "../../src/model/plan.ts";
import type { PhaseResult, Run, Summary } from "../../src/model/run.ts";
import type { ThresholdOutcome } from "../../src/model/threshold.ts";
import { latency, phasePlan, plan, result, run, summary, VOLUME } from "../report/fixture.ts";
import { thresholds } from "../report/thresholds.ts";

/** A run of one phase held to these, whose repetitions have these summaries. */
function held(
  texts: readonly string[],
  repetitions: readonly (readonly Summary[])[],
  more: Partial<PhaseResult> = {},
  phase: Partial<PhasePlan> = {},
): Run {
  const planned = phasePlan("read", { ...phase, thresholds: thresholds(texts) });
  const phases = repetitions.map((summaries, index) =>
    result(planned, summaries, { repetition: index + 1, ...more }),
  );
  const many = { repetitions: repetitions.length };
  return run("now", VOLUME, plan("p", [planned], many), phases);
}

function states(outcomes: readonly ThresholdOutcome[]): readonly string[] {
  return outcomes.map(({ state }) => state);
}

const measured = summary("all", 5000, 4096, 1e6, {
  errors: 1,
  drained: 0,
  throttled: 3,
  firstByte: latency(2e6),
  sync: latency(3e6),
});

describe("a measure", () => {
  test.each([
    ["service.p50 <= 1ms", "service.p50 < 1ms", 1e6, "ns"],
    ["p99 <= 4ms", "p99 > 4ms", 4e6, "ns"],
    ["latency.p99.9 < 12ms", "latency.p99.9 < 11ms", 11e6, "ns"],
    ["service.p99.99 < 31ms", "service.p99.99 < 30ms", 30e6, "ns"],
    ["max <= 52ms", "max >= 53ms", 52e6, "ns"],
    ["mean < 1.16ms", "mean < 1.14ms", 1.15e6, "ns"],
    ["min > 0.5ms", "min > 0.7ms", 0.6e6, "ns"],
    ["firstByte.p90 < 4ms", "firstByte.p90 < 3ms", 3.6e6, "ns"],
    ["sync.p95 < 7ms", "sync.p95 < 6ms", 6.6e6, "ns"],
    ["rate >= 5000/s", "rate > 5000/s", 5000, "operations/s"],
    ["read.rate >= 5000/s", "read.rate < 5000/s", 5000, "operations/s"],
    ["mb_per_s > 20.4", "mib_per_s > 20", 5000 * 4096, "bytes/s"],
    ["throughput > 19MiB/s", "throughput > 21MB/s", 5000 * 4096, "bytes/s"],
    ["errors == 1", "errors == 0", 1, "count"],
    ["error_rate < 0.002%", "error_rate < 0.001%", 1 / 50_001, "share"],
    ["throttled < 4", "throttled < 3", 3, "count"],
  ])("%s is met, %s is broken", (met, broken, value, unit) => {
    const outcomes = judgeThresholds(held([met, broken], [[measured]]), null);
    expect(states(outcomes)).toEqual(["met", "broken"]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ phase: "read", unit, reason: null, baseline: null });
      expect((outcome.measured ?? 0) / Number(value)).toBeCloseTo(1, 9);
    }
  });
});

describe("a measure, too,", () => {
  test("of one operation is its own, and latency is the response where there is one", () => {
    const mix = [
      { operation: "read" as const, weight: 1 },
      { operation: "write" as const, weight: 1 },
    ];
    const summaries = [
      summary("all", 300, 4096, 5e6, { response: latency(9e6) }),
      summary("read", 200, 4096, 2e6, { response: latency(4e6) }),
      summary("write", 100, 4096, 7e6),
    ];
    const texts = [
      "write.p50 < 8ms",
      "read.latency.p50 < 5ms",
      "read.service.p50 < 3ms",
      "p50 > 8ms",
    ];
    const outcomes = judgeThresholds(held(texts, [summaries], {}, { mix }), null);
    expect(outcomes.map((outcome) => outcome.measured)).toEqual([7e6, 4e6, 2e6, 9e6]);
  });

  test("of an open loop is counted over all repetitions, the backlog is the largest", () => {
    const openLoop = {
      offered: 50,
      offeredPerSecond: 5,
      late: 3,
      dropped: 2,
      unissued: 1,
      backlogMost: 7,
      backlogAtEnd: 1,
      pacing: null,
    };
    const texts = ["late < 7", "dropped == 4", "unissued == 0", "backlog.max <= 7"];
    const outcomes = judgeThresholds(held(texts, [[measured], [measured]], { openLoop }), null);
    expect(outcomes.map((outcome) => [outcome.measured, outcome.state])).toEqual([
      [6, "met"],
      [4, "met"],
      [2, "broken"],
      [7, "met"],
    ]);
  });

  test("that is not there is broken, and says so", () => {
    const bare = summary("all", 5, 4096, 1e6, { latency: null });
    const [p99, dropped] = judgeThresholds(held(["p99 < 1s", "dropped == 0"], [[bare]]), null);
    for (const outcome of [p99, dropped]) {
      expect(outcome).toMatchObject({
        state: "broken",
        measured: null,
        repetition: null,
        reason: "it was not measured",
      });
    }
  });
});

describe("of several repetitions", () => {
  const repetitions = [300, 100, 200].map((rate) => [
    summary("all", rate, 4096, rate * 1000, { errors: 1 }),
  ]);

  test("times and rates are the median one's, errors are those of all", () => {
    const texts = ["rate > 150/s", "p50 <= 200us", "errors < 3"];
    const outcomes = judgeThresholds(held(texts, repetitions), null);
    expect(outcomes.map((one) => [one.measured, one.repetition, one.state])).toEqual([
      [200, 3, "met"],
      [200_000, 3, "met"],
      [3, null, "broken"],
    ]);
  });

  test.each(["partial", "failed"] as const)("a run that is %s meets nothing", (state) => {
    const whole = held(["rate > 1/s", "vs baseline: p99 not slower"], repetitions);
    const [bound, against] = judgeThresholds({ ...whole, state, reason: "it was told to" }, null);
    expect(bound).toMatchObject({
      state: "broken",
      measured: 200,
      reason: `the run is ${state}: it was told to`,
    });
    expect(against).toMatchObject({ state: "unjudged", reason: "no baseline was given" });
  });
});

const rates = (all: readonly number[]) =>
  all.map((rate) => [summary("all", rate, 4096, 1e9 / rate)]);
const before = { ...held([], rates([100, 101, 102, 103])), id: "before" };
const LOWER = "vs baseline: rate not lower";
const judge = (texts: readonly string[], now: readonly number[]) =>
  judgeThresholds(held(texts, rates(now)), before);

describe("against a baseline", () => {
  test("only what is shown to be worse is broken", () => {
    const [same] = judge([LOWER], [99, 101.5, 102.5, 104]);
    expect(same).toMatchObject({
      state: "met",
      measured: 102,
      bound: 101.5,
      reason: "no difference shown, 4 repetitions each",
      baseline: { runId: "before", median: 101.5, repetitions: 4, shows: "nothing" },
    });
    const [worse] = judge([LOWER], [90, 91, 92, 93]);
    expect(worse).toMatchObject({ state: "broken", baseline: { p: 2 / 70, shows: "worse" } });
    expect(worse?.reason).toBe("shown to be worse, 4 repetitions each, p = 0.029 (alpha 0.05)");
    expect(judge([LOWER], [190, 191, 192, 193])[0]).toMatchObject({
      state: "met",
      baseline: { shows: "better" },
    });
  });

  test("a margin is part of what is tested", () => {
    expect(states(judge([`${LOWER} than 80%`], [90, 91, 92, 93]))).toEqual(["met"]);
    expect(states(judge([`${LOWER} than 95%`], [90, 91, 92, 93]))).toEqual(["broken"]);
    const slower = "vs baseline: p50 not slower";
    expect(states(judge([`${slower} than 120%`], [90, 91, 92, 93]))).toEqual(["met"]);
    expect(states(judge([slower], [90, 91, 92, 93]))).toEqual(["broken"]);
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
    expect(states(judgeThresholds(now, old))).toEqual(["met", "broken"]);
  });

  test("what the baseline has not measured is broken, not passed", () => {
    const empty = { ...before, phases: [] };
    const [outcome] = judgeThresholds(held([LOWER], rates([1, 2, 3, 4])), empty);
    expect(outcome).toMatchObject({
      state: "broken",
      reason: "the baseline has no such number",
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

  test("fewer repetitions than any result could break are refused, with the number needed", () => {
    const enough = held([LOWER], rates([1, 2, 3, 4])).plan;
    expect(tooFewRepetitions(enough, before)).toBeNull();
    expect(tooFewRepetitions({ ...enough, repetitions: 3 }, before)).toBe(
      "`vs baseline: rate not lower` of phase read could not be broken by any result: " +
        "1 threshold against the baseline needs at least 4 repetitions of each run (alpha 0.05), " +
        "and this plan has 3, before 4 that are complete; run both with `repetitions: 4` or more",
    );
    const three = held([LOWER, LOWER, LOWER], rates([1, 2, 3, 4])).plan;
    expect(tooFewRepetitions(three, before)).toMatch(
      /: 3 thresholds against the baseline need at least 5 .*\(alpha 0\.05, corrected for their/,
    );
    const partial = before.phases.map((one) => ({ ...one, state: "partial" as const }));
    expect(tooFewRepetitions(enough, { ...before, phases: partial })).toMatch(/before 0 that are/);
  });
});
