import { describe, expect, test } from "vitest";
import type { ThresholdOutcome } from "../../../src/model/plan/threshold.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { runsSummary } from "../../../src/report/summary/runs.ts";
import { failed, single } from "../cases.ts";

function outcome(state: ThresholdOutcome["state"], text: string): ThresholdOutcome {
  return {
    text,
    phase: "read",
    state,
    unit: "ns",
    measured: 12.3e6,
    repetition: null,
    bound: 10e6,
    reason: null,
    baseline: null,
    place: null,
  };
}

function held(...states: readonly ThresholdOutcome["state"][]): Run {
  return { ...single(), thresholds: states.map((state, at) => outcome(state, `p99 < ${at}ms`)) };
}

const skipped = {
  state: "skipped",
  scenario: "rename",
  target: "bucket",
  at: new Date(0),
  reason: "a bucket has no rename",
} as const;
const refused = { ...skipped, state: "refused", reason: "the bucket does not exist" } as const;

function text(...parameters: Parameters<typeof runsSummary>): string {
  return renderMarkdown(runsSummary(...parameters));
}

const title = (...parameters: Parameters<typeof runsSummary>) => text(...parameters).split("\n")[0];

describe("the job summary of runs", () => {
  test("begins with the failed thresholds, and folds the report", () => {
    const summary = text([held("broken", "met", "broken")], []);
    expect(summary).toMatch(
      new RegExp(
        "^# ❌ 2 of 3 thresholds failed\n\n" +
          "- read: `p99 < 0ms` failed: measured 12\\.3 ms\n" +
          "- read: `p99 < 2ms` failed: measured 12\\.3 ms\n\n" +
          "<details>\n<summary>❌ 2 of 3 thresholds failed: random-read on \\S+</summary>\n\n" +
          "Scenario `random-read` ran on ",
      ),
    );
    const lines = summary.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("</details>");
    expect(lines.filter((line) => line.startsWith("#"))).toHaveLength(1);
    const opened = lines.filter((line) => line === "<details>").length;
    expect(opened).toBe(lines.filter((line) => line === "</details>").length);
    expect(summary).toContain("<summary>Environment</summary>");
    // The results are open inside the report.
    expect(summary).toContain("**Results**");
  });

  test.each([
    ["✅ 2 of 2 thresholds passed", [held("met", "met")], []],
    ["✅ 1 run complete", [single()], []],
    ["✅ 2 runs complete, 1 skipped", [single(), single()], [skipped]],
    ["⚠ 1 of 2 thresholds passed, 1 not evaluated", [held("met", "unjudged")], []],
    ["❌ 1 of 4 thresholds failed", [held("met", "met"), held("met", "broken")], []],
    ["❌ 1 of 1 run failed", [failed()], []],
    ["❌ 1 of 2 runs failed, 1 of 1 threshold passed", [held("met")], [refused]],
    ["⚠ 2 skipped", [], [skipped, skipped]],
    ["⚠ nothing was run", [], []],
  ])("says %s", (expected, runs, notStarted) => {
    expect(title(runs, notStarted)).toBe(`# ${expected}`);
  });

  test("names the run of each reason where there are several, and why one did not start", () => {
    const summary = text([held("broken")], [refused]);
    expect(summary).toContain("- rename on bucket: the bucket does not exist.\n");
    expect(summary).toMatch(/^- random-read on \S+: read: `p99 < 0ms` failed/m);
  });

  test("lists at most 20 reasons", () => {
    const many = Array.from({ length: 30 }, () => "broken" as const);
    const summary = text([held(...many)], []);
    expect(summary.match(/^- read: /gm)).toHaveLength(20);
    expect(summary).toContain("- 10 more: see below\n");
  });
});
