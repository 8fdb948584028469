import { UsageError } from "../../model/fault/errors.ts";
import { pairName } from "../../model/run/pair-name.ts";
import { isLoopback } from "../../model/target/amazon.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { parseDurationNs } from "../../model/units.ts";
import type { CheckedTime } from "../../report/check/check.ts";
import { formatCount } from "../../report/parts/format.ts";
import type { PlanSpace } from "../../scenario/fit/space.ts";
import { budgetLine, planLoadNs, scaleToBudget } from "../estimate/budget.ts";
import {
  estimateRun,
  type PrepareRates,
  type RunEstimate,
  timeLine,
  totalLine,
} from "../estimate/estimate.ts";
import { prepareRates } from "../estimate/prepare.ts";
import { shareData } from "../sharing/sharing.ts";
import { type Pricing, requestsOf } from "./cost.ts";
import type { FittedRun } from "./fit.ts";
import { spaceWords } from "./space-words.ts";

/** Data up to this size is not worth a probe: it takes as long to prepare. */
const SMALL_BYTES = 16 * 1024 ** 2;
const FEW_FILES = 100;

/** A run with its estimate. */
interface EstimatedRun extends FittedRun {
  readonly estimate: RunEstimate;
  /** How fast the target takes data; null: unknown. */
  readonly rates: PrepareRates | null;
}

/** Time budget of a command, and options that determine its preparation. */
interface EstimateOptions {
  /** Maximum time of the command; null or absent: none. */
  readonly budgetNs?: number | null;
  /** Whether data is prepared at all; kept data is reused otherwise. */
  readonly reuseData: boolean;
  readonly keepData: boolean;
  /** Runs of each pair. */
  readonly times: number;
  /** Without a budget, nothing is probed, because no estimate is shown. */
  readonly quiet: boolean;
  /** Whether other hosts run it: nothing is probed here, and no data is left for the next run. */
  readonly isElsewhere?: boolean;
}

/** The runs of a command, shortened to its budget, and the lines that announce them. */
interface Estimates {
  readonly runs: readonly EstimatedRun[];
  readonly lines: readonly string[];
}

/** Reads `--budget`. Throws UsageError. */
export function parseBudget(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = parseDurationNs(text);
  if ("value" in parsed && parsed.value > 0) return parsed.value;
  throw new UsageError(`--budget: expected a time such as \`30m\`, got \`${text}\``);
}

/**
 * Estimates every run and shortens its load to the budget. Probes each directory to which data will
 * be written, for about 0.5 s.
 */
export async function estimateRuns(
  pairs: readonly FittedRun[],
  pricing: Pricing,
  { budgetNs = null, reuseData, keepData, times, quiet, isElsewhere = false }: EstimateOptions,
  signal: AbortSignal,
): Promise<Estimates> {
  const ratesOf = rememberedRates(signal);
  const runs: EstimatedRun[] = [];
  const isShared = times === 1 && !keepData && !reuseData && !isElsewhere;
  for (const pair of isShared ? shareData(pairs) : pairs) {
    const isThere = reuseData || pair.takesDataOf !== undefined;
    const space = isThere ? { ...pair.space, preparedBytes: 0, preparedFiles: 0 } : pair.space;
    const { target, facts } = pair;
    const isShown = (!quiet || budgetNs !== null) && !isElsewhere;
    const rates = isSmall(space) || !isShown ? null : await ratesOf(target, facts.freeBytes);
    const estimate = estimateRun({ ...pair, space, rates, isSmall: isSmall(space) });
    runs.push({ ...pair, rates, estimate });
  }
  const budgeted = budgetNs === null ? { runs, line: null } : shorten(runs, budgetNs, times);
  const each = budgeted.runs.map((run) => {
    // The cost line of another host has the requests.
    const cost = isLoopback(run.target) ? pricing.estimate(run.plan, run.target) : null;
    const requests = cost === null ? 0 : requestsOf(cost);
    const sent = requests === 0 ? "" : `; at most ${formatCount(requests)} requests`;
    const isStored = run.space.peakBytes > 0 && !reuseData;
    const own = !isStored ? "" : `; ${spaceWords(run)}`;
    const data = run.takesDataOf === undefined ? own : `; uses the data of ${run.takesDataOf}`;
    return `${timeLine(run, run.estimate)}${data}${sent}`;
  });
  const total = totalLine(
    budgeted.runs.map(({ plan, target, estimate }) => ({
      name: pairName({ plan, target }),
      estimate,
    })),
    times,
  );
  const all = [...each, ...(budgeted.line === null ? [] : [budgeted.line])];
  return { runs: budgeted.runs, lines: total === null ? all : [...all, total] };
}

/** Whether a preparation is too short for an estimate. */
export function isSmall({ preparedBytes, preparedFiles }: PlanSpace): boolean {
  return preparedBytes <= SMALL_BYTES && preparedFiles <= FEW_FILES;
}

/** Returns a function that finds the rates of each target once. */
export function rememberedRates(
  signal: AbortSignal,
): (target: TargetSpec, freeBytes: number | null) => Promise<PrepareRates | null> {
  const known = new Map<TargetSpec, PrepareRates | null>();
  return async (target, freeBytes) => {
    const found = known.get(target);
    if (found !== undefined) return found;
    const rates = await prepareRates(target, freeBytes, signal);
    known.set(target, rates);
    return rates;
  };
}

/** Estimates the time of a run for `assay check`; null rates: unknown. */
export function checkedTime({
  plan,
  target,
  space,
  rates,
}: Pick<EstimatedRun, "plan" | "target" | "space" | "rates">): CheckedTime {
  const estimate = estimateRun({ plan, target, space, rates, isSmall: isSmall(space) });
  const { prepareNs, loadNs } = estimate;
  return { prepareNs, loadNs, text: timeLine({ plan, target }, estimate) };
}

function shorten(runs: readonly EstimatedRun[], budgetNs: number, times: number) {
  const prepareNs = runs.reduce((sum, { estimate }) => sum + (estimate.prepareNs ?? 0), 0);
  const all = Array.from({ length: times }, () => runs.map(({ plan }) => plan)).flat();
  const scaled = scaleToBudget(all, budgetNs, prepareNs * times);
  const shortened = runs.map((run, at): EstimatedRun => {
    const plan = scaled.plans[at] ?? run.plan;
    return { ...run, plan, estimate: { ...run.estimate, loadNs: planLoadNs(plan) } };
  });
  return { runs: shortened, line: budgetLine(scaled, budgetNs) };
}
