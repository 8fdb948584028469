import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { clientRuns, singleRun } from "../single-cases.ts";
import { verdictsOf } from "./made-sides.ts";

const { claims } = await loadCatalogue();
const singles = claims.filter(
  ({ over, role, needs }) =>
    over === null && role !== "ceiling" && role !== "superseded" && needs.clients === "one",
);

const many = claims.filter(
  ({ over, role, needs }) => over === null && role !== "superseded" && needs.clients === "many",
);

describe("shared storage of known truth", () => {
  test.each(many)("supports and refutes $id by several clients", (claim) => {
    const said = (["agrees", "contradicts"] as const).map((direction) =>
      verdictsOf(claim, ...clientRuns(claim, direction)).map(
        ({ outcome, reason, clients }) => `${outcome} (${clients?.[0]?.count}): ${reason.words}`,
      ),
    );
    expect(said).toEqual([
      [expect.stringMatching(/^supported \([24]\)/)],
      [expect.stringMatching(/^refuted \([24]\)/)],
    ]);
  });
});

describe("storage of known truth", () => {
  test.each(singles)("supports and refutes $id", (claim) => {
    const said = (["agrees", "contradicts"] as const).map((direction) =>
      verdictsOf(claim, singleRun(claim, direction)).map(
        ({ outcome, reason }) => `${outcome}: ${reason.words}`,
      ),
    );
    expect(said).toEqual([
      [expect.stringMatching(/^supported/)],
      [expect.stringMatching(/^refuted/)],
    ]);
  });
});
