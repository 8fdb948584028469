import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { comparisonSummary } from "../../../src/report/summary/comparison.ts";
import { eight } from "../cases.ts";
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
