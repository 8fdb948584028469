import { describe, expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { CacheEvidence } from "../../../src/model/run/cache.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

const FULL: Made = { seconds: 30, rate: 6000, plan: { workers: 4, queueDepth: 16 } };
const LATENCY: Claim = {
  ...CLAIM,
  measure: { kind: "time", of: "service", statistic: "p50" },
  relation: "<",
  value: "20.0",
  unit: "ms",
};
const THROUGHPUT: Claim = {
  ...CLAIM,
  side: { ...CLAIM.side, workload: { operations: ["read", "write"] } },
  measure: { kind: "throughput" },
  value: "20.0",
  unit: "MB/s",
};

/** What a phase was, and what of its caches was counted. */
interface Seen {
  readonly phase?: Partial<PhasePlan>;
  readonly operations?: Made["operations"];
  readonly cache?: Partial<CacheEvidence>;
  /** True: stored before bounds were. */
  readonly older?: boolean;
  readonly environment?: Partial<Run["environment"]>;
}

function verdictOn(claim: Claim, rate: number, seen: Seen) {
  const { operations } = seen;
  const plan = { ...FULL.plan, ...seen.phase };
  const made = madeRun(TARGET, [
    { ...FULL, rate, plan, ...(operations === undefined ? {} : { operations }) },
  ]);
  const phases = made.run.phases.map((result) => {
    const { servedFromCacheShareLow, servedFromCacheShareHigh, ...old } = result.cache;
    const bounds = seen.older === true ? {} : { servedFromCacheShareLow, servedFromCacheShareHigh };
    return { ...result, cache: { ...old, ...bounds, ...seen.cache } as CacheEvidence };
  });
  const environment = { ...made.run.environment, ...seen.environment };
  const run = { ...made.run, phases, environment };
  return verify([claim], [run], linesOf([{ ...made, run }]))[0];
}

function between(low: number, high: number, more: Partial<CacheEvidence> = {}): Seen {
  const bounds = { servedFromCacheShareLow: low, servedFromCacheShareHigh: high };
  return { cache: { ...bounds, basis: "own reads", ...more } };
}

const DROPPED = { cache: "dropped" } as const;
const MOUNT = { mountPoint: "/data", source: "/dev/nvme1n1", options: [], deviceNumber: "259:1" };
const mounted = (type: string, options: readonly string[] = []) => ({
  mount: { ...MOUNT, type, options },
});
const LOOP = { model: "loop device" } as NonNullable<Run["environment"]["device"]>;

const UNKNOWN: readonly (readonly [string, Seen])[] = [
  ["second reads", between(0.37, 0.37)],
  ["second reads, of which read-ahead hides some", between(0, 0.37)],
  ["a share that is at least so much", between(0.2, 1)],
  ["nothing known", between(0, 1)],
  ["a FUSE daemon's cache", between(0, 1, { unseenCache: "the daemon may have one" })],
  ["direct I/O that filled the page cache", between(0, 0.3, { cacheFilled: true })],
  [
    "writes that a loop device's file took",
    { operations: ["write"], cache: { unseenCache: "loop0 caches" } },
  ],
  ["direct writes that were buffered", { operations: ["write"], cache: { cacheFilled: true } }],
  ["an older run, dropped, by the device's counters", { older: true, phase: DROPPED }],
  [
    "an older run, direct, on an overlay",
    {
      older: true,
      environment: { ...mounted("overlay"), device: null },
      cache: { deviceReadBytes: null },
    },
  ],
  ["an older run, direct, on FUSE", { older: true, environment: mounted("fuse.mount-s3") }],
  [
    "an older run, direct, journalling data",
    {
      older: true,
      environment: mounted("ext4", ["data=journal"]),
      cache: { residentShareBefore: 1, residentShareAfter: 1 },
    },
  ],
  [
    "an older run, direct, on a loop device",
    { older: true, environment: { ...mounted("ext4"), device: LOOP } },
  ],
  ["operations as fast as memory", { cache: { memoryFastShare: 0.3 } }],
  [
    "reads that read-ahead fetched",
    { phase: DROPPED, cache: { ownReadBytes: 1.3e9, firstReadBytes: 1e9 } },
  ],
];

describe("where a cache cannot be excluded", () => {
  test.each(UNKNOWN)("%s: supports neither rate nor latency", (_, seen) => {
    for (const claim of [CLAIM, LATENCY]) {
      const verdict = verdictOn(claim, 6000, seen);
      expect(verdict?.outcome).toBe("inconclusive");
      expect(verdict?.reason.code).toBe("cache");
    }
  });

  test.each(UNKNOWN)("%s: a rate that is not reached all the same is refuted", (_, seen) => {
    expect(verdictOn(CLAIM, 4200, seen)?.outcome).toBe("refuted");
  });
});

describe("where it is excluded", () => {
  const exact = (own: number, first: number): Partial<CacheEvidence> => ({
    ownReadBytes: own,
    firstReadBytes: first,
    cacheFilled: null,
  });
  test.each<readonly [string, Seen]>([
    ["direct, all fetched", between(0, 0, { cacheFilled: false })],
    ["dropped, at random, each block read once", { phase: DROPPED, cache: exact(1e9, 1e9) }],
    ["direct writes", { operations: ["write"], cache: { cacheFilled: false } }],
    ["an older run, direct, on XFS", { older: true, environment: mounted("xfs") }],
    ["an older run, direct, on ext4", { older: true, environment: mounted("ext4") }],
  ])("%s: rate and latency have verdicts", (_, seen) => {
    expect(verdictOn(CLAIM, 6000, seen)?.outcome).toBe("supported");
    expect(verdictOn(LATENCY, 6000, seen)?.outcome).toBe("supported");
    expect(verdictOn(CLAIM, 4200, seen)?.outcome).toBe("refuted");
  });

  test("bytes that read-ahead fetched are the storage's, its operations are not", () => {
    const seen: Seen = {
      phase: { ...DROPPED, access: "sequential" },
      cache: { ownReadBytes: 1e9, firstReadBytes: 1e9 },
    };
    expect(verdictOn(THROUGHPUT, 6000, seen)?.outcome).toBe("supported");
    const side = THROUGHPUT.side;
    expect(verdictOn({ ...LATENCY, side }, 6000, seen)?.reason.code).toBe("cache");
    expect(verdictOn({ ...CLAIM, side }, 6000, seen)?.reason.code).toBe("cache");
  });
});
