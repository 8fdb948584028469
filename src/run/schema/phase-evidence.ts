import { z } from "zod";
import type { CacheEvidence } from "../../model/run/cache.ts";
import type {
  BacklogGrowth,
  RateChange,
  Stability,
  SteadyWindow,
} from "../../model/run/stability.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { amount, change, count, ns, share, shareOrNaN, text } from "./values.ts";

export const cache = z
  .object({
    servedFromCacheShare: share
      .nullable()
      .describe("share of the bytes read that came from a cache; null unless known within 0.02"),
    servedFromCacheShareLow: share.exactOptional().describe("lower bound of this share"),
    servedFromCacheShareHigh: share.exactOptional().describe("upper bound of this share"),
    basis: text.exactOptional().describe("source of the bounds"),
    unseenCache: text
      .nullable()
      .exactOptional()
      .describe("cache that assay cannot observe; null if none is known"),
    logicalReadBytes: count.describe("bytes that operations read"),
    logicalWriteBytes: count.describe("bytes that operations wrote"),
    deviceReadBytes: amount.nullable().describe("bytes read by the device, null if unknown"),
    deviceWriteBytes: amount.nullable().describe("bytes written by the device, null if unknown"),
    ownReadBytes: amount
      .nullable()
      .exactOptional()
      .describe("bytes that this process read from storage; null if the kernel does not count"),
    firstReadBytes: amount
      .nullable()
      .exactOptional()
      .describe("bytes read for the first time in the phase; null if unknown"),
    cacheFilled: z
      .boolean()
      .nullable()
      .exactOptional()
      .describe("`direct`: whether the I/O went through the page cache; null if unknown"),
    memoryFastShare: share
      .nullable()
      .exactOptional()
      .describe("share of operations below 20 µs; null without operations"),
    residentShareBefore: share
      .nullable()
      .default(null)
      .describe("share of the dataset in the page cache before the phase; null if unknown"),
    residentShareAfter: share
      .nullable()
      .default(null)
      .describe("share of the dataset in the page cache after the phase; null if unknown"),
    source: text.describe("source of the device counters, or why there are none"),
  } satisfies Fields<CacheEvidence>)
  .meta({ id: "Cache", description: "Bytes of the operations, the kernel and the device." });

const steady = z.object({
  reached: z.boolean().describe("whether the phase reached steady state"),
  fromNs: ns.describe("start of the window, from the start of measuring"),
  lengthNs: ns.describe("length of the window"),
  rangeShare: shareOrNaN.describe("range of the rate as a share of its mean; null if undefined"),
  slopeShare: shareOrNaN.describe("slope over the window as a share; null if undefined"),
} satisfies Fields<SteadyWindow>);

const rateChange = z.object({
  atNs: ns.describe("time of the change, from the start of measuring"),
  beforePerSecond: amount.describe("rate before the change, operations/s"),
  afterPerSecond: amount.describe("rate after the change, operations/s"),
  p: share.describe("probability of such a change by chance"),
} satisfies Fields<RateChange>);

const backlog = z.object({
  operations: change.describe("growth of the backlog over the phase"),
  chance: amount.describe("growth that chance exceeds in at most 5% of phases"),
  offered: amount.describe("operations scheduled in this time"),
} satisfies Fields<BacklogGrowth>);

const trend = z.object({
  changeShare: change.describe("change over the phase, as a share of the mean rate"),
  lowShare: change.describe("lower end of its 95% confidence interval"),
  highShare: change.describe("upper end of its 95% confidence interval"),
  firstPerSecond: amount
    .exactOptional()
    .describe("mean rate of the first quarter of the reported part, operations/s"),
  lastPerSecond: amount
    .exactOptional()
    .describe("mean rate of the last quarter of the reported part, operations/s"),
} satisfies Fields<NonNullable<Stability["trend"]>>);

const level = z.object({
  fromNs: ns.describe("start of the level, from the start of measuring"),
  perSecond: amount.describe("median rate of the level, operations/s"),
});

const warmup = z.object({
  leftOutNs: ns.describe("time excluded from the results"),
  found: z.boolean().describe("whether an end of the warm-up was detected"),
});

const done = z.object({
  firstNs: ns.describe("time at which the first worker finished"),
  lastNs: ns.describe("time at which the last worker finished"),
});

export const stability = z
  .object({
    warmup: warmup.nullable().describe("detected warm-up; null without `warmup: auto`"),
    steady: steady.nullable().describe("steady window; null without `until: steady`"),
    trend: trend.nullable().describe("trend of the rate; null if unknown"),
    change: rateChange.nullable().describe("single lasting change of the rate, null if none"),
    levels: z
      .array(level)
      .max(MAX_ENTRIES)
      .exactOptional()
      .describe("levels of the rate, if it changed more than once"),
    backlog: backlog.nullable().exactOptional().describe("backlog growth of an open loop"),
    done: done.nullable().describe("end of the workers; null if time ended the phase"),
  } satisfies Fields<Stability>)
  .meta({ id: "Stability", description: "Changes of the rate within a phase." });
