import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import {
  FIXED_PROPERTIES,
  VARIABLE_PROPERTIES,
  type WorkProperty,
} from "../../../src/model/claim/work.ts";
import type { MadeRun } from "../../truth/made-storage.ts";
import { OTHER } from "../other-values.ts";
import { changed } from "../sides.ts";
import { comparisonCase } from "../verdict/comparison-cases.ts";
import { dressed, measured, verdictsOf } from "../verdict/made-sides.ts";

const { claims } = await loadCatalogue();
const comparisons = claims.filter(({ over }) => over !== null);
/** Without those that also need a sweep of the number of clients on each side. */
const decidable = comparisons.filter(
  ({ needs, varies }) => needs.clients === "one" || varies.includes("clients"),
);

const said = (claim: Claim, ...runs: readonly MadeRun[]) =>
  verdictsOf(claim, ...runs).map(({ outcome, reason }) => `${outcome}: ${reason.words}`);

describe("an alike pair", () => {
  test.each(decidable)("$id is supported or refuted by one", (claim) => {
    const { of, over, agrees, contradicts } = comparisonCase(claim);
    const divisor = measured(claim, "over", over, 1);
    const supported = said(claim, measured(claim, "of", of, agrees), divisor);
    expect(supported).toEqual([expect.stringMatching(/^supported/)]);
    const refuted = said(claim, measured(claim, "of", of, contradicts), divisor);
    expect(refuted).toEqual([expect.stringMatching(/^refuted/)]);
  });
});

/**
 * Claims that equal sides agree with: "not slower", "about as long". Times of a first access, which
 * happens once, cannot show it: single runs differ by more than the tolerance.
 */
const ofEquals = decidable.filter(
  ({ relation, tolerance, value, side, measure }) =>
    tolerance > 0 &&
    value === "1" &&
    ["<=", ">=", "~"].includes(relation) &&
    (side.workload.touch !== "first" || measure.kind !== "time"),
);

describe("two sides that measure the same", () => {
  test.each(ofEquals)("support $id, though no rank test tells them apart", (claim) => {
    const { of, over } = comparisonCase(claim);
    const runs = [measured(claim, "of", of, 1), measured(claim, "over", over, 1)];
    expect(said(claim, ...runs)).toEqual([expect.stringMatching(/^supported/)]);
  });
});

const PROPERTIES = [...VARIABLE_PROPERTIES, ...FIXED_PROPERTIES];

describe("what a comparison does not vary", () => {
  test.each(comparisons)("leaves $id without a verdict where one side differs in it", (claim) => {
    const { of, over, agrees, contradicts } = comparisonCase(claim);
    const named = new Set<WorkProperty>(claim.varies);
    // Repetitions that do not fit are no evidence at all where the claim says which do.
    if (claim.side.workload.touch !== undefined) named.add("touch");
    const divisor = measured(claim, "over", over, 1);
    const both = [agrees, contradicts].map((ratio) => measured(claim, "of", of, ratio));
    const decided: string[] = [];
    for (const property of PROPERTIES.filter((one) => !named.has(one))) {
      for (const change of OTHER[property](over)) {
        if (change === null) continue;
        const other = dressed(claim, divisor, changed(over, change));
        for (const one of both) {
          const found = said(claim, one, other);
          if (found.some((words) => !words.startsWith("inconclusive"))) {
            decided.push(`${property} ${JSON.stringify(change)}: ${found.join()}`);
          }
        }
      }
    }
    expect(decided).toEqual([]);
  });
});
