import { z } from "zod";
import { ENGINE_NAMES } from "../../model/plan/plan.ts";
import type {
  ClientBound,
  ClientLimit,
  HarnessRecord,
  InFlight,
  KernelThreads,
  OwnPauses,
  OwnTime,
  Throttling,
} from "../../model/run/harness.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { amount, count, MAX_ENTRIES, ns, positive, share, text } from "./values.ts";

/** Maximum rate of one worker without storage; `assay selftest` stores the same. */
export const clientLimit = z.object({
  engine: z.enum(ENGINE_NAMES),
  direction: z.enum(["read", "write"]),
  blockBytes: count,
  queueDepth: count,
  operationsPerSecond: positive,
  cpuPerOperationNs: ns,
  latencyP50Ns: ns,
  latencyP99Ns: ns,
} satisfies Fields<ClientLimit>);

const pause = z.object({ atNs: ns, lengthNs: ns, readyShare: share.nullable() });

const pauses = z.object({
  count,
  totalNs: ns,
  longestNs: ns,
  list: z.array(pause).max(MAX_ENTRIES),
  short: z.object({ count, totalNs: ns }).nullable().exactOptional(),
} satisfies Fields<OwnPauses>);

const ownTime = {
  watchedNs: ns,
  cpuUserNs: ns,
  cpuSystemNs: ns,
  processorWaitNs: ns.nullable(),
  processorTurns: count.nullable(),
  collections: z.object({ count, totalNs: ns, longestNs: ns }),
  loopDelayLongestNs: ns.nullable(),
} satisfies Fields<OwnTime>;

const bound = z.object({
  by: z.enum(["processor", "threads", "queue", "floor", "nothing"]),
  reason: text,
  advice: text,
} satisfies Fields<ClientBound>);

const inFlight = z.object({
  planned: amount,
  reached: amount,
  waitingForCpu: amount.nullable(),
} satisfies Fields<InFlight>);

const throttling = z.object({
  periods: count,
  throttledPeriods: count,
  throttledNs: ns,
} satisfies Fields<Throttling>);

export const harness = z.object({
  watchedNs: ns,
  pauses: pauses.nullable(),
  workers: z.array(z.object({ ...ownTime, worker: count })).max(MAX_ENTRIES),
  stealShare: share.nullable(),
  idleShare: share.nullable().exactOptional(),
  throttling: throttling.nullable().exactOptional(),
  hasCpuQuota: z.boolean().nullable().exactOptional(),
  involuntarySwitches: count,
  cores: positive,
  floor: clientLimit.nullable(),
  bound: bound.nullable(),
  inFlight: inFlight.nullable().exactOptional(),
  kernelThreads: z
    .object({ count, cpuNs: ns, waitNs: ns, turns: count } satisfies Fields<KernelThreads>)
    .exactOptional(),
} satisfies Fields<HarnessRecord>);
