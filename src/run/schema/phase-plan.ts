import { z } from "zod";
import {
  CHECKSUM_ALGORITHMS,
  type ObjectEncryption,
  type ObjectOptions,
  PAYLOAD_SIGNINGS,
} from "../../model/plan/object-options.ts";
import { OPERATIONS } from "../../model/plan/operation.ts";
import {
  ACCESS_PATTERNS,
  ACCESS_REGIONS,
  type AccessParameters,
  type BlockShare,
  CACHE_POLICIES,
  ENGINE_NAMES,
  type ListingPlan,
  NO_PARAMETERS,
  type PhaseLimit,
  type PhasePlan,
  PLAIN_REQUESTS,
  POLLINGS,
  RESTORE_TIERS,
  type RestorePlan,
  SYNC_CALLS,
  type SyncPlan,
} from "../../model/plan/plan.ts";
import { ARRIVALS, type RatePlan, type RateStep } from "../../model/plan/rate.ts";
import { type FindPlan, SEARCHED } from "../../model/plan/search.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import { threshold } from "./threshold.ts";
import {
  amount,
  byName,
  count,
  counting,
  MAX_ENTRIES,
  name,
  ns,
  positive,
  share,
  text,
} from "./values.ts";

const accessParameters = z.object({
  region: z.enum(ACCESS_REGIONS),
  theta: amount,
  strideBytes: count,
  hotOperationsShare: share,
  hotDataShare: share,
} satisfies Fields<AccessParameters>);

type Limit<Kind extends PhaseLimit["kind"]> = Fields<Extract<PhaseLimit, { kind: Kind }>>;

const limit = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("duration"), durationNs: ns } satisfies Limit<"duration">),
  z.object({ kind: z.literal("bytes"), bytes: count } satisfies Limit<"bytes">),
  z.object({ kind: z.literal("operations"), operations: count } satisfies Limit<"operations">),
  z.object({ kind: z.literal("epochs"), epochs: amount } satisfies Limit<"epochs">),
  z.object({
    kind: z.literal("steady"),
    windowNs: ns,
    rangeShare: amount,
    slopeShare: amount,
    mostNs: ns,
  } satisfies Limit<"steady">),
]);

const step = z.object({
  fromPerSecond: amount,
  toPerSecond: amount,
  durationNs: ns.nullable(),
} satisfies Fields<RateStep>);

const arrivals = z.enum(ARRIVALS);

const rate = z.object({
  arrivals,
  steps: z.array(step).min(1).max(MAX_ENTRIES),
  mostBacklog: count,
} satisfies Fields<RatePlan>);

const encryption = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["none", "sse-s3", "sse-c"]) }),
  z.object({
    kind: z.literal("sse-kms"),
    keyId: text.nullable(),
  } satisfies Fields<Extract<ObjectEncryption, { kind: "sse-kms" }>>),
]);

const objects = z.object({
  storageClass: z.enum(STORAGE_CLASSES).nullable(),
  encryption,
  checksum: z.enum(CHECKSUM_ALGORITHMS).nullable(),
  payload: z.enum(PAYLOAD_SIGNINGS),
  connections: z.enum(["reused", "new"]),
  verify: z.boolean(),
} satisfies Fields<ObjectOptions>);

const listing = z.object({
  prefix: z.enum(["directory", "dataset"]),
  delimiter: z.boolean(),
  pageSize: counting,
} satisfies Fields<ListingPlan>);

const restore = z.object({
  tier: z.enum(RESTORE_TIERS),
  days: count,
  pollNs: ns,
  deadlineNs: ns,
} satisfies Fields<RestorePlan>);

const sync = z.object({
  call: z.enum(SYNC_CALLS),
  every: counting,
  directory: z.boolean(),
} satisfies Fields<SyncPlan>);

const find = z.object({
  slo: z.array(threshold).min(1).max(MAX_ENTRIES),
  by: z.enum(SEARCHED),
  wants: z.enum(["most", "least"]),
  from: amount.nullable(),
  to: amount.nullable(),
  precisionShare: positive,
  repetitions: counting,
  arrivals,
  mostBacklog: count,
} satisfies Fields<FindPlan>);

const mix = z
  .array(z.object({ operation: z.enum(OPERATIONS), weight: positive }))
  .min(1)
  .max(OPERATIONS.length);

const blockShare = z.object({ bytes: counting, weight: positive } satisfies Fields<BlockShare>);

/**
 * A phase of a plan. Fields that older versions did not know have the value that says nothing; what
 * this version does not know is kept, because it makes the plan another one.
 */
export const phasePlan = z.looseObject({
  name,
  dataset: name,
  mix,
  access: z.enum(ACCESS_PATTERNS),
  accessParameters: accessParameters.default(NO_PARAMETERS),
  blockBytes: counting,
  blockMix: z.array(blockShare).max(MAX_ENTRIES).default([]),
  workers: counting,
  queueDepth: counting,
  rate: rate.nullable().default(null),
  warmupNs: ns,
  warmupAuto: z.boolean().default(false),
  limit,
  cache: z.enum(CACHE_POLICIES),
  engine: z.enum([...ENGINE_NAMES, "auto"]),
  polling: z.enum(POLLINGS).default("none"),
  sync: sync.nullable().default(null),
  dsync: z.boolean().default(false),
  partBytes: count,
  partConcurrency: counting,
  retries: count,
  verify: z.boolean().default(false),
  objects: objects.default(PLAIN_REQUESTS.objects),
  listing: listing.default(PLAIN_REQUESTS.listing),
  restore: restore.nullable().default(PLAIN_REQUESTS.restore),
  keysPerRequest: counting.default(PLAIN_REQUESTS.keysPerRequest),
  matrix: byName(text),
  find: find.exactOptional(),
  thresholds: z.array(threshold).max(MAX_ENTRIES).exactOptional(),
} satisfies Fields<PhasePlan>);
