import { z } from "zod";
import { OPERATIONS } from "../../model/plan/operation.ts";
import {
  ACCESS_PATTERNS,
  ACCESS_REGIONS,
  type AccessParameters,
  type BlockShare,
  CACHE_POLICIES,
  ENGINE_NAMES,
  NO_PARAMETERS,
  type PhaseLimit,
  type PhasePlan,
  PLAIN_REQUESTS,
  POLLINGS,
  SYNC_CALLS,
  type SyncPlan,
} from "../../model/plan/plan.ts";
import { ARRIVALS, type RatePlan, type RateStep } from "../../model/plan/rate.ts";
import { type FindPlan, SEARCHED } from "../../model/plan/search.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { listing, objects, restore } from "./object-requests.ts";
import { position, threshold } from "./threshold.ts";
import { amount, byName, count, counting, name, ns, positive, share, text } from "./values.ts";

const accessParameters = z.object({
  region: z.enum(ACCESS_REGIONS).describe("`worker`: one region per worker; `shared`: one for all"),
  theta: amount.describe("`zipf`: exponent of the distribution, else 0"),
  strideBytes: count.describe("`strided`: distance between block starts, else 0"),
  hotOperationsShare: share.describe("`hotspot`: share of operations on the hot data, else 0"),
  hotDataShare: share.describe("`hotspot`: share of the data that is hot, else 0"),
} satisfies Fields<AccessParameters>);

type Limit<Kind extends PhaseLimit["kind"]> = Fields<Extract<PhaseLimit, { kind: Kind }>>;

const limit = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("duration").describe("ends after a time"),
    durationNs: ns.describe("duration of the phase"),
  } satisfies Limit<"duration">),
  z.object({
    kind: z.literal("bytes").describe("ends after a number of bytes"),
    bytes: count.describe("bytes of all workers together"),
  } satisfies Limit<"bytes">),
  z.object({
    kind: z.literal("operations").describe("ends after a number of operations"),
    operations: count.describe("operations of all workers together"),
  } satisfies Limit<"operations">),
  z.object({
    kind: z.literal("epochs").describe("ends after whole passes over the dataset"),
    epochs: amount.describe("number of passes"),
  } satisfies Limit<"epochs">),
  z.object({
    kind: z.literal("steady").describe("ends in steady state"),
    windowNs: ns.describe("length of the window that is tested and reported"),
    rangeShare: amount.describe("maximum range of the rate, as a share of its mean"),
    slopeShare: amount.describe("maximum slope of the rate over the window, as a share"),
    mostNs: ns.describe("maximum duration of the phase"),
  } satisfies Limit<"steady">),
]);

const step = z.object({
  fromPerSecond: amount.describe("rate at the start of the step, operations/s"),
  toPerSecond: amount.describe("rate at the end of the step, operations/s"),
  durationNs: ns.nullable().describe("duration of the step; null: to the end of the phase"),
} satisfies Fields<RateStep>);

const arrivals = z.enum(ARRIVALS);

const rate = z.object({
  arrivals: arrivals.describe("fixed intervals, or a Poisson process"),
  steps: z.array(step).min(1).max(MAX_ENTRIES).describe("offered load over time"),
  mostBacklog: count.describe("maximum backlog; further operations are dropped"),
} satisfies Fields<RatePlan>);

const sync = z.object({
  call: z.enum(SYNC_CALLS).describe("system call"),
  every: counting.describe("writes of a worker between two syncs"),
  directory: z.boolean().describe("`create`: whether the directory is synced too"),
} satisfies Fields<SyncPlan>);

const find = z.object({
  slo: z.array(threshold).min(1).max(MAX_ENTRIES).describe("objective, all parts of it"),
  by: z.enum(SEARCHED).describe("setting that the search varies"),
  wants: z.enum(["most", "least"]).describe("whether the highest or the lowest value is sought"),
  from: amount.nullable().describe("lower end of the search; null: as low as necessary"),
  to: amount.nullable().describe("upper end of the search; null: the closed-loop rate"),
  precisionShare: positive.describe("distance of the end point to the next value, as a share"),
  repetitions: counting.describe("repetitions of the end point"),
  arrivals: arrivals.describe("arrivals of a search by rate"),
  mostBacklog: count.describe("maximum backlog of a search by rate"),
} satisfies Fields<FindPlan>);

const mixShare = z.object({
  operation: z.enum(OPERATIONS).describe("operation"),
  weight: positive.describe("weight of the operation in the mix"),
});

const mix = z.array(mixShare).min(1).max(OPERATIONS.length);

const blockShare = z.object({
  bytes: counting.describe("block size in bytes"),
  weight: positive.describe("weight, by operations"),
} satisfies Fields<BlockShare>);

/**
 * A phase of a plan. Fields that older versions did not have get a neutral default. Unknown fields
 * are kept, because they make the plan a different one.
 */
export const phasePlan = z
  .looseObject({
    name: name.describe("unique name with matrix settings, such as `read[queueDepth=4]`"),
    dataset: name.describe("name of the dataset"),
    mix: mix.describe("operations and their weights"),
    access: z.enum(ACCESS_PATTERNS).describe("access pattern"),
    accessParameters: accessParameters
      .default(NO_PARAMETERS)
      .describe("parameters of the access pattern"),
    blockBytes: counting.describe("block size in bytes; of a mix of sizes the largest"),
    blockMix: z.array(blockShare).max(MAX_ENTRIES).default([]).describe("mix of block sizes"),
    workers: counting.describe("number of workers, per host"),
    queueDepth: counting.describe("operations in flight per worker"),
    hosts: counting
      .exactOptional()
      .describe("hosts that run the phase; absent: all hosts of the run"),
    rate: rate.nullable().default(null).describe("offered load; null in a closed loop"),
    warmupNs: ns.describe("fixed warm-up, excluded from the results"),
    warmupAuto: z.boolean().default(false).describe("whether the warm-up is detected afterwards"),
    limit: limit.describe("end of the phase"),
    cache: z
      .enum(CACHE_POLICIES)
      .describe("page cache: bypassed (`direct`), emptied (`dropped`) or filled (`warm`)"),
    engine: z.enum([...ENGINE_NAMES, "auto"]).describe("requested engine"),
    polling: z.enum(POLLINGS).default("none").describe("io_uring polling"),
    sync: sync.nullable().default(null).describe("sync calls; null for none"),
    dsync: z.boolean().default(false).describe("whether files are opened with O_DSYNC"),
    partBytes: count.describe("part size of multipart transfers in bytes"),
    partConcurrency: counting.describe("parts of one object in flight"),
    retries: count.describe("retries of the S3 client per operation"),
    verify: z.boolean().default(false).describe("whether reads are compared with what was written"),
    objects: objects.default(PLAIN_REQUESTS.objects).describe("options of S3 requests"),
    listing: listing.default(PLAIN_REQUESTS.listing).describe("options of S3 listings"),
    restore: restore
      .nullable()
      .default(PLAIN_REQUESTS.restore)
      .describe("restore of archived objects; null for none"),
    keysPerRequest: counting
      .default(PLAIN_REQUESTS.keysPerRequest)
      .describe("keys per `deleteObjects` request"),
    matrix: byName(text).describe("matrix settings as written in the scenario"),
    find: find.exactOptional().describe("search; absent in a phase that runs once"),
    thresholds: z
      .array(threshold)
      .max(MAX_ENTRIES)
      .exactOptional()
      .describe("thresholds; not part of the plan's hash"),
    place: position.exactOptional().describe("place in the scenario; absent in older runs"),
  } satisfies Fields<PhasePlan>)
  .meta({ id: "PhasePlan", description: "Settings of a phase, with every default filled." });
