import { describe, expect, test } from "vitest";
import { type Comparison, compareRuns } from "../../../src/metrics/compare/compare.ts";
import type { Contrast } from "../../../src/metrics/compare/contrasts.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { comparisonData } from "../../../src/report/comparison/data.ts";
import { comparisonScreen } from "../../../src/report/comparison/screen.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { renderScreen } from "../../../src/report/screen/screen.ts";
import { comparisonSummary } from "../../../src/report/summary/comparison.ts";
import { eight, single } from "../cases.ts";
import { VOLUME } from "../fixture.ts";

const OTHER = { ...VOLUME, name: "other" };
const compared = (...runs: Parameters<typeof compareRuns>[0]): Comparison =>
  compareRuns(runs, { force: false });

/** The first repetitions of a run of eight. */
function first(count: number, target: typeof VOLUME, speed: number) {
  const run = eight(target, speed);
  const phases = run.phases.filter(({ repetition }) => repetition <= count);
  return { ...run, phases };
}

const FEW: Readonly<Record<string, Comparison>> = {
  "one run each": compared(single(), single(OTHER)),
  "two repetitions each": compared(first(2, VOLUME, 1), first(2, OTHER, 1.05)),
  "one repetition against eight": compared(eight(VOLUME, 1), first(1, OTHER, 1.05)),
};

const ENOUGH = compared(eight(VOLUME, 1), eight(OTHER, 1));

function contrastsOf({ scenarios }: Comparison): readonly Contrast[] {
  return scenarios.flatMap(({ rows }) =>
    rows.flatMap(({ contrasts }) => contrasts.flatMap((one) => Object.values(one))),
  );
}

/** All forms that a person reads. */
function textsOf(comparison: Comparison): Readonly<Record<string, string>> {
  const report = comparisonReport(comparison);
  return {
    page: renderHtml(report).replaceAll(/<[^>]*>/g, ""),
    markdown: renderMarkdown(report),
    screen: renderScreen(comparisonScreen(comparison), { columns: 120, color: false }),
    summary: renderMarkdown(comparisonSummary(comparison, report)),
  };
}

describe.each(Object.entries(FEW))("a comparison of %s", (_, comparison) => {
  test("is undecided in every value, and says how many repetitions decide", () => {
    const contrasts = contrastsOf(comparison);
    expect(contrasts.length).toBeGreaterThan(1);
    for (const one of contrasts) expect(one).toMatchObject({ withheld: "few-repetitions" });
    const needed = comparison.testing?.needed ?? 0;
    expect(needed).toBeGreaterThanOrEqual(4);
    for (const [form, text] of Object.entries(textsOf(comparison))) {
      expect(text, form).not.toMatch(/no significant difference|not significant/i);
      expect(text, form).toMatch(/too few\s+repetitions\s+to\s+decide/i);
      expect(text, form).toMatch(
        new RegExp(`Run ${needed}\\s+or\\s+more\\s+repetitions\\s+of\\s+each`),
      );
    }
    const { columns, rows } = comparisonData(comparison);
    const shown = columns.flatMap(({ key }, at) => (key.endsWith("_shown") ? [at] : []));
    const values = rows.flatMap((row) => shown.map((at) => row[at]?.value ?? null));
    expect(new Set(values.filter((value) => value !== null))).toEqual(new Set(["?"]));
  });
});

test("as many repetitions as the report asks for decide", () => {
  const { needed = 0 } = FEW["two repetitions each"]?.testing ?? {};
  const enough = compared(first(needed, VOLUME, 1), first(needed, OTHER, 1));
  const short = compared(first(needed - 1, VOLUME, 1), first(needed - 1, OTHER, 1));
  expect(contrastsOf(enough).map(({ withheld }) => withheld)).not.toContain("few-repetitions");
  expect(new Set(contrastsOf(short).map(({ withheld }) => withheld))).toEqual(
    new Set(["few-repetitions"]),
  );
});

test("a tested comparison of equal storage shows no significant difference", () => {
  for (const one of contrastsOf(ENOUGH)) expect(one).toMatchObject({ shown: null, withheld: null });
  for (const [form, text] of Object.entries(textsOf(ENOUGH))) {
    expect(text, form).toMatch(/no\s+significant\s+difference/i);
    expect(text, form).not.toMatch(/too few|not decided/i);
  }
});

test("values of an incomplete phase are undecided for that reason", () => {
  const partial = eight(OTHER, 1);
  const phases = partial.phases.map((one) => ({ ...one, state: "partial" as const }));
  const comparison = compared(eight(VOLUME, 1), { ...partial, state: "partial", phases });
  const reasons = contrastsOf(comparison).map(({ withheld }) => withheld);
  expect(new Set(reasons)).toEqual(new Set(["incomplete"]));
  const { page = "", markdown = "" } = textsOf(comparison);
  expect(page).toContain("Not decided between");
  expect(markdown).toMatch(/\d+ ratios are marked \? because a column did not complete the phase/);
});
