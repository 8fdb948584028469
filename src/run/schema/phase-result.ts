import { z } from "zod";
import { OPERATIONS } from "../../model/plan/operation.ts";
import { ENGINE_NAMES } from "../../model/plan/plan.ts";
import type { CacheEvidence } from "../../model/run/cache.ts";
import type { BackOff, ErrorCount } from "../../model/run/measurement.ts";
import type {
  ClientCpu,
  PhaseResult,
  Summary,
  ThrottledInterval,
  Warning,
} from "../../model/run/run.ts";
import type {
  BacklogGrowth,
  RateChange,
  Stability,
  SteadyWindow,
} from "../../model/run/stability.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { harness } from "./harness.ts";
import { phasePlan } from "./phase-plan.ts";
import { openLoop, summary } from "./summary.ts";
import {
  amount,
  byName,
  change,
  count,
  counting,
  instant,
  MAX_ENTRIES,
  name,
  ns,
  share,
  shareOrNaN,
  text,
} from "./values.ts";

export const state = z.enum(["running", "complete", "partial", "failed"]);

export const warnings = z
  .array(z.object({ code: text, message: text } satisfies Fields<Warning>))
  .max(MAX_ENTRIES);

const errorCount = z.object({
  operation: z.enum([...OPERATIONS, "sync"]),
  code: text,
  count,
  first: text,
  leastAgeNs: ns.exactOptional(),
} satisfies Fields<ErrorCount>);

const cache = z.object({
  servedFromCacheShare: share.nullable(),
  servedFromCacheShareLow: share.exactOptional(),
  servedFromCacheShareHigh: share.exactOptional(),
  basis: text.exactOptional(),
  unseenCache: text.nullable().exactOptional(),
  logicalReadBytes: count,
  logicalWriteBytes: count,
  deviceReadBytes: amount.nullable(),
  deviceWriteBytes: amount.nullable(),
  ownReadBytes: amount.nullable().exactOptional(),
  firstReadBytes: amount.nullable().exactOptional(),
  cacheFilled: z.boolean().nullable().exactOptional(),
  memoryFastShare: share.nullable().exactOptional(),
  residentShareBefore: share.nullable().default(null),
  residentShareAfter: share.nullable().default(null),
  source: text,
} satisfies Fields<CacheEvidence>);

const cpu = z.object({
  workersUserNs: ns,
  workersSystemNs: ns,
  processUserNs: ns,
  processSystemNs: ns,
} satisfies Fields<ClientCpu>);

const steady = z.object({
  reached: z.boolean(),
  fromNs: ns,
  lengthNs: ns,
  rangeShare: shareOrNaN,
  slopeShare: shareOrNaN,
} satisfies Fields<SteadyWindow>);

const rateChange = z.object({
  atNs: ns,
  beforePerSecond: amount,
  afterPerSecond: amount,
  p: share,
} satisfies Fields<RateChange>);

const backlog = z.object({
  operations: change,
  chance: amount,
  offered: amount,
} satisfies Fields<BacklogGrowth>);

const stability = z.object({
  warmup: z.object({ leftOutNs: ns, found: z.boolean() }).nullable(),
  steady: steady.nullable(),
  trend: z
    .object({ changeShare: change, lowShare: change, highShare: change } satisfies Fields<
      NonNullable<Stability["trend"]>
    >)
    .nullable(),
  change: rateChange.nullable(),
  levels: z
    .array(z.object({ fromNs: ns, perSecond: amount }))
    .max(MAX_ENTRIES)
    .exactOptional(),
  backlog: backlog.nullable().exactOptional(),
  done: z.object({ firstNs: ns, lastNs: ns }).nullable(),
} satisfies Fields<Stability>);

const throttledInterval = z.object({
  fromNs: ns,
  requests: count,
} satisfies Fields<ThrottledInterval>);

/** `all` first, then each operation of a mix once. */
const summaries = z
  .array(summary)
  .min(1)
  .max(OPERATIONS.length + 1)
  .check(({ value, issues }) => {
    const wrong = value.findIndex(({ operation }, at) =>
      at === 0 ? operation !== "all" : isRepeated(value, at),
    );
    if (wrong < 0) return;
    const message = wrong === 0 ? '"all" in the first summary' : "each operation once after `all`";
    const input = value[wrong]?.operation;
    issues.push({ code: "custom", message, path: [wrong, "operation"], input });
  });

function isRepeated(summaries: readonly Pick<Summary, "operation">[], at: number): boolean {
  const { operation } = summaries[at] ?? { operation: "all" };
  return summaries.findIndex((one) => one.operation === operation) < at;
}

export const phaseResult = z.object({
  phase: phasePlan,
  repetition: counting,
  pointOf: name.exactOptional(),
  state,
  reason: text.nullable(),
  engine: z.enum(ENGINE_NAMES),
  threads: count,
  queueDepthPerThread: count,
  startedAt: instant,
  elapsedNs: ns,
  reportedNs: ns.exactOptional(),
  intervalNs: ns,
  intervals: count,
  datasetBytes: count,
  summaries,
  errors: z.array(errorCount).max(MAX_ENTRIES),
  counters: byName(amount),
  throttling: z.array(throttledInterval).max(MAX_ENTRIES).exactOptional(),
  openLoop: openLoop.exactOptional(),
  backOff: z.object({ pauses: count, totalNs: ns } satisfies Fields<BackOff>).exactOptional(),
  stability: stability.exactOptional(),
  cache,
  cpu,
  harness: harness.exactOptional(),
  warnings,
} satisfies Fields<PhaseResult>);
