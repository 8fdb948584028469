import type { BaselineOutcome, ThresholdOutcome } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import { csvText } from "../../format/csv.ts";
import type { Value } from "../../parts/document.ts";
import { keysOf, valueColumns, valuesOf } from "../../parts/value-columns.ts";

interface ThresholdRow {
  readonly run: Run;
  readonly outcome: ThresholdOutcome;
}

function fromBaseline(read: (baseline: BaselineOutcome) => Value | undefined) {
  return ({ outcome: { baseline } }: ThresholdRow): Value =>
    baseline === null ? null : (read(baseline) ?? null);
}

/** The columns of `thresholds.csv`, in the order of the file. New ones go to the end. */
export const THRESHOLD_COLUMNS = valueColumns<ThresholdRow>([
  ["phase", "text", "name of the phase", ({ outcome }) => outcome.phase],
  ["threshold", "text", "threshold as written in the scenario", ({ outcome }) => outcome.text],
  [
    "state",
    "text",
    "`met`, `broken` (failed) or `unjudged` (not evaluated: no baseline run was given)",
    ({ outcome }) => outcome.state,
  ],
  [
    "unit",
    "text",
    "unit of `measured`, `bound` and `baseline_median`: `ns`, `operations/s`, `bytes/s`, " +
      "`count` or `share`",
    ({ outcome }) => outcome.unit,
  ],
  [
    "measured",
    "unit of unit",
    "measured value; empty if it was not measured",
    ({ outcome }) => outcome.measured,
  ],
  [
    "repetition",
    "count",
    "repetition that `measured` comes from; empty if it covers all of them",
    ({ outcome }) => outcome.repetition,
  ],
  [
    "bound",
    "unit of unit",
    "value that `measured` is compared with: the written one, or the allowed share of the " +
      "baseline's median",
    ({ outcome }) => outcome.bound,
  ],
  [
    "baseline_run",
    "text",
    "id of the baseline run; empty without one",
    fromBaseline(({ runId }) => runId),
  ],
  [
    "baseline_median",
    "unit of unit",
    "median over the repetitions of the baseline run",
    fromBaseline(({ median }) => median),
  ],
  [
    "repetitions",
    "count",
    "repetitions of this run in the comparison",
    fromBaseline(({ repetitions }) => repetitions),
  ],
  [
    "baseline_repetitions",
    "count",
    "repetitions of the baseline run in the comparison",
    fromBaseline(({ baselineRepetitions }) => baselineRepetitions),
  ],
  ["p", "probability", "p-value of a two-sided rank test", fromBaseline(({ p }) => p)],
  [
    "adjusted_p",
    "probability",
    "p-value after Holm's correction over the thresholds of the run",
    fromBaseline(({ adjustedP }) => adjustedP),
  ],
  [
    "shows",
    "text",
    "significant difference from the baseline: `worse`, `better` or `nothing`",
    fromBaseline(({ shows }) => shows),
  ],
  [
    "reason",
    "text",
    "why the threshold failed or was not evaluated, if the numbers do not say it",
    ({ outcome }) => outcome.reason,
  ],
  [
    "measured_is_lower_bound",
    "true/false",
    "whether the true value may be higher than `measured`; empty if nothing was measured",
    ({ outcome }) => (outcome.measured === null ? null : (outcome.isLowerBound ?? false)),
  ],
  [
    "drift_share",
    "share",
    "difference above which drift of the storage no longer explains it; empty if it had no effect",
    fromBaseline(({ driftShare }) => driftShare),
  ],
  [
    "baseline_differences",
    "text",
    "facts of storage, host and software that differ from the baseline run; empty if none do",
    fromBaseline(({ differs }) => differs),
  ],
  ["run_id", "text", "id of the run, the name of its directory", ({ run }) => run.id],
  ["scenario", "text", "name of the scenario", ({ run }) => run.plan.name],
  ["target", "text", "name of the target", ({ run }) => run.target.name],
]);

/** `thresholds.csv`: one row per threshold. Null for a run without thresholds. */
export function thresholdsCsv(run: Run): string | null {
  const { thresholds = [] } = run;
  if (thresholds.length === 0) return null;
  const rows = thresholds.map((outcome) => valuesOf(THRESHOLD_COLUMNS, { run, outcome }));
  return csvText(keysOf(THRESHOLD_COLUMNS), rows);
}
