import { describe, expect, test } from "vitest";
import { claimNamed, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { statementVerdict } from "../../../src/claim/verdict/statement-verdict.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { Verdict } from "../../../src/model/claim/verdict.ts";
import { changed } from "../sides.ts";
import { clientRuns, type Direction, singleRun } from "../single-cases.ts";
import { comparisonCase } from "./comparison-cases.ts";
import { measured, verdictsOf } from "./made-sides.ts";

const { claims, statements } = await loadCatalogue();

/** What made storage that agrees with a claim, or contradicts it, comes to. */
function judged(claim: Claim, direction: Direction): readonly Verdict[] {
  if (claim.over === null) {
    const isMany = claim.needs.clients === "many";
    const runs = isMany ? clientRuns(claim, direction) : [singleRun(claim, direction)];
    return verdictsOf(claim, ...runs);
  }
  const { of, over, ...ratios } = comparisonCase(claim);
  const sides = [measured(claim, "of", of, ratios[direction]), measured(claim, "over", over, 1)];
  return verdictsOf(claim, ...sides);
}

const known = new Map<string, readonly Verdict[]>();

function verdictsOn(id: string, direction: Direction): readonly Verdict[] {
  const key = `${id} ${direction}`;
  const found = known.get(key) ?? judged(claimNamed(claims, id), direction);
  known.set(key, found);
  return found;
}

const decided = statements.filter(({ derivation }) => derivation?.refuted != null);
const undecided = statements.filter(
  ({ derivation }) => derivation?.supported == null && derivation?.refuted == null,
);

describe("a statement that measurements decide", () => {
  test.each(decided)("$id: storage that agrees with its claims supports it, if any can", (one) => {
    const verdicts = one.claims.flatMap((id) => verdictsOn(id, "agrees"));
    const { outcome, reason } = statementVerdict(one, verdicts);
    const isSupported = one.derivation?.supported !== null;
    expect(outcome, reason.words).toBe(isSupported ? "supported" : "inconclusive");
    expect(reason.code).toBe(isSupported ? "agrees" : "not-decided");
  });

  test.each(decided)("$id: storage that contradicts one of its claims refutes it", (one) => {
    for (const wrong of one.claims) {
      const verdicts = one.claims.flatMap((id) =>
        verdictsOn(id, id === wrong ? "contradicts" : "agrees"),
      );
      const { outcome, reason } = statementVerdict(one, verdicts);
      expect(outcome, `${wrong}: ${reason.words}`).toBe("refuted");
    }
  });

  test.each(
    decided.filter(({ claims: own, derivation }) => own.length > 1 && derivation?.rule !== "any"),
  )("$id: is not supported while one of its claims is open", (one) => {
    const verdicts = one.claims.slice(1).flatMap((id) => verdictsOn(id, "agrees"));
    expect(statementVerdict(one, verdicts)).toMatchObject({
      outcome: "inconclusive",
      reason: { code: "no-run" },
    });
  });
});

describe("a statement that measurements do not decide", () => {
  const seen = [...known.values()].flat();
  const carried = [...new Set(statements.flatMap(({ claims: own }) => own))];
  const others = ["s3.int.same_perf", "s3.glacier.flex.std", "efs.class.ia", "efs.ia_vs_standard"];

  test.each(undecided)("$id: no evidence decides it", (one) => {
    for (const direction of ["agrees", "contradicts"] as const) {
      const all = [...carried, ...others].flatMap((id) => verdictsOn(id, direction));
      expect(statementVerdict(one, [...seen, ...all])).toMatchObject({
        outcome: "inconclusive",
        reason: {
          code: "not-decided",
          words: expect.stringMatching(/^not decidable by measurement: /),
        },
        settle: null,
        verdicts: [],
      });
    }
  });
});

describe("what statements were decided by before", () => {
  test("objects of Intelligent-Tiering whose age nobody declared decide nothing", () => {
    const claim = claimNamed(claims, "s3.int.same_perf");
    const { of, over } = comparisonCase(claim);
    const fresh = (days: number | null) =>
      [of, over].map((side) => {
        const { untouchedDays: _, ...rest } = side.provisioned;
        const provisioned = days === null ? rest : { ...rest, untouchedDays: days };
        return { ...side, provisioned };
      });
    const said = (days: number | null) => {
      const [first = of, second = over] = fresh(days);
      return verdictsOf(
        claim,
        measured(claim, "of", first, 0.5),
        measured(claim, "over", second, 1),
      );
    };
    expect(said(null)).toMatchObject([{ outcome: "inconclusive", reason: { code: "undeclared" } }]);
    expect(said(1)).toEqual([]);
    expect(said(40)).toMatchObject([{ outcome: "supported" }]);
  });

  test("a slow or a fast first epoch leaves G18, G30 and G37 as they are", () => {
    const lazy = (["agrees", "contradicts"] as const).map((one) =>
      verdictsOn("lustre.lazyload", one),
    );
    expect(lazy.map(([verdict]) => verdict?.outcome)).toEqual(["supported", "refuted"]);
    for (const id of ["G18", "G30", "G37"]) {
      const one = statements.find((statement) => statement.id === id);
      if (one === undefined) throw new Error(`there is no ${id}`);
      for (const verdicts of lazy) {
        expect(statementVerdict(one, verdicts).reason.code).toBe("no-run");
      }
    }
  });

  test("S3 in another Region than the host is no evidence that it is slower", () => {
    for (const id of [
      "guide.g05.efs_before_s3",
      "guide.g16.efs_load",
      "guide.g32.median",
      "sm.fsx",
    ]) {
      const claim = claimNamed(claims, id);
      const { of, over, agrees } = comparisonCase(claim);
      const far = changed(over, { address: { region: "us-east-1" } as never });
      const runs = [measured(claim, "of", of, agrees), measured(claim, "over", far, 1)];
      expect(verdictsOf(claim, ...runs), id).toEqual([]);
    }
  });
});
