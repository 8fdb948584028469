import { describe, expect, test } from "vitest";
import { evaluateThresholds } from "../../../src/metrics/threshold/threshold.ts";
import { latency, summary } from "../../report/fixture.ts";
import { held, states } from "../held.ts";

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
    const outcomes = evaluateThresholds(held([met, broken], [[measured]]), null);
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
    const outcomes = evaluateThresholds(held(texts, [summaries], {}, { mix }), null);
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
    const outcomes = evaluateThresholds(held(texts, [[measured], [measured]], { openLoop }), null);
    expect(outcomes.map((outcome) => [outcome.measured, outcome.state])).toEqual([
      [6, "met"],
      [4, "met"],
      [2, "broken"],
      [7, "met"],
    ]);
  });

  test("that is not there is broken, and says so", () => {
    const bare = summary("all", 5, 4096, 1e6, { latency: null });
    const [p99, dropped] = evaluateThresholds(held(["p99 < 1s", "dropped == 0"], [[bare]]), null);
    for (const outcome of [p99, dropped]) {
      expect(outcome).toMatchObject({
        state: "broken",
        measured: null,
        repetition: null,
        reason: "not measured",
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
    const outcomes = evaluateThresholds(held(texts, repetitions), null);
    expect(outcomes.map((one) => [one.measured, one.repetition, one.state])).toEqual([
      [200, 3, "met"],
      [200_000, 3, "met"],
      [3, null, "broken"],
    ]);
  });

  test.each([
    ["partial", "interrupted by a test", "the run was interrupted: interrupted by a test"],
    ["partial", "read: 1 of 2 hosts lost", "the run ended early: read: 1 of 2 hosts lost"],
    ["failed", "stopped by a test", "the run failed: stopped by a test"],
  ] as const)("thresholds of a %s run (%s) fail with its reason", (state, reason, sentence) => {
    const whole = held(["rate > 1/s", "vs baseline: p99 not slower"], repetitions);
    const [bound, against] = evaluateThresholds({ ...whole, state, reason }, null);
    expect(bound).toMatchObject({
      state: "broken",
      measured: 200,
      reason: sentence,
    });
    expect(against).toMatchObject({ state: "unjudged", reason: "no baseline run was given" });
  });
});
