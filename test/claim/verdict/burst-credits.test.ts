import { expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { TARGET } from "../example.ts";

const { claims } = await loadCatalogue();
const GIB = 2 ** 30;

/** A gp2 volume of 100 GiB as published: 3,000 IOPS while credits last, then 300. */
const GP2: TargetSpec = {
  ...TARGET,
  kind: "ebs-gp2",
  provisioned: { sizeBytes: 100 * GIB, origin: "empty", initialised: true },
};

function burstOf(balancePercent: number, endsAfterS: number) {
  const phase: Made = {
    name: "burst",
    operations: ["read"],
    seconds: 2600,
    rate: (second) => (second < endsAfterS ? 3000 : 300),
    plan: { blockBytes: 16_384, workers: 4, queueDepth: 8, cache: "direct", warmupNs: 0 },
  };
  const states = { burstBalancePercent: balancePercent, burstBalanceAt: "2026-11-29T00:00:00Z" };
  const storage = { ...declaredKnowledge(GP2), states };
  const made = madeRun(GP2, [phase], { seed: 3, storage });
  const verdicts = verify(claims, [made.run], linesOf([made]));
  return verdicts.find(({ claim }) => claim === "ebs.gp2.burst.duration");
}

test("a burst that began with half of its credits is not refuted for ending early", () => {
  expect(burstOf(48, 960)).toMatchObject({
    outcome: "inconclusive",
    reason: { code: "burst-state" },
    settle: "start with full burst credits",
  });
});

test("a burst from full credits that ends early is refuted", () => {
  expect(burstOf(100, 960)).toMatchObject({ outcome: "refuted" });
});
