import { describe, expect, test } from "vitest";
import { statementVerdict } from "../../src/claim/statement-verdict.ts";
import type { Statement } from "../../src/model/statement.ts";
import type { Outcome, ReasonCode, Verdict } from "../../src/model/verdict.ts";

const STATEMENT: Statement = {
  id: "G12",
  statement: "It is fast.",
  services: ["ebs"],
  kinds: ["ebs-gp3", "ebs-io2"],
  testable: "yes",
  needs: "A volume.",
  claims: ["one", "two"],
  workloads: [],
};

function verdict(claim: string, outcome: Outcome, code: ReasonCode = "agrees"): Verdict {
  return {
    claim,
    targets: ["volume"],
    runIds: ["run"],
    phases: ["read"],
    outcome,
    reason: { code, words: `${claim}: ${code}` },
    settle: outcome === "inconclusive" ? `settle ${claim}` : null,
    measured: null,
    figure: null,
    reachedShare: null,
    bound: null,
    caveats: [],
  };
}

const come = (...verdicts: readonly Verdict[]) => {
  const { outcome, reason, settle } = statementVerdict(STATEMENT, verdicts);
  return { outcome, code: reason.code, settle };
};

describe("a statement", () => {
  test("is supported by all claims that decide it, and by nothing less", () => {
    expect(come(verdict("one", "supported"), verdict("two", "supported"))).toEqual({
      outcome: "supported",
      code: "agrees",
      settle: null,
    });
    expect(come(verdict("one", "supported"))).toMatchObject({
      outcome: "inconclusive",
      code: "no-run",
    });
    expect(come(verdict("one", "supported"), verdict("two", "inconclusive", "cache"))).toEqual({
      outcome: "inconclusive",
      code: "cache",
      settle: "settle two",
    });
  });

  test("is refuted by any of them, and by no claim that does not decide it", () => {
    const refuted = verdict("two", "refuted", "contradicts");
    expect(come(verdict("one", "supported"), refuted).outcome).toBe("refuted");
    expect(come(verdict("three", "refuted", "contradicts")).outcome).toBe("inconclusive");
  });

  test("is not held up by what asks for nothing, or by storage that is none of AWS's", () => {
    const agreed = [verdict("one", "supported"), verdict("two", "supported")];
    for (const code of ["below-ceiling", "superseded", "off-aws"] as const) {
      expect(come(...agreed, verdict("one", "inconclusive", code)).outcome).toBe("supported");
    }
  });

  test("of which only ceilings were measured says so", () => {
    const below = ["one", "two"].map((id) => verdict(id, "inconclusive", "below-ceiling"));
    expect(come(...below)).toMatchObject({ outcome: "inconclusive", code: "below-ceiling" });
  });

  test("says that nothing was run, and off AWS that nothing can be", () => {
    expect(come()).toMatchObject({ outcome: "inconclusive", code: "no-run" });
    expect(come().settle).toContain("ebs-gp3, ebs-io2");
    expect(statementVerdict(STATEMENT, [], true).reason.code).toBe("off-aws");
    const nothing = statementVerdict({ ...STATEMENT, claims: [] }, []);
    expect(nothing.reason.code).toBe("no-measure");
  });
});
