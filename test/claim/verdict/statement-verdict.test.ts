import { describe, expect, test } from "vitest";
import { statementVerdict } from "../../../src/claim/verdict/statement-verdict.ts";
import type { Derivation, Statement } from "../../../src/model/claim/statement.ts";
import type { Outcome, ReasonCode, Verdict } from "../../../src/model/claim/verdict.ts";

const DERIVATION = {
  supported: "It is fast.",
  refuted: "It is slow.",
  undecided: null,
  beyond: null,
  rule: "all",
} as const;

const STATEMENT: Statement = {
  id: "G12",
  statement: "It is fast.",
  services: ["ebs"],
  kinds: ["ebs-gp3", "ebs-io2"],
  testable: "yes",
  needs: "A volume.",
  derivation: DERIVATION,
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
  });
});

describe("a statement without a derivation", () => {
  const { derivation: _, ...plain } = STATEMENT;

  test("is decided by its claims, and by nothing where it has none", () => {
    const agreed = [verdict("one", "supported"), verdict("two", "supported")];
    expect(statementVerdict(plain, agreed).outcome).toBe("supported");
    expect(statementVerdict({ ...plain, claims: [] }, []).reason.code).toBe("no-measure");
  });
});

describe("a statement that measurements do not decide", () => {
  const undecided = "It is about cost.";
  const all = (outcome: Outcome, code: ReasonCode) => [
    verdict("one", outcome, code),
    verdict("two", outcome, code),
  ];
  const under = (derivation: Partial<Derivation>, verdicts: readonly Verdict[]) =>
    statementVerdict(
      { ...STATEMENT, derivation: { ...DERIVATION, undecided, ...derivation } },
      verdicts,
    );

  test("stays so whatever was run, and asks for no run", () => {
    const none = { supported: null, refuted: null };
    for (const verdicts of [[], all("supported", "agrees"), all("refuted", "contradicts")]) {
      expect(under(none, verdicts)).toMatchObject({
        outcome: "inconclusive",
        reason: { code: "not-decided", words: expect.stringContaining("it is about cost") },
        settle: null,
      });
    }
  });

  test("or not in one direction is decided in the other", () => {
    const onlyRefuted = { supported: null };
    expect(under(onlyRefuted, all("supported", "agrees"))).toMatchObject({
      outcome: "inconclusive",
      reason: {
        code: "not-decided",
        words: expect.stringMatching(/^no measured value contradicts/),
      },
    });
    expect(under(onlyRefuted, all("refuted", "contradicts")).outcome).toBe("refuted");
    expect(under(onlyRefuted, []).reason.code).toBe("no-run");
    const onlySupported = { refuted: null };
    expect(under(onlySupported, all("refuted", "contradicts")).reason.code).toBe("not-decided");
    expect(under(onlySupported, all("supported", "agrees")).outcome).toBe("supported");
  });
});

describe("a statement carried by any of its claims", () => {
  const any: Statement = { ...STATEMENT, derivation: { ...DERIVATION, rule: "any" } };

  test("takes one that is supported, and none that is refuted", () => {
    expect(statementVerdict(any, [verdict("one", "supported")]).outcome).toBe("supported");
    const refuted = [verdict("one", "supported"), verdict("two", "refuted", "contradicts")];
    expect(statementVerdict(any, refuted).outcome).toBe("refuted");
    expect(statementVerdict(any, []).reason.words).toContain("no run for one, two");
  });
});
