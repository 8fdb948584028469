import { expect, test } from "vitest";
import { renderMarkdown } from "../../src/report/format/markdown.ts";
import { renderHtml } from "../../src/report/html/html.ts";
import { selftestReport } from "../../src/report/selftest.ts";
import { single } from "./cases.ts";
import { expectGolden } from "./golden.ts";
import { LIMITS } from "./selftest-case.ts";

const { environment } = single();

test("a machine without a doubt, and one with some", () => {
  expectGolden("selftest.md", renderMarkdown(selftestReport(LIMITS, environment, [])));
  const doubts = ["It stood still for 261 ms while it was measured.", "Its clock is slow."];
  const known = { ...LIMITS, missing: [], stealShare: 0.03, governor: "powersave" };
  expectGolden("selftest-doubts.md", renderMarkdown(selftestReport(known, environment, doubts)));
});

test("the chart has the client limits of the table", () => {
  const { view = [] } = selftestReport(LIMITS, environment, []);
  const [chart] = view;
  if (chart?.kind !== "chart" || chart.figure.kind !== "dots") throw new Error("no chart");
  const drawn = chart.figure.rows.flatMap(({ points }) => points.map(({ value }) => value));
  const limits = LIMITS.floors.map(({ operationsPerSecond }) => operationsPerSecond);
  expect(drawn.toSorted()).toEqual(limits.toSorted());
  expect(renderHtml(selftestReport(LIMITS, environment, []))).toContain(
    '<figure id="client-limits">',
  );
  expect(selftestReport({ ...LIMITS, floors: [] }, environment, []).view).toEqual([]);
});
