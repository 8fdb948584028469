import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { singleRun } from "../single-cases.ts";
import { verdictsOf } from "./made-sides.ts";

const { claims } = await loadCatalogue();
const singles = claims.filter(
  ({ over, role, needs }) =>
    over === null && role !== "ceiling" && role !== "superseded" && needs.clients === "one",
);

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
