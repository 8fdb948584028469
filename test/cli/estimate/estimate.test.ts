import { describe, expect, test } from "vitest";
import {
  type Estimated,
  estimateRun,
  timeLine,
  totalLine,
} from "../../../src/cli/estimate/estimate.ts";
import { limitedRates } from "../../../src/cli/estimate/prepare.ts";
import { isSmall } from "../../../src/cli/running/estimates.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { spaceOf } from "../../../src/scenario/fit/space.ts";
import { phasePlan } from "../../load/support.ts";
import { jobOf } from "../live/jobs.ts";

const READ = phasePlan({ name: "read", limit: { kind: "duration", durationNs: 30e9 } });
const COUNTED = phasePlan({ name: "n", limit: { kind: "operations", operations: 100 } });
const PROBE = { basis: "probe", bytesPerSecond: 128 * 2 ** 20, filesPerSecond: 1000 };

function estimated(phases: readonly PhasePlan[], files: number, repetitions = 1): Estimated {
  const { plan, target } = jobOf({ phases, files, repetitions });
  const space = spaceOf(plan);
  const isTiny = isSmall(space);
  return { plan, target, space, rates: PROBE, isSmall: isTiny };
}

describe("the estimate of a run", () => {
  test("adds the time of bytes and files, and says where the rate is from", () => {
    // 1,280 files of 1 MiB: 10 s for the bytes, 1.28 s for the files
    const run = estimated([{ ...READ, warmupNs: 5e9 }], 1280);
    const estimate = estimateRun(run);
    expect(estimate.prepareNs).toBe(11.28e9);
    expect(estimate.loadNs).toBe(35e9);
    expect(timeLine(run, estimate)).toBe(
      "plan on vol: 35 s of load, after about 11 s to prepare (probe: 134 MB/s, 1,000 files/s)",
    );
  });

  test("counts repetitions, and names phases without a planned time", () => {
    const run = estimated([READ, COUNTED], 4, 3);
    const estimate = estimateRun(run);
    expect(timeLine(run, estimate)).toBe(
      "plan on vol: 1 min 30 s of load; not in this estimate: 3 phases that a count ends",
    );
  });

  test("does not invent a time without a rate", () => {
    const run = { ...estimated([READ], 1000), rates: null };
    expect(estimateRun(run).prepareNs).toBeNull();
    expect(timeLine(run, estimateRun(run))).toContain(
      "30 s of load, after an unknown time to prepare",
    );
  });
});

describe("the rate of a preparation", () => {
  test("is the provisioned one where the probe is faster, such as in a burst", () => {
    const provisioned = { throughputBytesPerSecond: 100e6, iops: 3000 };
    expect(limitedRates({ provisioned }, PROBE)).toEqual({
      basis: "provisioned",
      bytesPerSecond: 100e6,
      filesPerSecond: 1000,
    });
    expect(limitedRates({ provisioned: { throughputBytesPerSecond: 1e9 } }, PROBE)).toEqual(PROBE);
    expect(limitedRates({ provisioned: {} }, PROBE)).toEqual(PROBE);
  });

  test("is unknown without a probe, unless throughput and IOPS are declared", () => {
    expect(limitedRates({ provisioned: {} }, null)).toBeNull();
    expect(limitedRates({ provisioned: { iops: 3000 } }, null)).toBeNull();
    const provisioned = { throughputBytesPerSecond: 100e6, iops: 3000 };
    expect(limitedRates({ provisioned }, null)?.basis).toBe("provisioned");
  });
});

describe("the total of a command", () => {
  const of = (name: string, phases: readonly PhasePlan[], files: number) => ({
    name,
    estimate: estimateRun(estimated(phases, files)),
  });

  test("is not needed for one run", () => {
    expect(totalLine([of("a", [READ], 1280)], 1)).toBeNull();
  });

  test("adds preparation and load of all runs and rounds", () => {
    const runs = [of("short on vol", [READ], 1280), of("long on vol", [READ, READ], 1)];
    // 2 x (11.28 s + 30 s + 60 s)
    expect(totalLine(runs, 2)).toBe(
      "4 runs, about 3 min 23 s: 23 s to prepare data, 3 min 0 s of load; " +
        "longest: long on vol, 1 min 0 s",
    );
  });

  test("is a lower bound with phases that a count ends", () => {
    const line = totalLine([of("a", [READ], 1), of("b", [COUNTED], 1)], 1);
    expect(line).toContain("2 runs, at least 30 s:");
    expect(line).toContain("; not in this estimate: 1 phase that a count ends");
  });
});
