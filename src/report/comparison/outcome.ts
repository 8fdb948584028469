import type { Comparison } from "../../metrics/compare/compare.ts";
import type { Contrast, Undecided } from "../../metrics/compare/contrasts.ts";
import { formatCount, formatDirected, formatFactor, MISSING } from "../parts/format.ts";
import type { ForestRow } from "../parts/runs-figure.ts";
import { fasterWhen, type Metric } from "./metrics.ts";

/** Mark of a ratio whose test found no significant difference. */
export const NOT_SIGNIFICANT = "~";

/** Mark of a ratio that is neither a difference nor none. */
export const UNDECIDED = "?";

/** Mark of a difference that too few repetitions show by its size alone. */
export const BY_FACTOR = "†";

/** Why a comparison is not decided. */
const REASONS: Readonly<Record<Undecided, string>> = {
  "few-repetitions": "too few repetitions",
  incomplete: "phase incomplete",
  drift: "may be drift",
};

/** Outcome of a comparison of two values. */
export function outcomeOf({ shown, withheld }: Contrast): ForestRow["outcome"] {
  return shown ?? (withheld === null ? "none" : "undecided");
}

/** Mark of a ratio; empty for a difference that a rank test shows. */
export function markOf({ shown, shownBy, withheld }: Contrast): string {
  if (shown !== null) return shownBy === "rank-test" ? "" : BY_FACTOR;
  return withheld === null ? NOT_SIGNIFICANT : UNDECIDED;
}

/** `1.12x slower`; `1.00x` if the difference is neither significant nor visible. */
export function factorText(metric: Metric, { ratio, shown }: Contrast): string {
  const faster = fasterWhen(metric);
  return shown === null ? formatFactor(ratio, faster) : formatDirected(ratio, faster);
}

/** `1.12x faster`, `258x slower †`, `1.02x slower ~` or `1.02x slower ?`. */
export function ratioText(metric: Metric, contrast: Contrast | undefined): string {
  if (contrast === undefined) return MISSING;
  return `${factorText(metric, contrast)} ${markOf(contrast)}`.trimEnd();
}

/** Words after a ratio: `not significant`, `too few repetitions`, a mark, or none. */
export function outcomeNote(contrast: Contrast): string {
  const { shown, withheld } = contrast;
  if (shown !== null) return markOf(contrast);
  return withheld === null ? "not significant" : REASONS[withheld];
}

/** Outcome: `slower`, `no significant difference` or `too few repetitions to decide`. */
export function outcomeWords({ shown, withheld }: Contrast): string {
  if (shown !== null) return shown;
  if (withheld === null) return "no significant difference";
  return withheld === "few-repetitions"
    ? `${REASONS[withheld]} to decide`
    : `not decided: ${REASONS[withheld]}`;
}

type Tested = Pick<Comparison, "testing">;

/** Remedy for too few repetitions, without a full stop. */
export function moreRepetitions({ testing }: Tested): string {
  return `Run ${formatCount(testing?.needed ?? 0)} or more repetitions of each`;
}

/** Remedy for an undecided comparison, in one sentence; empty if it is decided. */
export function remedyOf({ withheld }: Contrast, comparison: Tested): string {
  switch (withheld) {
    case null:
      return "";
    case "few-repetitions":
      return `${moreRepetitions(comparison)}.`;
    case "drift":
      return "Run `assay compare --interleave`.";
    case "incomplete":
      return "Run the phase to its end.";
  }
}
