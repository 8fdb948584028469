import { describe, expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

const SEQUENTIAL: Claim = {
  ...CLAIM,
  id: "test.sequential",
  role: "comparison",
  side: { kinds: ["ebs-gp3"], workload: { operations: ["read"], access: ["random"] } },
  over: { kinds: ["ebs-gp3"], workload: { operations: ["read"], access: ["sequential"] } },
  between: "phases",
  varies: ["access"],
  measure: { kind: "throughput" },
  relation: "~",
  value: "1.0",
  unit: "ratio",
  needs: { ...CLAIM.needs, instance: null },
};

const READS: Made = { seconds: 30, rate: 3000, plan: { workers: 4, queueDepth: 16 } };

describe("two phases on one target", () => {
  const both = (random: number, sequential: number) => {
    const made = madeRun(TARGET, [
      { ...READS, rate: random },
      { ...READS, rate: sequential, plan: { ...READS.plan, access: "sequential" } },
    ]);
    return verify([SEQUENTIAL], [made.run], linesOf([made]))[0];
  };

  test("as fast as each other is supported, half as fast refuted", () => {
    const equal = both(3000, 3000);
    expect(equal).toMatchObject({ outcome: "supported", phases: ["phase-1", "phase-2"] });
    expect(equal?.measured?.value).toBeCloseTo(1, 1);
    expect(both(1500, 3000)).toMatchObject({ outcome: "refuted" });
  });

  test("it has to be about them, as far as was said", () => {
    const made = madeRun(
      { ...TARGET, provisioned: { ...TARGET.provisioned, origin: "snapshot" } },
      [
        { ...READS, rate: 1500 },
        { ...READS, plan: { ...READS.plan, access: "sequential" } },
      ],
    );
    const judged = (when: string) =>
      verify([{ ...SEQUENTIAL, when }], [made.run], linesOf([made]))[0] ?? null;
    expect(judged("of.origin == 'empty'")).toBeNull();
    expect(judged("of.in_flight == over.in_flight && of.encrypted")?.reason).toEqual({
      code: "undeclared",
      words: expect.stringContaining("`provisioned.encrypted`"),
    });
    expect(judged("of.origin == 'snapshot'")).toMatchObject({ outcome: "refuted" });
  });

  test("with one side only there is no verdict", () => {
    const made = madeRun(TARGET, [READS]);
    expect(verify([SEQUENTIAL], [made.run], linesOf([made]))).toEqual([]);
  });
});

describe("two targets", () => {
  const io2: TargetSpec = { ...TARGET, name: "io2", kind: "ebs-io2" };
  const claim: Claim = {
    ...SEQUENTIAL,
    id: "test.io2",
    side: { kinds: ["ebs-io2"], workload: { operations: ["read"] } },
    over: { kinds: ["ebs-gp3"], workload: { operations: ["read"] } },
    between: "targets",
    varies: ["kind"],
    measure: { kind: "time", of: "service", statistic: "mean" },
    relation: "<",
    tolerance: 0,
  };
  const judged = (fastNs: number, repetitions: number) => {
    const runs = [
      madeRun(io2, [{ ...READS, medianNs: fastNs, repetitions, between: 0.02 }], { seed: 2 }),
      madeRun(TARGET, [{ ...READS, medianNs: 1e6, repetitions, between: 0.02 }], { seed: 3 }),
    ];
    return verify(
      [claim],
      runs.map(({ run }) => run),
      linesOf(runs),
    )[0];
  };

  test("repetitions enough tell them apart", () => {
    expect(judged(4e5, 5)).toMatchObject({ outcome: "supported", targets: ["io2", "gp3"] });
    expect(judged(2e6, 5)).toMatchObject({ outcome: "refuted" });
  });

  test("single runs do not", () => {
    expect(judged(4e5, 1)).toMatchObject({
      outcome: "inconclusive",
      reason: { code: "repetitions" },
    });
  });
});

describe("a burst that ends", () => {
  const gp2: TargetSpec = {
    ...TARGET,
    kind: "ebs-gp2",
    provisioned: { sizeBytes: 100 * 2 ** 30 },
    emulated: { scale: 100 },
  };
  const level = (part: "during" | "after", value: string): Claim => ({
    ...CLAIM,
    id: `test.${part}`,
    side: { kinds: ["ebs-gp2"], workload: { operations: ["read"] } },
    measure: { kind: "burst", of: "iops", part },
    relation: "==",
    value,
    needs: { ...CLAIM.needs, burst: "ended" },
  });
  const claims: Claim[] = [
    level("during", "3000.0"),
    level("after", "max(100.0, 3.0 * size_gib)"),
    {
      ...level("during", "5400000.0 / credit_scale / (3000.0 - 3.0 * size_gib)"),
      id: "test.duration",
      measure: { kind: "burst-duration" },
      unit: "s",
    },
  ];
  const made = (rate: Made["rate"]) =>
    madeRun(gp2, [{ ...READS, seconds: 40, rate, plan: { ...READS.plan, warmupNs: 0 } }]);

  test("both levels and its length are told apart", () => {
    const run = made((second) => (second < 20 ? 3000 : 300));
    const verdicts = verify(claims, [run.run], linesOf([run]));
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(["supported", "supported", "supported"]);
  });

  test("neither three levels, a stall nor a rate that stops is a burst", () => {
    const rates: readonly ((second: number) => number)[] = [
      (second) => (second < 12 ? 3000 : second < 25 ? 1200 : 300),
      (second) => (second > 18 && second < 22 ? 0 : 3000),
      (second) => (second < 20 ? 3000 : 0),
    ];
    for (const rate of rates) {
      const run = made(rate);
      const codes = verify(claims, [run.run], linesOf([run])).map(({ reason }) => reason.code);
      expect(codes).toEqual(["burst-state", "burst-state", "burst-state"]);
    }
    const three = made(rates[0] ?? 0);
    expect(verify(claims, [three.run], linesOf([three]))[0]?.reason.words).toContain(
      "the rate changed more than once",
    );
  });

  test("one that does not end says nothing", () => {
    const run = made(3000);
    const codes = verify(claims, [run.run], linesOf([run])).map(({ reason }) => reason.code);
    expect(codes).toEqual(["burst-state", "burst-state", "burst-state"]);
  });
});

describe("shares of time", () => {
  const steady: Claim = {
    ...CLAIM,
    measure: { kind: "share-of-seconds", of: "iops", least: "0.9 * iops", unit: "IOPS" },
    value: "0.99",
    unit: "share",
    tolerance: 0,
  };
  const share = (seconds: number, low: (second: number) => boolean) => {
    const rate = (second: number): number => (low(Math.floor(second)) ? 3000 : 6000);
    const run = madeRun(TARGET, [{ ...READS, seconds, rate }]);
    return verify([steady], [run.run], linesOf([run]))[0];
  };

  test("takes hours to support where no second was slow, and says what it assumes", () => {
    expect(share(16_000, () => false)).toMatchObject({
      outcome: "supported",
      reason: { words: expect.stringContaining("if slow stretches last 30 s or less") },
    });
    for (const seconds of [60, 600, 7200]) {
      expect(share(seconds, () => false)).toMatchObject({
        outcome: "inconclusive",
        reason: { code: "uncertain" },
        settle: "run it for 4.393 h or longer",
      });
    }
    expect(share(600, (second) => second % 10 === 0)).toMatchObject({ outcome: "refuted" });
  });
});
