import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import { ComparisonRefused, UsageError } from "../../../src/model/fault/errors.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { comparisonScreen } from "../../../src/report/comparison/screen.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { mixed, single } from "../../report/cases.ts";

const STRICT = { force: false };

/** A run of the scenario of `single()` with a plan of this seed. */
function run(id: string, seed: number, minute: number, changes: Partial<Run> = {}): Run {
  const one = single();
  return {
    ...one,
    id,
    startedAt: `2026-11-20T10:${String(minute).padStart(2, "0")}:00.000Z`,
    plan: { ...one.plan, seed },
    planHash: `plan-${seed}`,
    ...changes,
  };
}

const UNMEASURED: Partial<Run> = { state: "failed", reason: "read: no space left", phases: [] };

function idsOf(runs: readonly Run[], options = STRICT): readonly string[] {
  const { scenarios } = compareRuns(runs, options);
  return scenarios.flatMap(({ runs: columns }) =>
    columns.flatMap((column) => column.runs.map(({ id }) => id)),
  );
}

describe("runs that measured nothing", () => {
  const runs = [run("empty", 1, 0, UNMEASURED), run("a", 1, 1), run("b", 1, 2)];

  test("are left out and named in report and screen", () => {
    expect(idsOf(runs)).toEqual(["a", "b"]);
    const comparison = compareRuns(runs, STRICT);
    expect(comparison.leftOut).toEqual([
      { scenario: "random-read", runIds: ["empty"], planDifferences: null },
    ]);
    const text = "1 run of `random-read` measured nothing and is left out: empty.";
    expect(renderMarkdown(comparisonReport(comparison))).toContain(text);
    const { lines } = comparisonScreen(comparison);
    const caveats = lines.find(({ label }) => label === "Caveats")?.items ?? [];
    expect(caveats).toContain(text.replaceAll("`", ""));
  });

  test("are left out of forced comparisons and of those across scenarios", () => {
    expect(idsOf(runs, { force: true })).toEqual(["a", "b"]);
    const across = [...runs, { ...run("c", 1, 3), target: mixed().target }];
    expect(idsOf(across, { ...STRICT, ...{ across: true } })).toEqual(["a", "b", "c"]);
  });

  test("include phases without any operation, but not phases whose operations failed", () => {
    const [phase] = single().phases;
    const [all] = phase?.summaries ?? [];
    if (phase === undefined || all === undefined) throw new Error("no phase");
    const none = { ...all, operations: 0, drained: 0, unfinished: 0, errors: 0, leftOut: 0 };
    const of = (errors: number) => [{ ...phase, summaries: [{ ...none, errors }] }];
    const stopped = run("stopped", 1, 3, { state: "partial", phases: of(0) });
    const broken = run("broken", 1, 4, { state: "failed", phases: of(7) });
    expect(idsOf([...runs, stopped, broken])).toEqual(["a", "b", "broken"]);
  });

  test("are an error if fewer than two others remain", () => {
    const few = [run("empty", 1, 0, UNMEASURED), run("a", 1, 1)];
    expect(() => compareRuns(few, STRICT)).toThrow(UsageError);
    expect(() => compareRuns(few, STRICT)).toThrow(/got only 1; these measured nothing: empty\./);
  });
});

describe("runs of several plans", () => {
  const old = [run("old-1", 1, 0), run("old-2", 1, 1)];
  const recent = [run("new-1", 2, 2), run("new-2", 2, 3)];

  test("are reduced to the newest plan, in any order, and the others are named", () => {
    expect(idsOf([...old, ...recent])).toEqual(["new-1", "new-2"]);
    expect(idsOf([...recent, ...old])).toEqual(["new-1", "new-2"]);
    const comparison = compareRuns([...old, ...recent], STRICT);
    expect(comparison.scenarios[0]?.differentPlans).toBeNull();
    expect(comparison.leftOut).toEqual([
      { scenario: "random-read", runIds: ["old-1", "old-2"], planDifferences: "seed (2 and 1)" },
    ]);
    expect(renderMarkdown(comparisonReport(comparison))).toContain(
      "2 runs of `random-read` have another plan and are left out: old-1, old-2. " +
        "The plans differ in seed (2 and 1). To compare different plans, add `--force`.",
    );
  });

  test("keep the newest plan that has two columns", () => {
    expect(idsOf([...old, ...recent, run("alone", 3, 9)])).toEqual(["new-1", "new-2"]);
    const pooled = { ...STRICT, pool: true };
    const elsewhere = { ...run("old-3", 1, 2), target: mixed().target };
    // Both runs of the newer plan share a column if they are pooled.
    expect(idsOf([...old, elsewhere, ...recent], pooled)).toEqual(["old-1", "old-2", "old-3"]);
  });

  test("are refused if no plan has two columns, and all compared if forced", () => {
    const two = [run("a", 1, 0), run("b", 2, 1), run("c", 3, 2)];
    expect(() => compareRuns(two, STRICT)).toThrow(ComparisonRefused);
    expect(idsOf(two, { force: true })).toEqual(["a", "b", "c"]);
  });

  test("are chosen for each scenario by itself", () => {
    const others = [mixed(), { ...mixed(), id: "mixed-2", startedAt: "2020-01-01T00:00:00.000Z" }];
    expect(idsOf([...old, ...recent, ...others])).toEqual([
      ...["new-1", "new-2"],
      ...[mixed().id, "mixed-2"],
    ]);
  });
});
