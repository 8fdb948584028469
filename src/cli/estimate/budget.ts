import { trialsOf } from "../../metrics/search/search.ts";
import { UsageError } from "../../model/fault/errors.ts";
import {
  longestNs,
  maxRepetitionNs,
  type PhaseLimit,
  type PhasePlan,
  type Plan,
} from "../../model/plan/plan.ts";
import { formatCount, formatDuration, formatShare } from "../../report/parts/format.ts";
import { isTimedWriter } from "../../scenario/fit/space.ts";

/** Minimum length of a shortened phase: below it, few intervals and percentiles are meaningful. */
const MIN_PHASE_NS = 2e9;
const MIN_WARMUP_NS = 0.5e9;

/** Assumed time to start, drain and store a phase. */
const PHASE_OVERHEAD_NS = 0.4e9;
/** Assumed time to open a target, start threads, and store and clean up a run. */
const RUN_OVERHEAD_NS = 1e9;

/** Shares to which durations are shortened, largest first; 0: every phase has its minimum. */
const SHARES: readonly number[] = [
  ...Array.from({ length: 20 }, (_, at) => (20 - at) / 20),
  ...[0.04, 0.03, 0.02, 0.01, 0],
];

/** Plans with shortened phases. */
export interface ScaledPlans {
  /** One per given plan, in order. */
  readonly plans: readonly Plan[];
  /** Share of the planned durations, 0 to 1; 1: unchanged. */
  readonly share: number;
}

/**
 * Shortens phases and warm-ups of all runs of a command so that they end within a time budget.
 * Phases that a count ends keep their length and are assumed to take no time. Durations are never
 * lengthened, and shares are rounded to a ladder, so that equal storage gets equal plans.
 *
 * @param plans one plan per run
 * @param prepareNs time to prepare the data of all runs
 * @throws UsageError with the smallest budget that would do
 */
export function scaleToBudget(
  plans: readonly Plan[],
  budgetNs: number,
  prepareNs: number,
): ScaledPlans {
  const others = prepareNs + plans.reduce((sum, plan) => sum + overheadNs(plan), 0);
  for (const share of SHARES) {
    const scaled = plans.map((plan) => scalePlan(plan, share));
    if (others + loadNs(scaled) <= budgetNs) return { plans: scaled, share };
  }
  const leastNs = loadNs(plans.map((plan) => scalePlan(plan, 0)));
  const smallest = `${Math.ceil((others + leastNs) / 1e9)}s`;
  throw new UsageError(
    `--budget ${formatDuration(budgetNs)} is too short: ${formatDuration(prepareNs)} to prepare ` +
      `the data and ${formatDuration(leastNs)} of load with phases of ` +
      `${MIN_PHASE_NS / 1e9} s; use --budget ${smallest}, fewer scenarios, or ` +
      "a smaller dataset",
  );
}

/**
 * Describes the change of {@link scaleToBudget} in a sentence, and the phases that it cannot
 * shorten; null if there are neither.
 */
export function budgetLine({ plans, share }: ScaledPlans, budgetNs: number): string | null {
  const counted = plans.reduce((sum, plan) => sum + countedPhases(plan), 0);
  const shortened = share === 0 ? "their minimum" : formatShare(share);
  const effects = [
    ...(share === 1
      ? []
      : [
          `durations and warm-ups are shortened to ${shortened}, phases to no less than ` +
            `${MIN_PHASE_NS / 1e9} s; rates and tail latencies are less precise`,
        ]),
    ...(counted === 0 ? [] : [`${countedWords(counted)}, so that the command may take longer`]),
  ];
  if (effects.length === 0) return null;
  return `budget ${formatDuration(budgetNs)}: ${effects.join("; ")}`;
}

/** Phases of a plan that a count ends, all repetitions. */
export function countedPhases({ phases, repetitions }: Plan): number {
  return phases.filter(({ limit }) => longestNs(limit) === null).length * repetitions;
}

/** States how many phases are not in an estimate, because a count ends them. */
export function countedWords(phases: number): string {
  const what = phases === 1 ? "1 phase" : `${formatCount(phases)} phases`;
  return `not in this estimate: ${what} that a count ends`;
}

/** Load time of a plan with all repetitions, nanoseconds; phases that a count ends: 0. */
export function planLoadNs({ phases, repetitions }: Plan): number {
  return phases.reduce((sum, phase) => sum + phaseLoadNs(phase), 0) * repetitions;
}

/** Time of all phases that write until a time, with all repetitions, nanoseconds. */
export function timedWritesNs({ phases, repetitions }: Plan): number {
  const timed = phases.filter(isTimedWriter);
  return timed.reduce((sum, phase) => sum + phaseLoadNs(phase), 0) * repetitions;
}

function phaseLoadNs(phase: PhasePlan): number {
  const { find, restore, limit } = phase;
  if (longestNs(limit) === null) return restore?.deadlineNs ?? 0;
  return maxRepetitionNs(phase) * (find === undefined ? 1 : trialsOf(find).usual);
}

/** Time of a run besides preparation and load, nanoseconds. */
function overheadNs({ phases, repetitions }: Plan): number {
  const times = phases.reduce(
    (sum, { find }) => sum + (find === undefined ? 1 : trialsOf(find).usual),
    0,
  );
  return RUN_OVERHEAD_NS + times * repetitions * PHASE_OVERHEAD_NS;
}

function loadNs(plans: readonly Plan[]): number {
  return plans.reduce((sum, plan) => sum + planLoadNs(plan), 0);
}

function scalePlan(plan: Plan, share: number): Plan {
  if (share === 1) return plan;
  const phases = plan.phases.map((phase) => scalePhase(phase, share));
  const shortest = Math.min(...phases.map(({ limit }) => longestNs(limit) ?? Infinity));
  return { ...plan, phases, intervalNs: Math.min(plan.intervalNs, shortest) };
}

function scalePhase(phase: PhasePlan, share: number): PhasePlan {
  const { limit, warmupNs, rate } = phase;
  const before = longestNs(limit);
  if (before === null) return phase;
  const scaled = scaleLimit(limit, share);
  const ratio = (longestNs(scaled) ?? before) / before;
  const steps = rate?.steps.map((step) => ({
    ...step,
    durationNs: step.durationNs === null ? null : Math.round(step.durationNs * ratio),
  }));
  return {
    ...phase,
    limit: scaled,
    warmupNs: shortened(warmupNs, share, MIN_WARMUP_NS),
    rate: rate === null || steps === undefined ? rate : { ...rate, steps },
  };
}

function scaleLimit(limit: PhaseLimit, share: number): PhaseLimit {
  if (limit.kind === "duration") {
    return { ...limit, durationNs: shortened(limit.durationNs, share, MIN_PHASE_NS) };
  }
  if (limit.kind !== "steady") return limit;
  const windowNs = shortened(limit.windowNs, share, MIN_PHASE_NS);
  return { ...limit, windowNs, mostNs: Math.max(windowNs, shortened(limit.mostNs, share, 0)) };
}

/** A shorter time, rounded down to 0.1 s, or to 1 s from 10 s; at least the minimum. */
function shortened(ns: number, share: number, minNs: number): number {
  const exact = ns * share;
  const unit = exact >= 10e9 ? 1e9 : 0.1e9;
  return Math.min(ns, Math.max(minNs, Math.floor(exact / unit) * unit));
}
