import { expect, test } from "vitest";
import { claimNamed, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import { linesOf, type Made, type MadeRun, madeRun } from "../../truth/made-storage.ts";
import { GIB, MIB, randomReads, volume } from "../../truth/verdict-draws.ts";

const { claims } = await loadCatalogue();

const TARGET = volume("ebs-gp3", {
  ...{ sizeBytes: 500 * GIB, iops: 16_000, throughputBytesPerSecond: 1000 * MIB, origin: "empty" },
});

/** The same run as an older version stored it: without a record of the load generator. */
function older(made: MadeRun): MadeRun {
  const phases = made.run.phases.map(({ harness: _, stability: __, ...rest }) => rest);
  return { ...made, run: { ...made.run, assayVersion: "0.1.0", phases } };
}

function said(id: string, made: MadeRun) {
  const [verdict] = verify([claimNamed(claims, id)], [made.run], linesOf([made]));
  return { outcome: verdict?.outcome, code: verdict?.reason.code, caveats: verdict?.caveats ?? [] };
}

const CASES: readonly [id: string, agrees: Made, contradicts: Made][] = [
  ["ebs.gp3.iops.provisioned", randomReads(16_000, 256, 60), randomReads(9000, 256, 60)],
  ["ebs.gp3.latency", randomReads(500, 1, 60), randomReads(50, 1, 60)],
];

test.each(CASES)("%s: a load generator that is not recorded may be the limit", (id, fast, slow) => {
  const [good, bad] = [fast, slow].map((one) => madeRun(TARGET, [{ ...one, repetitions: 3 }]));
  if (good === undefined || bad === undefined) throw new Error("nothing was made");
  expect(said(id, bad).outcome).toBe("refuted");
  expect(said(id, older(bad))).toMatchObject({ outcome: "inconclusive", code: "harness" });
  expect(said(id, good).outcome).toBe("supported");
  const kept = said(id, older(good));
  expect(kept.outcome).toBe("supported");
  expect(kept.caveats.join()).toContain("has no data of the load generator");
});
