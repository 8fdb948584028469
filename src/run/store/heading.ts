import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { INSTANT, MAX_ENTRIES, MAX_NAME, MAX_NS, RUN_ID } from "../schema/bounds.ts";

/** A phase of a stored run, as a list of runs needs it. */
export interface PhaseHeading extends Pick<PhaseResult, "state" | "elapsedNs"> {
  readonly phase: Pick<PhasePlan, "name">;
  readonly summaries: readonly Pick<
    Summary,
    "operationsPerSecond" | "bytesPerSecond" | "latency" | "response" | "errors"
  >[];
}

/** The fields of a stored run that a list of runs needs. */
export interface RunHeading extends Pick<Run, "id" | "state" | "startedAt" | "endedAt"> {
  readonly plan: Pick<Plan, "name">;
  readonly target: Pick<TargetSpec, "name" | "kind">;
  readonly phases: readonly PhaseHeading[];
}

/** A value of unknown type per field. */
type Unchecked<T> = { readonly [Field in keyof T]?: unknown };

const STATES: ReadonlySet<unknown> = new Set(["running", "complete", "partial", "failed"]);
const KINDS: ReadonlySet<unknown> = new Set(TARGET_KINDS);
/** Fields of a latency distribution that must not decrease. */
const RISING = ["minNs", "p50Ns", "p90Ns", "p95Ns", "p99Ns", "p999Ns", "p9999Ns", "maxNs"] as const;

/**
 * Checks the fields of a list in the value of a `run.json`, without the schema, whose code takes
 * longer to load than a list to print. Accepts nothing that `runSchema` rejects in these fields.
 * False: the schema decides, and names the fault.
 */
export function isRunHeading(value: object): value is RunHeading {
  const { id, state, startedAt, endedAt, plan, target, phases }: Unchecked<RunHeading> = value;
  return (
    typeof id === "string" &&
    RUN_ID.test(id) &&
    STATES.has(state) &&
    isInstant(startedAt) &&
    (endedAt === null || isInstant(endedAt)) &&
    isNamed(plan) &&
    isNamed(target) &&
    KINDS.has((target as Unchecked<TargetSpec>).kind) &&
    isListOf(phases, MAX_ENTRIES, isPhase)
  );
}

function isPhase(value: unknown): value is PhaseHeading {
  if (!isObject(value)) return false;
  const { phase, state, elapsedNs, summaries }: Unchecked<PhaseHeading> = value;
  if (!isNamed(phase) || !STATES.has(state) || !isAmount(elapsedNs)) return false;
  // Other operations follow the first summary, which is that of the whole phase.
  return isListOf(summaries, MAX_ENTRIES, isSummary) && summaries[0]?.operation === "all";
}

function isSummary(value: unknown): value is Summary {
  if (!isObject(value)) return false;
  const { operationsPerSecond, bytesPerSecond, errors, latency, response }: Unchecked<Summary> =
    value;
  return (
    isAmount(operationsPerSecond) &&
    isAmount(bytesPerSecond) &&
    isAmount(errors) &&
    Number.isInteger(errors) &&
    (latency === null || isLatency(latency)) &&
    (response === undefined || response === null || isLatency(response))
  );
}

function isLatency(value: unknown): value is LatencySummary {
  if (!isObject(value)) return false;
  const {
    count,
    meanNs,
    standardDeviationNs,
    atLeastNs = 0,
    ...rest
  }: Unchecked<LatencySummary> = value;
  if (!isAmount(count) || !Number.isInteger(count) || count < 1) return false;
  if (!isAmount(meanNs) || !isAmount(standardDeviationNs) || !isAmount(atLeastNs)) return false;
  let below = 0;
  return RISING.every((field) => {
    const one = rest[field];
    if (!isAmount(one) || one < below) return false;
    below = one;
    return true;
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isNamed(value: unknown): value is { readonly name: string } {
  if (!isObject(value) || !("name" in value)) return false;
  const { name } = value;
  return typeof name === "string" && name.length > 0 && name.length <= MAX_NAME;
}

function isInstant(value: unknown): value is string {
  return typeof value === "string" && INSTANT.test(value) && Number.isFinite(Date.parse(value));
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MAX_NS;
}

function isListOf<One>(
  value: unknown,
  most: number,
  isOne: (one: unknown) => one is One,
): value is readonly One[] {
  return Array.isArray(value) && value.length <= most && value.every(isOne);
}
