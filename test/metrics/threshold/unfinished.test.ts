import { describe, expect, test } from "vitest";
import { evaluateThresholds } from "../../../src/metrics/threshold/threshold.ts";
import type { Summary } from "../../../src/model/run/run.ts";
import { latency, phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";
import { thresholds } from "../../report/thresholds.ts";

function judged(texts: readonly string[], measured: Summary) {
  const planned = phasePlan("read", { thresholds: thresholds(texts) });
  return evaluateThresholds(
    run("now", VOLUME, plan("p", [planned]), [result(planned, [measured])]),
    null,
  );
}

describe("operations that never completed", () => {
  const late = { ...latency(1e6, 1000), atLeastNs: 10e9, maxNs: 11e9, p999Ns: 11e9 };
  const stuck = summary("all", 100, 4096, 1e6, { errors: 4, unfinished: 4, latency: late });

  test("break thresholds on errors, on their number and on what their age is a part of", () => {
    const texts = ["errors == 0", "error_rate < 0.1%", "unfinished == 0"];
    const times = ["service.max < 5s", "max < 20s", "p99.9 < 20s", "mean < 1s", "p50 < 2ms"];
    const outcomes = judged([...texts, ...times], stuck);
    expect(outcomes.map(({ state }) => state)).toEqual([...Array(7).fill("broken"), "met"]);
    expect(outcomes.map(({ isLowerBound = false }) => isLowerBound)).toEqual([
      ...[false, false, false],
      ...[true, true, true, true, false],
    ]);
  });

  test("are unknown in a run that did not count them", () => {
    const [outcome] = judged(["unfinished == 0"], summary("all", 100, 4096, 1e6));
    expect(outcome).toMatchObject({ state: "broken", reason: "not measured" });
  });
});
