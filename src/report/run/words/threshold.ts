import type { MeasureUnit, ThresholdOutcome } from "../../../model/plan/threshold.ts";
import {
  formatBytes,
  formatCount,
  formatIops,
  formatLatency,
  formatNumber,
} from "../../parts/format.ts";

/** A measured value with its unit: `12.3 ms`, `2,874/s`, `131 MB/s (125 MiB/s)`, `0.12%`. */
export function thresholdValue(value: number | null, unit: MeasureUnit): string {
  if (value === null) return "–";
  switch (unit) {
    case "ns":
      return formatLatency(value);
    case "operations/s":
      return `${formatIops(value)}/s`;
    case "bytes/s":
      return `${formatNumber(value / 1e6)} MB/s (${formatBytes(value)}/s)`;
    case "share":
      return `${formatNumber(value * 100)}%`;
    case "count":
      return formatCount(value);
  }
}

/** One line, such as `read: service.p99 < 10ms failed: measured 12.3 ms`. */
export function thresholdSentence(outcome: ThresholdOutcome): string {
  const { text, phase, state, measured, unit, reason, baseline, bound } = outcome;
  const value = measured === null ? "" : `measured ${measuredText(outcome)}`;
  const expected =
    baseline === null || bound === null ? "" : `, baseline bound ${thresholdValue(bound, unit)}`;
  const details = [value + expected, reason ?? ""].filter((part) => part !== "").join(", ");
  const differs = differencesOf(outcome);
  const difference = differs === null ? "" : `; ${differs}`;
  const outcomeText = state === "unjudged" ? `was ${OUTCOME_WORDS[state]}` : OUTCOME_WORDS[state];
  return `${phase}: \`${text}\` ${outcomeText}${details === "" ? "" : `: ${details}`}${difference}`;
}

/** Differences of a run from its baseline run on the same storage; null if none is known. */
export function differencesOf({ baseline }: ThresholdOutcome): string | null {
  if (baseline?.differs === undefined || baseline.isOtherStorage === true) return null;
  return `the run also differs from the baseline run in ${baseline.differs}`;
}

/**
 * Notes on thresholds that passed: differences that may be drift, and once the other differences of
 * the run from its baseline run, unless the line of a failed threshold has them.
 */
export function metRemarks(outcomes: readonly ThresholdOutcome[]): readonly string[] {
  const drifts = outcomes.filter(
    ({ state, baseline }) => state === "met" && baseline?.driftShare !== undefined,
  );
  const lines = drifts.map(thresholdSentence);
  const differing = outcomes.filter((outcome) => differencesOf(outcome) !== null);
  const isListed = differing.some((one) => one.state === "broken" || drifts.includes(one));
  const [first] = differing;
  if (first === undefined || isListed) return lines;
  return [...lines, differencesOf(first) ?? ""];
}

export function measuredText({ measured, unit, isLowerBound = false }: ThresholdOutcome): string {
  return `${isLowerBound ? "at least " : ""}${thresholdValue(measured, unit)}`;
}

export const OUTCOME_WORDS: Readonly<Record<ThresholdOutcome["state"], string>> = {
  met: "passed",
  broken: "failed",
  unjudged: "not evaluated",
};
