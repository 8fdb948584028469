import { z } from "zod";
import { ENGINE_NAMES } from "../../model/plan/plan.ts";
import type {
  ClientBound,
  ClientCpu,
  ClientLimit,
  HarnessRecord,
  InFlight,
  KernelThreads,
  OwnPauses,
  OwnTime,
  Throttling,
} from "../../model/run/harness.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { amount, count, ns, positive, share, text } from "./values.ts";

/** Maximum rate of one worker without storage; `assay selftest` stores the same. */
export const clientLimit = z
  .object({
    engine: z.enum(ENGINE_NAMES).describe("engine that the limit applies to"),
    direction: z.enum(["read", "write"]).describe("direction of the operations"),
    blockBytes: count.describe("block size in bytes"),
    queueDepth: count.describe("operations in flight"),
    operationsPerSecond: positive.describe("maximum rate of one worker without storage"),
    cpuPerOperationNs: ns.describe("CPU time per operation, system calls included"),
    latencyP50Ns: ns.describe("p50 of the service time without storage"),
    latencyP99Ns: ns.describe("p99 of the service time without storage"),
  } satisfies Fields<ClientLimit>)
  .meta({ id: "ClientLimit", description: "Maximum rate of one worker without storage." });

const pause = z.object({
  atNs: ns.describe("start of the pause, from the start of measuring"),
  lengthNs: ns.describe("length of the pause"),
  readyShare: share
    .nullable()
    .describe("share of the pause in which threads waited for a CPU; null if unknown"),
});

const pauses = z.object({
  count: count.describe("pauses longer than 50 ms"),
  totalNs: ns.describe("total length of these pauses"),
  longestNs: ns.describe("longest of these pauses"),
  list: z.array(pause).max(MAX_ENTRIES).describe("the first pauses in detail"),
  short: z
    .object({
      count: count.describe("pauses of 50 ms or less that were observed"),
      totalNs: ns.describe("estimated total of all such pauses"),
    })
    .nullable()
    .exactOptional()
    .describe("short pauses; null if the kernel does not distinguish them from CPU wait"),
} satisfies Fields<OwnPauses>);

const ownTime = {
  watchedNs: ns.describe("observed time of the worker, the drain included"),
  cpuUserNs: ns.describe("CPU time in user mode"),
  cpuSystemNs: ns.describe("CPU time in system calls"),
  processorWaitNs: ns.nullable().describe("CPU wait; null if the kernel does not report it"),
  processorTurns: count.nullable().describe("times that the worker was scheduled; null if unknown"),
  collections: z
    .object({
      count: count.describe("number of garbage collections"),
      totalNs: ns.describe("total length of the GC pauses"),
      longestNs: ns.describe("longest GC pause"),
    })
    .describe("GC pauses of the worker"),
  loopDelayLongestNs: ns
    .nullable()
    .describe("longest delay of the event loop; null for a worker without one"),
} satisfies Fields<OwnTime>;

const bound = z.object({
  by: z
    .enum(["processor", "threads", "queue", "floor", "nothing"])
    .describe("limit: `processor` (CPU), `threads`, `queue`, `floor` (client limit), `nothing`"),
  reason: text.describe("observation with its numbers"),
  advice: text.describe("remedy"),
} satisfies Fields<ClientBound>);

const inFlight = z.object({
  planned: amount.describe("workers × queue depth"),
  reached: amount.describe("mean operations in flight, by Little's law"),
  waitingForCpu: amount.nullable().describe("of these: waiting for a CPU; null if unknown"),
  poolThreads: count.exactOptional().describe("threads of libuv's pool, if fewer than planned"),
} satisfies Fields<InFlight>);

const throttling = z.object({
  periods: count.describe("periods of the CPU quota"),
  throttledPeriods: count.describe("periods in which the quota stopped the process"),
  throttledNs: ns.describe("time stopped, summed over CPUs"),
} satisfies Fields<Throttling>);

const kernelThreads = z.object({
  count: count.describe("number of threads"),
  cpuNs: ns.describe("CPU time"),
  waitNs: ns.describe("CPU wait"),
  turns: count.describe("times that a thread was scheduled"),
} satisfies Fields<KernelThreads>);

export const harness = z
  .object({
    watchedNs: ns.describe("observed time, without the warm-up"),
    pauses: pauses.nullable().describe("pauses of the process; null if the monitor did not start"),
    workers: z
      .array(z.object({ ...ownTime, worker: count.describe("number of the worker, from 0") }))
      .max(MAX_ENTRIES)
      .describe("CPU time, CPU wait and GC pauses of each worker"),
    stealShare: share.nullable().describe("CPU steal, as a share of the CPU time; null if unknown"),
    idleShare: share.nullable().exactOptional().describe("idle share of the CPUs; null if unknown"),
    throttling: throttling.nullable().exactOptional().describe("CPU quota; null without one"),
    hasCpuQuota: z
      .boolean()
      .nullable()
      .exactOptional()
      .describe("whether a CPU quota is set; null if unknown"),
    involuntarySwitches: count.describe("involuntary context switches of the process"),
    cores: positive.describe("CPUs that the process may use"),
    floor: clientLimit.nullable().describe("client limit; null if no selftest was made"),
    bound: bound.nullable().describe("limit of the load generator; null if storage was the limit"),
    inFlight: inFlight.nullable().exactOptional().describe("operations in flight, closed loop"),
    kernelThreads: kernelThreads
      .exactOptional()
      .describe("threads that execute operations: of io_uring or libuv's pool"),
    rehearsalNs: ns
      .exactOptional()
      .describe("longest rehearsal of a worker before the start; absent without one"),
  } satisfies Fields<HarnessRecord>)
  .meta({ id: "LoadGenerator", description: "Observations of the load generator in a phase." });

export const cpu = z.object({
  workersUserNs: ns.describe("CPU time of the workers in user mode"),
  workersSystemNs: ns.describe("CPU time of the workers in system calls"),
  processUserNs: ns.describe("CPU time of the process in user mode"),
  processSystemNs: ns.describe("CPU time of the process in system calls"),
} satisfies Fields<ClientCpu>);
