import { describe, expect, test } from "vitest";
import { limitingOf } from "../../../src/claim/caveat/limiting.ts";
import type { ClientBound } from "../../../src/model/run/harness.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { makeWarning } from "../../../src/model/run/warning.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { Instance, TargetSpec } from "../../../src/model/target/target.ts";
import { DIRECTORY, phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";
import { CALM } from "../../report/harness-cases.ts";

const KIB = 1024;
const BOUND: ClientBound = {
  by: "threads",
  reason: "its only worker was busy 97% of the time: the CPU, not the storage, was the limit",
  advice: "use more workers",
};

function reads(rate: number, more: Partial<PhaseResult> = {}, blockBytes = 16 * KIB): PhaseResult {
  const phase = phasePlan("read", { blockBytes });
  return result(phase, [summary("all", rate, blockBytes, 1e6)], more);
}

function limit(
  target: TargetSpec,
  phase: PhaseResult,
  of: "iops" | "throughput" = "iops",
  instance: Instance = {},
) {
  const declared = { ...target, instance };
  const storage = declaredKnowledge(declared);
  const stored = run("id", declared, plan("quick", [phase.phase]), [phase], { storage });
  return limitingOf(stored, phase, of);
}

describe("limit of a rate", () => {
  test.each([5700.1, 6000, 6299.9])("is the volume within 5% of its IOPS: %d", (rate) => {
    const found = limit(VOLUME, reads(rate));
    expect(found).toMatchObject({ by: "storage", words: "6,000 IOPS are provisioned" });
    expect(found.share).toBeCloseTo(rate / 6000);
  });

  test.each([5699, 6301])("is unknown at %d IOPS of 6,000", (rate) => {
    expect(limit(VOLUME, reads(rate))).toEqual({ by: "unknown", words: "", share: null });
  });

  test("is the throughput of the volume, for large reads", () => {
    const found = limit(VOLUME, reads(250, {}, 2 ** 20), "throughput");
    expect(found).toMatchObject({ by: "storage", share: 1 });
    expect(found.words).toContain("262.1 MB/s are provisioned");
  });

  test("is the instance where its limit is reached instead", () => {
    const instance = { type: "t3.small", ebsBaselineIops: 4000, ebsMaximumIops: 4000 };
    expect(limit(VOLUME, reads(3990), "iops", instance)).toMatchObject({
      by: "instance",
      words: "the EBS limit of t3.small is 4,000 IOPS",
    });
  });

  test("is the load generator if it was busy, unless the volume's figure is reached", () => {
    const harness = { ...CALM, bound: BOUND };
    expect(limit(DIRECTORY, reads(90_000, { harness }))).toEqual({
      by: "client",
      words: "its only worker was busy 97% of the time",
      share: null,
    });
    expect(limit(VOLUME, reads(6000, { harness })).by).toBe("storage");
  });

  test.each([
    [0.08, "unknown"],
    [0.5, "client"],
  ])("with CPU wait of %d is %s", (value, by) => {
    const event = { value, unit: "share" } as const;
    const warnings = [makeWarning("starved", "Workers waited for a CPU", event)];
    expect(limit(DIRECTORY, reads(9000, { warnings })).by).toBe(by);
  });

  test("is a cache, even if the rate equals the provisioned one", () => {
    const warnings = [
      makeWarning("served-from-cache", "80% of the bytes came from the page cache"),
    ];
    expect(limit(VOLUME, reads(6000, { warnings }))).toEqual({
      by: "cache",
      words: "80% of the bytes came from the page cache",
      share: null,
    });
  });
});
