import { expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

/** A run in which one operation of every phase never completed. */
function withUnfinished(run: Run): Run {
  const phases = run.phases.map((result) => ({
    ...result,
    summaries: result.summaries.map((summary) => ({ ...summary, errors: 1, unfinished: 1 })),
  }));
  return { ...run, phases };
}

test.each([
  [6000, "supported"],
  [4200, "refuted"],
])("at %i IOPS one operation that never completed leaves open what is %s", (rate, outcome) => {
  const made: Made = { seconds: 30, rate, plan: { workers: 4, queueDepth: 16 } };
  const one = madeRun(TARGET, [made]);
  const [whole] = verify([CLAIM], [one.run], linesOf([one]));
  expect(whole?.outcome).toBe(outcome);
  const [verdict] = verify([CLAIM], [withUnfinished(one.run)], linesOf([one]));
  expect(verdict).toMatchObject({ outcome: "inconclusive", reason: { code: "errors" } });
  expect(verdict?.reason.words).toContain("1 operation did not complete");
});
