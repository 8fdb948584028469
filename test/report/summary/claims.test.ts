import { describe, expect, test } from "vitest";
import type { Outcome, Verdict } from "../../../src/model/claim/verdict.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { claimsSummary, guideSummary } from "../../../src/report/summary/claims.ts";
import type { Judged } from "../../../src/report/verdict/table.ts";
import { verdictReport } from "../../../src/report/verdict/verdict.ts";
import { CLAIM } from "../../claim/example.ts";

function judged(id: string, outcome: Outcome, code: Verdict["reason"]["code"]): Judged {
  const verdict: Verdict = {
    claim: id,
    outcome,
    targets: ["gp3"],
    measured: null,
    figure: null,
    bound: null,
    phases: [],
    caveats: [],
    reason: { code, words: "the value is below the figure" },
    settle: null,
    runIds: ["a"],
    reachedShare: null,
  };
  return { claim: { ...CLAIM, id }, verdict };
}

function titleOf(all: readonly Judged[]): string | undefined {
  return renderMarkdown(claimsSummary(all, verdictReport(all, []))).split("\n")[0];
}

describe("the job summary of verdicts", () => {
  const good = judged("a", "supported", "agrees");
  const bad = judged("b", "refuted", "contradicts");
  const open = judged("c", "inconclusive", "harness");

  test("begins with refuted claims and their reasons, and folds the verdicts", () => {
    const all = [good, bad, open];
    const text = renderMarkdown(claimsSummary(all, verdictReport(all, [])));
    expect(text).toMatch(
      new RegExp(
        "^# ❌ 1 of 3 claims refuted, 1 supported, 1 inconclusive\n\n" +
          "- `b` on gp3: The value is below the figure\\.\n\n" +
          "<details>\n<summary>Verdicts on published claims</summary>",
      ),
    );
    expect(text).toContain("<summary>Supported</summary>");
  });

  test.each([
    ["# ✅ 2 of 2 claims supported", [good, good]],
    ["# ⚠ 1 of 2 claims supported, 1 inconclusive", [good, open]],
    ["# ⚠ no claim was evaluated", []],
  ])("says %s", (expected, all) => {
    expect(titleOf(all)).toBe(expected);
  });

  test("of the guide names refuted statements", () => {
    const statement = (id: string, outcome: Outcome) =>
      ({ id, says: `Statement ${id}.`, outcome, reason: "1,000 is below 3,000" }) as const;
    const all = [statement("G01", "supported"), statement("G02", "refuted")];
    const text = renderMarkdown(guideSummary(all, verdictReport([], [])));
    expect(text).toMatch(
      /^# ❌ 1 of 2 statements refuted, 1 supported\n\n- \*\*G02\*\* Statement G02: 1,000 is below/,
    );
  });
});
