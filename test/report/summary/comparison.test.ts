import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { comparisonSummary } from "../../../src/report/summary/comparison.ts";
import { slowerSentence } from "../../../src/report/summary/gate.ts";
import { eight, mixed } from "../cases.ts";
import { DIRECTORY, VOLUME } from "../fixture.ts";

function linesOf(other: typeof VOLUME, speed: number): readonly string[] {
  const comparison = compareRuns([eight(VOLUME, 1), eight(other, speed)], { force: false });
  return renderMarkdown(comparisonSummary(comparison, comparisonReport(comparison))).split("\n");
}

describe("the job summary of a comparison", () => {
  test("is bad if storage of the same kind is slower, with each value first", () => {
    const [title, , first] = linesOf({ ...VOLUME, name: "head" }, 0.5);
    expect(title).toMatch(/^# ❌ \d+ slower in \d+ values compared with gp3$/);
    expect(first).toMatch(/^- .*: operations slower, ratio 0\.\d+x$/);
  });

  test("is good if it is faster or equal, and open if slower storage is of another kind", () => {
    expect(linesOf({ ...VOLUME, name: "head" }, 2)[0]).toMatch(/^# ✅ \d+ faster in \d+ values/);
    expect(linesOf({ ...VOLUME, name: "head" }, 1)[0]).toMatch(
      /^# ✅ no significant difference in \d+ values compared with gp3$/,
    );
    expect(linesOf({ ...DIRECTORY, name: "disk" }, 0.5)[0]).toMatch(/^# ⚠ \d+ slower/);
  });
});

describe("the gate of --fail-on slower", () => {
  const head = { ...VOLUME, name: "head" };
  const gate = (...others: Parameters<typeof compareRuns>[0]) =>
    slowerSentence(compareRuns([eight(VOLUME, 1), ...others], { force: false }));

  test("names the first slower value, and passes if there is none", () => {
    expect(gate(eight(head, 0.5))).toMatch(
      /^.*, read: operations slower than on gp3, ratio 0\.50*x; \d+ more are slower$/,
    );
    expect(gate(eight(head, 1))).toBeNull();
    expect(gate(eight(head, 2))).toBeNull();
  });

  test("does not pass if a run is incomplete or nothing was compared", () => {
    const partial = { ...eight(head, 1), state: "partial" as const };
    expect(gate(partial)).toMatch(/^run .* is partial, so not all values were compared$/);
    const base = eight(VOLUME, 1);
    const other = mixed();
    const renamed = { ...other, plan: { ...other.plan, name: base.plan.name } };
    expect(slowerSentence(compareRuns([base, renamed], { force: true }))).toMatch(
      /^no value was compared with .*; see the caveats$/,
    );
  });
});
