import type { Run } from "../../../model/run/run.ts";
import { csvText } from "../../format/csv.ts";

/** Column order is part of the format: new columns go to the end. */
const COLUMNS = [
  "phase",
  "threshold",
  "state",
  "unit",
  "measured",
  "repetition",
  "bound",
  "baseline_run",
  "baseline_median",
  "repetitions",
  "baseline_repetitions",
  "p",
  "adjusted_p",
  "shows",
  "reason",
  "measured_is_lower_bound",
  "drift_share",
  "baseline_differences",
] as const;

/** `thresholds.csv`: a row a threshold, values in the unit beside them; null without any. */
export function thresholdsCsv({ thresholds = [] }: Run): string | null {
  if (thresholds.length === 0) return null;
  const rows = thresholds.map((outcome) => [
    outcome.phase,
    outcome.text,
    outcome.state,
    outcome.unit,
    outcome.measured,
    outcome.repetition,
    outcome.bound,
    outcome.baseline?.runId ?? null,
    outcome.baseline?.median ?? null,
    outcome.baseline?.repetitions ?? null,
    outcome.baseline?.baselineRepetitions ?? null,
    outcome.baseline?.p ?? null,
    outcome.baseline?.adjustedP ?? null,
    outcome.baseline?.shows ?? null,
    outcome.reason,
    outcome.measured === null ? null : String(outcome.isLowerBound ?? false),
    outcome.baseline?.driftShare ?? null,
    outcome.baseline?.differs ?? null,
  ]);
  return csvText(COLUMNS, rows);
}
