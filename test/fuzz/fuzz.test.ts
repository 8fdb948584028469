// @module-tag system
import { expect, it } from "vitest";
import { fuzz } from "../../scripts/fuzz/command.ts";
import { replayCorpus } from "../../scripts/fuzz/corpus.ts";
import { KINDS } from "../../scripts/fuzz/kinds/kinds.ts";

const CASES = 10_000;

it("every case that failed once ends with a result or a sentence", async () => {
  const { failures } = await replayCorpus();
  expect(failures).toEqual([]);
});

it("10,000 cases of everything from outside end with a result or a sentence", async () => {
  // Another seed each day: over time the ordinary tests try what the long form would.
  const seed = Math.floor(Date.now() / 86_400_000);
  const kinds = KINDS.map(({ name }) => name);
  const counts = await fuzz({ cases: CASES, kinds, seed, processes: 2 });
  expect(counts.flatMap(({ failures }) => failures)).toEqual([]);
  const tried = counts.reduce((sum, count) => sum + count.tried, 0);
  expect(tried).toBeGreaterThan(0.99 * CASES);
  expect(counts.filter((count) => count.tried === 0)).toEqual([]);
});
