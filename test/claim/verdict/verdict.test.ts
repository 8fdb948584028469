import { describe, expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { VOLUME } from "../../report/fixture.ts";
import { HARNESS, linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

const FAST: Made = { seconds: 30, rate: 6000, plan: { workers: 4, queueDepth: 16 } };

function judged(target: TargetSpec, made: Made, claim = CLAIM) {
  const one = madeRun(target, [made]);
  const [verdict] = verify([claim], [one.run], linesOf([one]));
  return verdict;
}

describe("one claim on one target", () => {
  test("what was provisioned and delivered is supported", () => {
    const verdict = judged(TARGET, FAST);
    expect(verdict?.reason.words).toMatch(/^5,9\d\d IOPS|^6,0\d\d IOPS/);
    expect(verdict).toMatchObject({ outcome: "supported", targets: ["gp3"], settle: null });
  });

  test("seven tenths of it is refuted", () => {
    expect(judged(TARGET, { ...FAST, rate: 4200 })).toMatchObject({
      outcome: "refuted",
      reason: { code: "contradicts" },
    });
  });

  test("seven tenths behind a smaller machine are inconclusive, and the bound is named", () => {
    const small = { ...TARGET, instance: { type: "t9.small", ebsBaselineIops: 4200 } };
    const verdict = judged(small, { ...FAST, rate: 4200 });
    expect(verdict).toMatchObject({
      outcome: "inconclusive",
      reason: { code: "instance-bound" },
      bound: { by: "instance", value: 4200 },
    });
    expect(verdict?.reason.words).toContain("the EBS limit of t9.small is 4,200 IOPS");
  });

  test("an unknown machine refutes nothing, but may support", () => {
    const unknown: TargetSpec = VOLUME;
    expect(judged(unknown, { ...FAST, rate: 4200 })?.reason.code).toBe("instance-bound");
    expect(judged(unknown, FAST)?.outcome).toBe("supported");
  });

  test("close to the tolerance it may or may not be", () => {
    expect(judged(TARGET, { ...FAST, rate: 5450 })).toMatchObject({
      outcome: "inconclusive",
      reason: { code: "uncertain" },
    });
  });

  test("what made it uncertain is the reason, where something did", () => {
    const pause = { code: "own-pause", message: "the load generator itself stood still" } as const;
    const close = { ...FAST, rate: 5450 };
    expect(judged(TARGET, { ...close, seconds: 5 })?.reason.code).toBe("too-short");
    expect(judged(TARGET, { ...close, warnings: [pause] })?.reason.code).toBe("harness");
  });

  test("a cached file, a short run, few in flight and a busy client decide nothing", () => {
    const bound = { by: "threads", reason: "its workers were busy", advice: "use more" } as const;
    const slow = { ...FAST, rate: 4200 };
    expect(judged(TARGET, { ...FAST, cachedShare: 0.6 })?.reason.code).toBe("cache");
    expect(judged(TARGET, { ...FAST, seconds: 5 })?.reason.code).toBe("too-short");
    expect(judged(TARGET, { ...slow, plan: { workers: 1, queueDepth: 2 } })?.reason.code).toBe(
      "queue-depth",
    );
    expect(judged(TARGET, { ...slow, bound })?.reason.code).toBe("client-bound");
    expect(judged(TARGET, { ...FAST, bound })?.outcome).toBe("supported");
  });
});

describe("what speaks against a measurement", () => {
  test("a pause that is too short to matter leaves a rate as it is, and a p99 in doubt", () => {
    const warnings = [{ code: "own-pause", message: "it stood still for 65 ms" }];
    const pauses = { count: 1, totalNs: 65e6, longestNs: 65e6, list: [] };
    const paused = (totalNs: number): Made => {
      const harness = { ...HARNESS, watchedNs: 30e9, pauses: { ...pauses, totalNs } };
      return { ...FAST, rate: 4200, warnings, more: { harness } };
    };
    expect(judged(TARGET, paused(65e6))?.outcome).toBe("refuted");
    expect(judged(TARGET, paused(3e9))?.reason.code).toBe("harness");
    const tail: Claim = {
      ...CLAIM,
      measure: { kind: "time", of: "service", statistic: "p99" },
      relation: "<",
      value: "1.0",
      unit: "ms",
    };
    expect(judged(TARGET, paused(65e6), tail)?.reason.code).toBe("harness");
  });

  test("a depth that was not reached refutes nothing, and may support", () => {
    const warnings = [{ code: "depth-not-reached", message: "of 64 in flight, 20 were there" }];
    const inFlight = { planned: 64, reached: 64, waitingForCpu: 44 };
    const more = { harness: { ...HARNESS, watchedNs: 30e9, inFlight } };
    const slow = judged(TARGET, { ...FAST, rate: 4200, warnings, more });
    expect(slow?.outcome).toBe("inconclusive");
    expect(["harness", "queue-depth"]).toContain(slow?.reason.code);
    expect(judged(TARGET, { ...FAST, warnings, more })?.outcome).toBe("supported");
  });

  test("what was not declared is named", () => {
    const { iops: _, ...provisioned } = TARGET.provisioned;
    const verdict = judged({ ...TARGET, provisioned }, FAST);
    expect(verdict?.reason.code).toBe("undeclared");
    expect(verdict?.reason.words).toContain("`provisioned.iops`");
  });

  test("off AWS a figure of AWS is not held against anything", () => {
    const claim = { ...CLAIM, value: "6000.0" };
    expect(judged({ ...TARGET, kind: "directory" }, FAST, claim)).toBeUndefined();
  });
});

describe("a volume of which nobody said that it was touched", () => {
  test("a first touch decides nothing, and is forgotten after a second", () => {
    const { origin: _, initialised: __, ...provisioned } = TARGET.provisioned;
    const fresh = { ...TARGET, provisioned };
    const sequence = { ...FAST.plan, access: "sequential" } as const;
    const found = (rate: number, seconds: number, seed: number) => {
      const more = { datasetBytes: 1 };
      const made = {
        ...FAST,
        rate,
        seconds,
        repetitions: seed === 1 ? 1 : 3,
        plan: sequence,
        more,
      };
      return madeRun(fresh, [made], {
        seed,
        reusedData: true,
        startedAt: `2026-01-0${seed}T00:00:00.000Z`,
      });
    };
    const side = { ...CLAIM.side, workload: { operations: ["read"] } } as const;
    const runs = [found(2400, 40, 1), found(6000, 20, 2)];
    const said = (some: typeof runs) =>
      verify(
        [{ ...CLAIM, side }],
        some.map(({ run }) => run),
        linesOf(some),
      )[0];
    expect(said(runs.slice(0, 1))?.reason.code).toBe("initialisation");
    expect(said(runs)).toMatchObject({ outcome: "supported", runIds: ["run-2"] });
  });
});
