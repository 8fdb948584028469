// @module-tag system
import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Verdict } from "../../../src/model/claim/verdict.ts";
import { Random } from "../../../src/model/random/random.ts";
import { draws } from "../../draws.ts";
import { linesOf } from "../made-storage.ts";
import type { Case } from "./cases.ts";
import { MORE_CASES } from "./cases-more.ts";
import { SSD_CASES } from "./cases-ssd.ts";

const { claims } = await loadCatalogue();
const CASES = [...SSD_CASES, ...MORE_CASES];

/** The same table with other numbers each time; the long form draws many more. */
const SEEDS = draws(4, 200);

/** Every verdict that a case got, by seed. */
function judged({ claim, runs }: Case): readonly (Verdict | undefined)[] {
  const asked = claims.filter(({ id }) => id === claim);
  return Array.from({ length: SEEDS }, (_, seed) => {
    const made = runs(new Random(1000 + seed), 1 + seed);
    const all = made.map(({ run }) => run);
    return verify(asked, all, linesOf(made))[0];
  });
}

const results = CASES.map((one) => ({ one, verdicts: judged(one) }));

describe("storage of known truth", () => {
  test("there are forty cases of it", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(40);
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });

  for (const { one, verdicts } of results) {
    test(`${one.name}: ${one.outcome}${one.code === undefined ? "" : `, ${one.code}`}`, () => {
      for (const verdict of verdicts) {
        expect(verdict, `no phase speaks to ${one.claim}`).toBeDefined();
        const said = `${verdict?.outcome}: ${verdict?.reason.words}`;
        // A decidable case may stay open; it must never be decided wrongly.
        const right = [one.outcome, "inconclusive"];
        expect(right, said).toContain(verdict?.outcome);
        if (one.code !== undefined) expect(verdict?.reason.code, said).toBe(one.code);
      }
    });
  }

  test("at most one in five of the decidable is left open", () => {
    const decidable = results.filter(({ one }) => one.outcome !== "inconclusive");
    const all = decidable.flatMap(({ verdicts }) => verdicts);
    const open = decidable.flatMap(({ one, verdicts }) =>
      verdicts
        .filter((verdict) => verdict?.outcome === "inconclusive")
        .map((verdict) => `${one.name}: ${verdict?.reason.code} ${verdict?.reason.words}`),
    );
    expect(open.length / all.length, open.join("\n")).toBeLessThanOrEqual(0.2);
  });
});
