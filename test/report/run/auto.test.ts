import { expect, test } from "vitest";
import type { AutoAmount } from "../../../src/model/plan/auto.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { autoClauses } from "../../../src/report/run/words/auto.ts";
import { single } from "../cases.ts";

const run = single();
const [dataset] = run.plan.datasets;

function withAmount(amount: Partial<AutoAmount>) {
  const name = dataset?.name ?? "";
  const full = { dataset: name, field: "size", min: 1, max: 2 ** 40, ...amount } as const;
  return { ...run, plan: { ...run.plan, autoAmounts: [full] } };
}

test("the report names a size that was chosen to fit, its limit and its maximum", () => {
  const text = renderMarkdown(runReport(withAmount({ limitedBy: "space" })));
  expect(text).toMatch(/, chosen to fit the space \([^)]+ of at most 1 TiB per file\)\./);
  const counted = withAmount({ field: "count", max: 50_000, limitedBy: "files" });
  expect(renderMarkdown(runReport(counted))).toMatch(
    /, chosen to fit the free inodes \(\d+ of at most 50,000 files\)\./,
  );
  expect(autoClauses(counted.plan)).toEqual(["data: 4 × 1 GiB, chosen to fit the free inodes"]);
});

test("the report of a run at the maximum is that of a written size", () => {
  const report = (of: typeof run) => renderMarkdown(runReport(of));
  expect(report(withAmount({ limitedBy: "maximum" }))).toBe(report(run));
});
