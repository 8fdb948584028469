import { describe, expect, test } from "vitest";
import { readMeasure } from "../../../src/claim/evidence/measure.ts";
import { COMPARED, METRIC_NAMES } from "../../../src/metrics/compare/metrics.ts";
import { latencyFigure } from "../../../src/metrics/histogram/latency-figure.ts";
import { searchPoint } from "../../../src/metrics/search/point.ts";
import { evaluateThresholds } from "../../../src/metrics/threshold/threshold.ts";
import { STATISTICS, type Statistic } from "../../../src/model/plan/threshold.ts";
import type { LatencySummary } from "../../../src/model/run/latency.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { summaryCsv } from "../../../src/report/run/files/summary-csv.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { latency, phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";
import { readCsv } from "../../report/read-csv.ts";
import { thresholds } from "../../report/thresholds.ts";

const NEEDED: Readonly<Record<Statistic, number>> = {
  ...{ min: 1, mean: 1, max: 1, p50: 2, p90: 10, p95: 20, p99: 100 },
  ...{ "p99.9": 1000, "p99.99": 10_000 },
};

/** A run of one phase, held to a threshold, whose latencies are these. */
function runOf(text: string, distribution: LatencySummary): Run {
  const planned = phasePlan("read", { thresholds: thresholds([text]) });
  const all = summary("all", 1000, 4096, 1e6, { latency: distribution });
  return run("now", VOLUME, plan("p", [planned]), [result(planned, [all])]);
}

function outcomeOf(text: string, distribution: LatencySummary) {
  return evaluateThresholds(runOf(text, distribution), null)[0] ?? expect.fail("one threshold");
}

function claimed(statistic: Statistic, distribution: LatencySummary) {
  const made = runOf("p50 < 1h", distribution);
  const repetitions = made.phases.map(
    (one) => ({ run: made, result: one, touch: "again" }) as const,
  );
  const measure = { kind: "time", of: "service", statistic } as const;
  return readMeasure(measure, repetitions, null, () => null);
}

function found(text: string, distribution: LatencySummary) {
  const find = {
    ...({ slo: thresholds([text]), by: "queueDepth", wants: "most", from: 1, to: 64 } as const),
    ...({ precisionShare: 0.02, repetitions: 6, arrivals: "fixed", mostBacklog: 1000 } as const),
  };
  const [phase] = runOf(text, distribution).phases;
  return searchPoint(find, { value: 4, role: "bracket" }, phase ?? expect.fail("one phase"));
}

describe("a percentile of too few operations", () => {
  test.each(STATISTICS)("%s: needed by every reader", (statistic) => {
    const needed = NEEDED[statistic];
    const [enough, few] = [latency(1e6, needed), latency(1e6, needed - 1)];
    expect(latencyFigure(enough, statistic).ns).toBeGreaterThan(0);
    expect(latencyFigure(few, statistic).ns).toBeNull();
    expect(outcomeOf(`${statistic} < 1h`, enough).state).toBe("met");
    expect(outcomeOf(`${statistic} < 1h`, few)).toMatchObject({ state: "broken", measured: null });
    expect(claimed(statistic, enough)).toHaveProperty("measured");
    expect(claimed(statistic, few)).toHaveProperty("absent");
    expect(found(`${statistic} < 1h`, enough).met).toBe(true);
    expect(found(`${statistic} < 1h`, few).met).toBe(false);
    if (needed === 1) return;
    const why = new RegExp(`at least ${needed.toLocaleString("en-US")} required`);
    expect(outcomeOf(`${statistic} < 1h`, few).reason).toMatch(why);
    expect(found(`${statistic} < 1h`, few).misses[0]).toMatchObject({
      reason: expect.stringMatching(why),
    });
    expect(claimed(statistic, few)).toMatchObject({ absent: expect.stringMatching(why) });
  });

  test("is empty in CSV and explained in the report, without a column of dashes", () => {
    const made = runOf("p50 < 1h", latency(1e6, 150));
    const [header = [], row = []] = readCsv(summaryCsv(made));
    const of = (name: string) => row[header.indexOf(`latency_${name}_ns`)];
    expect([of("p50"), of("p99"), of("p999"), of("p9999")]).toEqual(["1000000", "4000000", "", ""]);
    const report = renderMarkdown(runReport(made));
    expect(report).toMatch(/1\.00 ms \| 4\.00 ms \| 52\.0 ms/);
    expect(report).toContain("Only 150 operations were recorded: p99.9 needs 1,000.");
  });

  test("is no number of a comparison", () => {
    const all = summary("all", 1000, 4096, 1e6, { latency: latency(1e6, 150) });
    const read = METRIC_NAMES.filter((name) => COMPARED[name].read(all) !== null);
    expect(read).toEqual(["operations", "bytes", "p50", "p99"]);
  });

  test("one operation has no standard deviation", () => {
    const [header = [], row = []] = readCsv(summaryCsv(runOf("max < 1h", latency(1e6, 1))));
    expect(row[header.indexOf("latency_standard_deviation_ns")]).toBe("");
    expect(row[header.indexOf("latency_min_ns")]).not.toBe("");
  });
});

describe("a lower bound", () => {
  /** From 3 ms on: the p50 of 1 ms is exact, p99 and the maximum are not. */
  const bounded = { ...latency(1e6), atLeastNs: 3e6 };

  test.each<[string, string]>([
    ["p50 < 2ms", "met"],
    ["p99 < 1h", "broken"],
    ["p99 <= 1h", "broken"],
    ["max < 1h", "broken"],
    ["mean < 1h", "broken"],
    ["p99 < 1ms", "broken"],
    ["p99 > 1ms", "met"],
    ["p99 >= 1ms", "met"],
    ["p99 > 1h", "broken"],
  ])("%s is %s", (text, state) => {
    expect(outcomeOf(text, bounded).state).toBe(state);
    expect(found(text, bounded).met).toBe(state === "met");
  });

  test("says so in the threshold, the report and the CSV", () => {
    const made = runOf("p99 < 1h", bounded);
    const outcome = outcomeOf("p99 < 1h", bounded);
    expect(outcome).toMatchObject({ isLowerBound: true, measured: 4e6 });
    expect(outcome.reason).toContain("the value is a lower bound");
    const report = renderMarkdown(runReport({ ...made, thresholds: [outcome] }));
    expect(report).toContain("at least 4.00 ms");
    expect(report).toMatch(/1\.00 ms \| ≥ 4\.00 ms \| ≥ 11\.0 ms \| ≥ 52\.0 ms/);
    const [header = [], row = []] = readCsv(summaryCsv(made));
    expect(row[header.indexOf("latency_at_least_ns")]).toBe("3000000");
  });

  test("of a claim's measure has no upper end, and an exact percentile has", () => {
    expect(claimed("p99", bounded)).toMatchObject({
      measured: { value: 4e6, high: null, isLowerBound: true },
    });
    expect(claimed("p50", bounded)).not.toHaveProperty("measured.isLowerBound");
  });

  test("is no number of a comparison", () => {
    const all = summary("all", 1000, 4096, 1e6, { latency: bounded });
    expect(COMPARED.p50.read(all)).toBe(1e6);
    expect(COMPARED.p99.read(all)).toBeNull();
  });
});
