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

  test("names sizes that were chosen to fit the target, and ignores the reason", () => {
    const [dataset] = plan("p", [phasePlan("a")]).datasets;
    if (dataset === undefined) throw new Error("no dataset");
    const sized = (bytes: number, limitedBy: "maximum" | "space") =>
      plan("p", [phasePlan("a")], {
        datasets: [{ ...dataset, size: { kind: "fixed", bytes } }],
        autoAmounts: [{ dataset: "data", field: "size", min: 1, max: 2 ** 30, limitedBy }],
      });
    const found = planDifferences(sized(2 ** 27, "space"), sized(2 ** 30, "maximum"));
    expect(describeDifferences(found)).toBe(
      "datasets[data].size.bytes (128 MiB chosen to fit the target and 1 GiB)",
    );
    expect(planDifferences(sized(2 ** 30, "space"), sized(2 ** 30, "maximum"))).toEqual([]);
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
