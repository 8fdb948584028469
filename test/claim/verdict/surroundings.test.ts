import { expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

const FAST: Made = {
  seconds: 30,
  rate: 6000,
  repetitions: 3,
  plan: { workers: 4, queueDepth: 16 },
};

/** The same volume after it was changed to other provisioned IOPS. */
function resized(iops: number): TargetSpec {
  return { ...TARGET, provisioned: { ...TARGET.provisioned, iops } };
}

test.each([
  ["first", 12_000, 6000],
  ["last", 6000, 12_000],
])("a volume that failed before it was resized is refuted, also where it failed %s", (_, a, b) => {
  const made = [a, b].map((iops, at) => madeRun(resized(iops), [FAST], { seed: at + 1 }));
  const runs = made.map(({ run }) => run);
  const verdicts = verify([CLAIM], runs, linesOf(made));
  const failed = runs.find(({ target }) => target.provisioned.iops === 12_000)?.id ?? "";
  const kept = runs.find(({ id }) => id !== failed)?.id ?? "";
  expect(verdicts).toHaveLength(1);
  expect(verdicts[0]).toMatchObject({ outcome: "refuted", runIds: [failed] });
  expect(verdicts[0]?.caveats.join("\n")).toContain(`of run ${kept}: supported`);
});
