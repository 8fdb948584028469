import { describe, expect, test } from "vitest";
import { caveatsAbout } from "../../../src/claim/caveat/preconditions.ts";
import { evidenceOf } from "../../../src/claim/evidence/evidence.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Claim, ClaimMeasure } from "../../../src/model/claim/claim.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

/** Each measure there is. */
const MEASURES = {
  iops: { kind: "iops" },
  throughput: { kind: "throughput" },
  burst: { kind: "burst", of: "iops", part: "during" },
  "share-of-seconds": { kind: "share-of-seconds", of: "iops", least: "1.0", unit: "IOPS" },
  time: { kind: "time", of: "service", statistic: "p50" },
  "share-slower": { kind: "share-slower", thanNs: 1e6 },
  "burst-duration": { kind: "burst-duration" },
  errors: { kind: "errors", codes: [] },
} as const satisfies Record<ClaimMeasure["kind"], ClaimMeasure>;

const RATE = {
  mismatch: "either",
  "one-client": "too-low",
  "instance-bound": "too-low",
  "client-bound": "too-low",
  "burst-state": "too-low",
  initialisation: "too-low",
  cache: "too-high",
  "queue-depth": "too-low",
  "too-short": "either",
  zone: "too-low",
};
const TIME = {
  ...RATE,
  "instance-bound": "too-high",
  "client-bound": "too-high",
  "burst-state": "too-high",
  initialisation: "too-high",
  cache: "too-low",
  // Operations waited at the storage's own limit.
  "queue-depth": "too-high",
  zone: "too-high",
};
// The end of a burst is what these are about.
const { "burst-state": _, ...BURST } = RATE;

/** Which doubt applies to which measure, and where to the value may be wrong. */
const EFFECTS: Readonly<Record<ClaimMeasure["kind"], Readonly<Record<string, string>>>> = {
  iops: RATE,
  throughput: RATE,
  burst: BURST,
  "share-of-seconds": RATE,
  time: TIME,
  "share-slower": TIME,
  // Whatever lets fewer operations through lets credits last longer.
  "burst-duration": {
    ...BURST,
    "one-client": "too-high",
    "instance-bound": "too-high",
    "client-bound": "too-high",
    initialisation: "too-high",
    cache: "too-high",
    "queue-depth": "too-high",
    zone: "too-high",
  },
  // A slow way makes no operation fail; less load may keep it from failing.
  errors: {
    mismatch: "either",
    "one-client": "too-low",
    cache: "too-low",
    "queue-depth": "too-low",
    "too-short": "too-low",
  },
};

const bound = { by: "threads", reason: "its workers were busy", advice: "use more" } as const;

/** A run in whose way there is everything that there can be. */
function worst() {
  const { origin: _origin, initialised: _initialised, ...provisioned } = TARGET.provisioned;
  const target: TargetSpec = {
    ...TARGET,
    provisioned: { ...provisioned, iops: 3000 },
    instance: { ebsBaselineIops: 100, ebsBaselineBytesPerSecond: 1e6 },
  };
  const made: Made = {
    seconds: 10,
    rate: (second) => (second < 5 ? 6000 : 2000),
    cachedShare: 0.5,
    plan: { workers: 1, queueDepth: 1 },
    bound,
  };
  const storage = { ...declaredKnowledge(target), misfit: "it is a loop device" };
  return madeRun(target, [made], { reusedData: true, storage });
}

const claimOf = (measure: ClaimMeasure): Claim => ({
  ...CLAIM,
  measure,
  needs: {
    ...CLAIM.needs,
    inFlight: 16,
    clients: "many",
    sameZone: true,
    burst: "lasting",
    initialised: true,
    uncached: true,
    instance: "ebs",
  },
});

test.each(Object.values(MEASURES))("doubts about $kind", (measure) => {
  const [evidence] = evidenceOf([worst().run]);
  if (evidence === undefined) throw new Error("nothing was made");
  const figure = measure.kind === "throughput" ? 6000 * 4096 : 6000;
  const doubts = caveatsAbout({ claim: claimOf(measure), evidence, figure, value: null });
  const found = Object.fromEntries(doubts.map(({ code, effect }) => [code, effect]));
  expect(found).toEqual(EFFECTS[measure.kind]);
});

describe("a claim that nothing fails", () => {
  const claim: Claim = {
    ...CLAIM,
    measure: MEASURES.errors,
    relation: "==",
    value: "0.0",
    unit: "errors",
    tolerance: 0,
    needs: { ...CLAIM.needs, sameZone: true },
  };
  const harness = (code: string) => ({ code, message: "the load generator was disturbed" });
  const slow: Made = {
    seconds: 30,
    rate: 100,
    plan: { workers: 1, queueDepth: 1 },
    bound,
    warnings: ["own-pause", "starved", "steal"].map(harness),
  };
  const errors = [{ operation: "read", code: "EIO", count: 3, first: "an error" }] as const;
  const verdictOf = (made: Made) => {
    const one = madeRun({ ...TARGET, instance: { ebsBaselineIops: 50 } }, [made]);
    return verify([claim], [one.run], linesOf([one]))[0];
  };

  test("is supported by a busy client on a small, disturbed machine", () => {
    expect(verdictOf(slow)).toMatchObject({ outcome: "supported", caveats: [] });
  });

  test("is refuted by a failure there", () => {
    expect(verdictOf({ ...slow, more: { errors } })).toMatchObject({ outcome: "refuted" });
  });

  test("is refuted by a failure in a short time, and not supported by none", () => {
    expect(verdictOf({ ...slow, seconds: 5, more: { errors } })?.outcome).toBe("refuted");
    expect(verdictOf({ ...slow, seconds: 5 })?.reason.code).toBe("too-short");
  });
});
