import { describe, expect, test } from "vitest";
import { planDifferences } from "../../../src/metrics/difference/difference.ts";
import { describeDifferences } from "../../../src/metrics/difference/fields.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { single } from "../../report/cases.ts";
import { phasePlan, plan } from "../../report/fixture.ts";

describe("differences of plans", () => {
  test("none in the same plan", () => {
    expect(planDifferences(single().plan, single().plan)).toEqual([]);
  });

  test("a phase that only one has, a dataset that changed, an order that changed", () => {
    const [a, b] = [phasePlan("a"), phasePlan("b")];
    const fields = (first: Run["plan"], other: Run["plan"]): readonly string[] =>
      planDifferences(first, other).map((one) => `${one.field}: ${one.first} -> ${one.other}`);
    expect(fields(plan("p", [a, b]), plan("p", [a]))).toEqual(["phases[b]: present -> absent"]);
    expect(fields(plan("p", [a, b]), plan("p", [b, a]))).toEqual([
      'order of phases: "a, b" -> "b, a"',
    ]);
    const [dataset] = plan("p", [a]).datasets;
    const larger = dataset === undefined ? [] : [{ ...dataset, count: 9 }];
    expect(fields(plan("p", [a]), plan("p", [a], { datasets: larger }))).toEqual([
      "datasets[data].count: 4 -> 9",
    ]);
  });

  test("a long list is cut and counted", () => {
    const many = Array.from({ length: 11 }, (_, at) => ({
      field: `f${at}`,
      first: "1",
      other: "2",
    }));
    expect(describeDifferences(many)).toMatch(/^f0 \(1 and 2\), .* and 3 more$/);
  });
});
