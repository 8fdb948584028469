import { z } from "zod";
import { OPERATIONS } from "../../model/plan/operation.ts";
import { ENGINE_NAMES } from "../../model/plan/plan.ts";
import type { BackOff, ErrorCount } from "../../model/run/measurement.ts";
import type {
  PhaseResult,
  Summary,
  ThrottledInterval,
  Warning,
  WarningEvent,
} from "../../model/run/run.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { cpu, harness } from "./harness.ts";
import { phaseHosts, phaseStart } from "./hosts.ts";
import { cache, stability } from "./phase-evidence.ts";
import { phasePlan } from "./phase-plan.ts";
import { openLoop, summary } from "./summary.ts";
import { amount, byName, count, counting, instant, name, ns, state, text } from "./values.ts";

const event = z.object({
  name: text.describe("the event as a noun phrase"),
  value: z.number().exactOptional().describe("its number, in `unit`; absent if it has none"),
  unit: z
    .enum(["share", "ns", "count", "bytes"])
    .exactOptional()
    .describe("unit of `value`; share: 0 to 1"),
} satisfies Fields<WarningEvent>);

export const warnings = z
  .array(
    z.object({
      code: text.describe("stable code, see docs/troubleshooting.md"),
      message: text.describe("event, effect and remedy in full sentences"),
      event: event.exactOptional().describe("event, to group warnings of several phases"),
    } satisfies Fields<Warning>),
  )
  .max(MAX_ENTRIES);

const errorCount = z.object({
  operation: z.enum([...OPERATIONS, "sync"]).describe("operation, or `sync` for a sync call"),
  code: text.describe("errno name, `ESHORT`, `UNFINISHED` or S3 error code"),
  count: count.describe("number of failed operations"),
  first: text.describe("message of the first one"),
  leastAgeNs: ns.exactOptional().describe("`UNFINISHED` only: shortest age of the operations"),
} satisfies Fields<ErrorCount>);

const throttledInterval = z.object({
  fromNs: ns.describe("start of the interval, from the start of measuring"),
  requests: count.describe("throttled requests"),
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

const backOff = z.object({
  pauses: count.describe("pauses after failed operations"),
  totalNs: ns.describe("sum of these pauses over all slots"),
} satisfies Fields<BackOff>);

export const phaseResult = z
  .object({
    phase: phasePlan.describe("settings of the phase"),
    repetition: counting.describe("repetition of the phase, from 1"),
    pointOf: name.exactOptional().describe("planned phase that this point of a search belongs to"),
    state: state.describe("state of the phase; `partial`: ended early"),
    reason: text.nullable().describe("why the phase is not complete; null if it is"),
    engine: z.enum(ENGINE_NAMES).describe("engine that issued the operations"),
    threads: count.describe("worker threads per host"),
    queueDepthPerThread: count.describe("operations in flight per thread"),
    startedAt: instant.describe("start of the phase, before its warm-up"),
    elapsedNs: ns.describe("measured time, without a fixed warm-up"),
    reportedNs: ns.exactOptional().describe("part of it that the summaries cover; absent: all"),
    intervalNs: ns.describe("width of an interval of the time series"),
    intervals: count.describe("number of intervals"),
    datasetBytes: count.describe("size of the dataset"),
    summaries: summaries.describe("rates and latencies: `all` first, then each operation"),
    errors: z.array(errorCount).max(MAX_ENTRIES).describe("failed operations by kind"),
    counters: byName(amount).describe("counters of the engine, such as `attempts` and `retries`"),
    throttling: z
      .array(throttledInterval)
      .max(MAX_ENTRIES)
      .exactOptional()
      .describe("intervals with throttled requests"),
    openLoop: openLoop.exactOptional().describe("offered load; absent in a closed loop"),
    backOff: backOff.exactOptional().describe("pauses after errors; absent without any"),
    stability: stability.exactOptional().describe("changes of the rate within the phase"),
    cache: cache.describe("page cache and device counters"),
    cpu: cpu.describe("CPU time of assay, without the warm-up"),
    harness: harness.exactOptional().describe("observations of the load generator"),
    hosts: phaseHosts.exactOptional().describe("results by host; absent for a run on one host"),
    start: phaseStart.exactOptional().describe("start and end of the hosts; absent for one host"),
    warnings: warnings.describe("caveats of the phase"),
  } satisfies Fields<PhaseResult>)
  .meta({ id: "PhaseResult", description: "Result of one repetition of a phase." });
