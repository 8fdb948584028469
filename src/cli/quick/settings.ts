import { UsageError } from "../../model/fault/errors.ts";
import { formatDuration } from "../../report/parts/format.ts";

const MIB = 2 ** 20;

/** Times and largest sizes of a quick run. */
export interface QuickSettings {
  /** Largest size of each large file. */
  readonly maxFileBytes: number;
  /** Largest number of small files. */
  readonly maxFiles: number;
  readonly warmupNs: number;
  readonly durationNs: number;
}

/** Shorter budgets get smaller datasets, because these take most of the other time. */
const SHORT_BUDGET_NS = 120e9;
const LARGE = { maxFileBytes: 256 * MIB, maxFiles: 2000 };
const SMALL = { maxFileBytes: 64 * MIB, maxFiles: 500 };

/** Percentage of the budget for timed phases; the rest is for preparation and small files. */
const TIMED_PERCENT = 65;
/** Time of a command besides its phases: start, detection, storing and cleanup. */
const START_NS = 5e9;
const WARMUP_SHARE = 0.15;
const MIN_PHASE_NS = 2.5e9;
const STEP_NS = 0.5e9;

/** Time of a quick run if `--budget` is absent. */
export const DEFAULT_BUDGET_NS = 180e9;

/**
 * Chooses the times of `phases` timed phases, and the largest sizes, by the budget.
 *
 * @throws UsageError if the budget is too short.
 */
export function quickSettings(budgetNs: number, phases: number): QuickSettings {
  const timedNs = TIMED_PERCENT * Math.max(0, budgetNs - START_NS);
  const eachNs = Math.floor(timedNs / (100 * phases * STEP_NS)) * STEP_NS;
  if (eachNs < MIN_PHASE_NS) {
    const neededNs = (100 * MIN_PHASE_NS * phases) / TIMED_PERCENT + START_NS;
    const leastNs = Math.ceil(neededNs / 5e9) * 5e9;
    throw new UsageError(
      `--budget: ${formatDuration(budgetNs)} is too short for ${phases} phases of at least ` +
        `${formatDuration(MIN_PHASE_NS)}; use --budget ${leastNs / 1e9}s or more`,
    );
  }
  const warmupNs = Math.max(1, Math.round((WARMUP_SHARE * eachNs) / STEP_NS)) * STEP_NS;
  const sizes = budgetNs < SHORT_BUDGET_NS ? SMALL : LARGE;
  return { ...sizes, warmupNs, durationNs: eachNs - warmupNs };
}

/** Environment variables of the scenarios with these values. */
export function environmentOf(settings: QuickSettings): Readonly<Record<string, string>> {
  return {
    MAX_FILE_SIZE: `${settings.maxFileBytes / MIB}MiB`,
    MAX_FILES: String(settings.maxFiles),
    ENGINE: "s3-wire",
    WARMUP: `${settings.warmupNs / 1e6}ms`,
    DURATION: `${settings.durationNs / 1e6}ms`,
  };
}
