import type { ThresholdOutcome } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  code,
  type Inline,
  loud,
  name,
  paragraph,
  strong,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { sentence } from "../../parts/format.ts";
import type { Section } from "../../report.ts";
import { differencesOf, measuredText, OUTCOME_WORDS, thresholdValue } from "../words/threshold.ts";

const COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["threshold", "Threshold", "left"],
  ["measured", "Measured", "right"],
  ["repetition", "Repetition", "right"],
  ["state", "State", "left"],
]);

/** Columns of thresholds with a baseline run. */
const BASELINE_COLUMNS: readonly Column[] = tableColumns([
  ["baseline_median", "Baseline", "right"],
  ["adjusted_p", "p", "right"],
]);

const REASON: readonly Column[] = tableColumns([["reason", "Reason", "left"]]);

/** Thresholds and their outcomes; null without any. */
export function thresholdsSection(run: Run): Section | null {
  const planned = run.plan.phases.flatMap(({ thresholds = [] }) => thresholds).length;
  if (planned === 0) return null;
  const outcomes = run.thresholds;
  if (outcomes === undefined) {
    const text = `The run did not end: its thresholds (${planned}) were not evaluated.`;
    return { title: "Thresholds", blocks: [loud(text)] };
  }
  const compared = outcomes.some(({ baseline }) => baseline !== null);
  const columns = [...COLUMNS, ...(compared ? BASELINE_COLUMNS : []), ...REASON];
  const rows = outcomes.map((outcome) => row(outcome, compared));
  const table = { kind: "table", id: "thresholds", columns, rows, keys: 2 } as const;
  return {
    title: "Thresholds",
    blocks: [...headline(outcomes), table, paragraph(READING, ...baselineReading(outcomes))],
  };
}

const READING =
  "Times and rates are those of the median repetition; counts such as errors cover all " +
  "repetitions.";

function baselineReading(outcomes: readonly ThresholdOutcome[]): readonly Inline[] {
  const compared = outcomes.find(({ baseline }) => baseline !== null);
  const runId = compared?.baseline?.runId;
  if (compared === undefined || runId === undefined) return [];
  const differs = differencesOf(compared);
  const more = differs === null ? [] : [` ${sentence(differs)}`];
  return [" The baseline run is ", code(runId), READING_BASELINE, ...more];
}

const READING_BASELINE =
  ": values are medians over the repetitions of both runs. A rank test decides; p is corrected " +
  "by Holm for the number of such thresholds. No significant difference does not prove that " +
  "there is none. A difference within the run-to-run variation of the storage fails no threshold.";

function headline(outcomes: readonly ThresholdOutcome[]): readonly Block[] {
  const count = (state: ThresholdOutcome["state"]): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  const unjudged = count("unjudged");
  const rest = unjudged === 0 ? "" : ` ${unjudged} not evaluated: no baseline run was given.`;
  const broken = count("broken");
  const of = `of ${outcomes.length} ${outcomes.length === 1 ? "threshold" : "thresholds"}`;
  if (broken > 0) return [loud(strong(`${broken} ${of} failed.`), rest)];
  return [paragraph(`${count("met")} ${of} passed.${rest}`)];
}

function row(outcome: ThresholdOutcome, compared: boolean): Cell[] {
  const { text, phase, state, measured, unit, repetition, reason, baseline } = outcome;
  const value = (number: number | null) => cell(thresholdValue(number, unit), number, unit);
  const p = baseline?.adjustedP ?? null;
  const comparison = [
    value(baseline?.median ?? null),
    cell(p === null ? "–" : p.toPrecision(2), p),
  ];
  const which = repetition === null ? "all" : String(repetition);
  return [
    name(phase),
    cell([code(text)], text),
    cell(measuredText(outcome), measured, unit),
    cell(measured === null ? "–" : which, repetition),
    cell(state === "broken" ? [strong(OUTCOME_WORDS.broken)] : OUTCOME_WORDS[state], state),
    ...(compared ? comparison : []),
    words(reason ?? ""),
  ];
}
