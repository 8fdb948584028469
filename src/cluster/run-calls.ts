/**
 * Calls from the coordinator to the agent of a host: parameters, events and results of each, as
 * schemas. Whatever crosses a session is parsed here; a fault names the field.
 */
import { z } from "zod";
import { PreflightError } from "../model/fault/errors.ts";
import { OPERATIONS } from "../model/plan/operation.ts";
import { ENGINE_NAMES } from "../model/plan/plan.ts";
import type { Usage } from "../model/run/cost.ts";
import type { Environment } from "../model/run/environment.ts";
import { LATENCY_METRICS } from "../model/run/measurement.ts";
import type { Warning } from "../model/run/run.ts";
import type { Sample } from "../model/run/sample.ts";
import { type Fields, faultText } from "../model/run/stored-json.ts";
import type { HostLimits } from "../model/target/host-limits.ts";
import type { StorageKnowledge } from "../model/target/knowledge.ts";
import { usage } from "../run/schema/cost.ts";
import { hostRecord } from "../run/schema/hosts.ts";
import { phasePlan } from "../run/schema/phase-plan.ts";
import { phaseResult, warnings } from "../run/schema/phase-result.ts";
import { plan } from "../run/schema/run.ts";
import { environment, storage } from "../run/schema/surroundings.ts";
import { target } from "../run/schema/target.ts";
import { change, count, counting, name, ns, share, text } from "../run/schema/values.ts";
import { component } from "../storage/ownership/dataset-schema.ts";
import type { CutOffWrites } from "../storage/target/target.ts";

const part = z
  .object({ host: count, hosts: counting })
  .refine(({ host, hosts }) => host < hosts, "a place below the number of hosts");

const resolved = z.object({
  engine: z.enum(ENGINE_NAMES),
  threads: counting,
  depth: counting,
  fallback: text.nullable(),
});

const limits = z.object({
  openFiles: count.nullable(),
  threads: z.object({ limit: count, used: count }).nullable(),
  addressSpace: z.object({ limitBytes: count, usedBytes: count }).nullable(),
} satisfies Fields<HostLimits>);

const sample = z.object({
  fromNs: ns,
  widthNs: ns,
  stealShare: share.nullable(),
  cpuWaitShare: share.nullable(),
  deviceReadBytes: count.nullable(),
  deviceWriteBytes: count.nullable(),
} satisfies Fields<Sample>);

/** Id of a run: a part of paths and keys, which must not lead out of a directory. */
const runId = component;

/** A plan whose datasets are directories of the run. */
const runPlan = plan.refine(
  ({ datasets }) => datasets.every((one) => component.safeParse(one.name).success),
  { path: ["datasets"], message: "datasets with plain file names" },
);

/** Facts about a host and what it sees of a target, before anything is written. */
export const LOOK = {
  params: z.object({ target: target.nullable(), ring: z.boolean() }),
  result: z.object({
    /** Why an engine is not available there, by engine. */
    refusals: z.record(z.string(), text),
    limits,
    facts: z
      .object({
        kind: z.enum(["directory", "device", "bucket", "memory"]),
        freeBytes: count.nullable(),
        freeFiles: count.nullable(),
        blockBytes: counting,
        memoryBytes: count,
      })
      .nullable(),
    hasFloors: z.boolean(),
  }),
};

/** `keeper`: writes the manifest and cleans. `member`: joins what the keeper opened. */
const role = z.enum(["keeper", "member"]);

/** Opens the target for a run and its store on the host. */
export const OPEN = {
  params: z.object({
    runId,
    /** Name of the folder of the run in the results of the host. */
    folderName: component,
    assayVersion: text,
    plan: runPlan,
    planHash: text,
    target,
    /** How the first phase is run, so that its threads start early. */
    resolved,
    role,
    /** Number of hosts of the run. */
    hosts: counting,
    keepData: z.boolean(),
    reuseData: z.boolean(),
    offline: z.boolean(),
    cleanupTimeoutMs: counting.nullable(),
    /** The host as the run lists it, without the facts from its end. */
    host: hostRecord,
    scope: z.enum(["shared", "private"]),
  }),
  result: z.object({
    environment,
    storage: storage.nullable(),
    reused: z.boolean(),
    warnings,
  }),
};

/** Writes and reads the content by which hosts find that they see the same storage. */
export const TOKEN = {
  params: z.object({
    target,
    runId,
    /** Null: write a token and return it. Else read it, and return whether it is the same. */
    expected: text.nullable(),
  }),
  result: z.object({ token: text.nullable(), problem: text.nullable() }),
};

/** Writes a token for the other hosts, and removes it after a note. */
export const HOLD = {
  params: z.object({ target, runId, assayVersion: text }),
  event: z.object({ token: text.nullable() }),
  result: z.object({ left: z.array(text).max(1000) }),
};

/** Prepares the host's part of a phase's dataset; without `part`, checks the whole dataset. */
export const PREPARE = {
  params: z.object({
    phase: phasePlan,
    part: part.nullable(),
    /** Phase before on this dataset, which may have changed files; null: there was none. */
    after: phasePlan.nullable(),
  }),
  event: z.object({ doneBytes: count, totalBytes: count, what: text }),
  result: z.object({}),
};

/** Maximum number of intervals of one event. */
export const MAX_CELLS = 10_000;

const series = z
  .array(z.object({ operation: z.enum(OPERATIONS), metric: z.enum(LATENCY_METRICS) }))
  .max(1000);

/** Nanoseconds on a process-wide clock, as text: they exceed 2^53. */
const clockNs = z.string().regex(/^\d{1,20}$/, "a number of nanoseconds");

/** Times one phase together with the other hosts. */
export const PHASE = {
  params: z.object({
    phase: phasePlan,
    repetition: counting,
    seed: change.nullable(),
    pointOf: name.nullable(),
    warns: z.boolean(),
    part,
    /** Share in the arrivals of an open loop; differs from `part` on separate storage. */
    arrivals: part,
    resolved,
    intervalNs: ns,
    perRate: counting,
  }),
  event: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("warning"), message: text }),
    z.object({ kind: z.literal("preparing"), doneBytes: count, totalBytes: count, what: text }),
    /** All workers wait for the start. */
    z.object({
      kind: z.literal("ready"),
      series,
      dataset: z.object({ totalBytes: count, count }),
    }),
    /** Intervals, packed; the form is checked where they are unpacked. */
    z.object({ kind: z.literal("cells"), cells: z.array(z.unknown()).max(MAX_CELLS) }),
    z.object({ kind: z.literal("sample"), sample }),
  ]),
  note: z.discriminatedUnion("kind", [
    /** Start at this instant of the host's own clock. */
    z.object({ kind: z.literal("start"), atNs: clockNs }),
    /** End at this time from the start. */
    z.object({ kind: z.literal("end"), fromStartNs: ns }),
  ]),
  result: z.object({
    result: phaseResult,
    /** First operation of the last thread, from the start; null without one. */
    firstIssueNs: change.nullable(),
    /** SHA-256 of the packed histograms of the whole phase. */
    hash: text,
  }),
};

const cutOff = z.object({ count, isMost: z.boolean() } satisfies Fields<CutOffWrites>);

/**
 * Ends the run on the host: keeps or removes the data, closes the target, removes the host's own
 * folder of the run, because the coordinator stores it all.
 */
export const FINISH = {
  params: z.object({
    keep: z.boolean(),
    /** Writes of other hosts that may still complete. */
    cutOff,
  }),
  event: z.object({ doneBytes: count, totalBytes: count }),
  result: z.object({ warnings, usage: z.array(usage).max(10_000), cutOff }),
};

/** Parses a value from the other side of a session. Throws PreflightError that names the field. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  from: string,
): z.output<Schema> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  throw new PreflightError(`${from} sent an invalid message: ${faultText(outcome.error, value)}`);
}

export type OpenParams = z.output<typeof OPEN.params>;
/** Facts from a host whose target is open. */
export interface OpenResult {
  readonly environment: Environment;
  readonly storage: StorageKnowledge | null;
  readonly reused: boolean;
  readonly warnings: readonly Warning[];
}
export type HoldParams = z.output<typeof HOLD.params>;
export type PrepareParams = z.output<typeof PREPARE.params>;
export type FinishParams = z.output<typeof FINISH.params>;
export type PhaseParams = z.output<typeof PHASE.params>;
/** Outcome of the end of a run on a host. */
export interface FinishResult {
  readonly warnings: readonly Warning[];
  readonly usage: readonly Usage[];
  /** Writes of this host that may still complete, unless it holds the data itself. */
  readonly cutOff: CutOffWrites;
}
