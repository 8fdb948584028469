import type { MeasureUnit, ThresholdOutcome } from "../../../model/plan/threshold.ts";
import {
  formatBytes,
  formatCount,
  formatIops,
  formatLatency,
  formatNumber,
} from "../../parts/format.ts";

/** A measured value as it is read: `12.3 ms`, `2,874/s`, `131 MB/s (125 MiB/s)`, `0.12 %`. */
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
      return `${formatNumber(value * 100)} %`;
    case "count":
      return formatCount(value);
  }
}

/** `read: service.p99 < 10ms is broken: 12.3 ms was measured`: one line, for whoever waits. */
export function thresholdSentence(outcome: ThresholdOutcome): string {
  const { text, phase, state, measured, unit, reason, baseline, bound } = outcome;
  const value = measured === null ? "" : `${measuredText(outcome)} was measured`;
  const held = baseline === null || bound === null ? "" : ` against ${thresholdValue(bound, unit)}`;
  const said = [value + held, reason ?? ""].filter((part) => part !== "").join(", ");
  const differs = differencesOf(outcome);
  const beside = differs === null ? "" : `; ${differs}`;
  const found = said === "" ? "" : `: ${said}`;
  return `${phase}: \`${text}\` is ${OUTCOME_WORDS[state]}${found}${beside}`;
}

/** In what a run on the baseline's storage differs from its baseline; null: in nothing known. */
export function differencesOf({ baseline }: ThresholdOutcome): string | null {
  if (baseline?.differs === undefined || baseline.isOtherStorage === true) return null;
  return `the run also differs from its baseline in ${baseline.differs}`;
}

/**
 * Lines about thresholds that are met: differences that may be drift, and once in what else the run
 * differs from its baseline, where no line of a broken threshold says so.
 */
export function metRemarks(outcomes: readonly ThresholdOutcome[]): readonly string[] {
  const drifts = outcomes.filter(
    ({ state, baseline }) => state === "met" && baseline?.driftShare !== undefined,
  );
  const lines = drifts.map(thresholdSentence);
  const differing = outcomes.filter((outcome) => differencesOf(outcome) !== null);
  const isSaid = differing.some((one) => one.state === "broken" || drifts.includes(one));
  const [first] = differing;
  if (first === undefined || isSaid) return lines;
  return [...lines, differencesOf(first) ?? ""];
}

export function measuredText({ measured, unit, isLowerBound = false }: ThresholdOutcome): string {
  return `${isLowerBound ? "at least " : ""}${thresholdValue(measured, unit)}`;
}

export const OUTCOME_WORDS: Readonly<Record<ThresholdOutcome["state"], string>> = {
  met: "met",
  broken: "broken",
  unjudged: "not judged",
};
