// @module-tag truth
import { afterAll, describe, expect, test } from "vitest";
import { canEmulate, useScratch } from "../../testbed/volume/support.ts";
import { SEED } from "./drawn-volumes.ts";
import { KIND_CASES } from "./kind-cases.ts";
import { told } from "./verdict-tally.ts";
import { VOLUME_CASES } from "./volume-cases.ts";
import { withVolumes } from "./volumes-verified.ts";

useScratch();
const possible = test.skipIf(!(await canEmulate()));

/** Share of possible verdicts that a busy host may prevent. */
const MAX_SPOILT_SHARE = 0.2;

/** Against the clock: on a machine that does nothing else, and one after the other. */
describe("verdicts on volumes of known truth", { timeout: 400_000 }, () => {
  afterAll(() => {
    const lines = [`seed ${SEED} (ASSAY_SEED draws the same numbers again)`, ...told.lines()];
    process.stderr.write(`${lines.join("\n")}\n`);
  });

  for (const one of [...VOLUME_CASES, ...KIND_CASES]) {
    possible(one.name, () =>
      withVolumes(one.volumes, async (verified) => {
        told.says(one.name);
        await one.measure(verified);
      }),
    );
  }

  possible("few of them are spoilt by the machine", () => {
    expect(told.spoilt()).toBeLessThanOrEqual(MAX_SPOILT_SHARE * told.decidable());
  });
});
