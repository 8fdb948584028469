/**
 * Estimates, before a command runs, how long each of its runs takes: this file
 * and `budget.ts` are pure, `prepare.ts` finds out how fast a target takes new data. `run` prints
 * the estimates as its first lines, `check` reports them, `--budget` shortens the load by them.
 */

import type { Plan } from "../../model/plan/plan.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { formatCount, formatDuration, formatIops, formatRate } from "../../report/parts/format.ts";
import type { PlanSpace } from "../../scenario/fit/space.ts";
import type { WriteRates } from "../../storage/target/target.ts";
import { countedPhases, countedWords, planLoadNs } from "./budget.ts";

/** How fast a target takes the data of a preparation, and where that is known from. */
export interface PrepareRates extends WriteRates {
  /** Noun phrase: `probe`, `provisioned`. */
  readonly basis: string;
}

/** A plan on a target, the data that it prepares, and how fast the target takes it. */
export interface Estimated {
  readonly plan: Plan;
  readonly target: TargetSpec;
  readonly space: PlanSpace;
  /** Null if unknown. */
  readonly rates: PrepareRates | null;
  /** Whether the preparation is too short for an estimate. */
  readonly isSmall: boolean;
}

/** Estimate of one run. */
export interface RunEstimate {
  /** Time to prepare the data; 0 if it is small, null if unknown. */
  readonly prepareNs: number | null;
  /** Source of the rate of the preparation; null without one. */
  readonly prepareBasis: string | null;
  /** Load of the phases that a time ends, searches with their usual number of points. */
  readonly loadNs: number;
  /** Number of phases that a count ends, which have no planned time. */
  readonly countedPhases: number;
}

/** Estimates one run. */
export function estimateRun({ plan, space, rates, isSmall }: Estimated): RunEstimate {
  const { preparedBytes, preparedFiles } = space;
  return {
    prepareNs: isSmall ? 0 : prepareNs(preparedBytes, preparedFiles, rates),
    prepareBasis: isSmall || rates === null ? null : basisText(rates),
    loadNs: planLoadNs(plan),
    countedPhases: countedPhases(plan),
  };
}

function prepareNs(bytes: number, files: number, rates: WriteRates | null): number | null {
  if (rates === null) return null;
  const { bytesPerSecond, filesPerSecond } = rates;
  return Math.round((bytes / bytesPerSecond + files / filesPerSecond) * 1e9);
}

function basisText({ basis, bytesPerSecond, filesPerSecond }: PrepareRates): string {
  return `${basis}: ${formatRate(bytesPerSecond)}, ${formatIops(filesPerSecond)} files/s`;
}

/** The times of a run as one line: `plan on target: 30 s of load, after about 5 s to prepare`. */
export function timeLine(
  { plan, target }: Pick<Estimated, "plan" | "target">,
  estimate: RunEstimate,
): string {
  return `${pairName({ plan, target })}: ${timeText(estimate)}`;
}

function timeText({ prepareNs, prepareBasis, loadNs, countedPhases }: RunEstimate): string {
  const text = [
    ...(loadNs === 0 ? [] : [`${formatDuration(roundedNs(loadNs))} of load`]),
    ...prepareWords(prepareNs, prepareBasis),
  ].join(", after ");
  const counted = countedPhases === 0 ? [] : [countedWords(countedPhases)];
  return [...(text === "" ? [] : [text]), ...counted].join("; ");
}

function prepareWords(prepareNs: number | null, basis: string | null): readonly string[] {
  if (prepareNs === 0) return [];
  if (prepareNs === null) return ["an unknown time to prepare"];
  return [`about ${formatDuration(roundedNs(prepareNs))} to prepare (${basis})`];
}

/** Whole seconds, because an estimate is not more precise. */
function roundedNs(ns: number): number {
  return Math.max(1, Math.round(ns / 1e9)) * 1e9;
}

/** Sum of the estimates of all runs of a command, as one line; null for a single run. */
export function totalLine(
  runs: readonly { readonly name: string; readonly estimate: RunEstimate }[],
  times: number,
): string | null {
  const count = runs.length * times;
  if (count < 2) return null;
  const sum = (of: (one: RunEstimate) => number): number =>
    runs.reduce((total, { estimate }) => total + of(estimate), 0) * times;
  const loadNs = sum((one) => one.loadNs);
  const prepareNs = sum((one) => one.prepareNs ?? 0);
  const unknown = runs.filter(({ estimate }) => estimate.prepareNs === null).length;
  const counted = sum((one) => one.countedPhases);
  const wholeNs = (one: RunEstimate): number => one.loadNs + (one.prepareNs ?? 0);
  const longest = runs.reduce((a, b) => (wholeNs(b.estimate) > wholeNs(a.estimate) ? b : a));
  const exact = counted > 0 || unknown > 0 ? "at least" : "about";
  const isPrepared = prepareNs >= 0.5e9;
  const prepare = isPrepared ? `${formatDuration(roundedNs(prepareNs))} to prepare data, ` : "";
  return [
    `${formatCount(count)} runs, ${exact} ${formatDuration(roundedNs(loadNs + prepareNs))}: ` +
      prepare +
      `${formatDuration(roundedNs(loadNs))} of load`,
    `longest: ${longest.name}, ${formatDuration(roundedNs(wholeNs(longest.estimate)))}`,
    ...(counted === 0 ? [] : [countedWords(counted)]),
    ...(unknown === 0 ? [] : [`time to prepare unknown for ${formatCount(unknown)} of them`]),
  ].join("; ");
}
