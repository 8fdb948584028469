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

/** Only where there is a baseline. */
const BASELINE_COLUMNS: readonly Column[] = tableColumns([
  ["baseline_median", "Baseline's median", "right"],
  ["adjusted_p", "p (corrected)", "right"],
]);

const REASON: readonly Column[] = tableColumns([["reason", "Why", "left"]]);

/** What the run was held to and how it came out; null where nothing was said. */
export function thresholdsSection(run: Run): Section | null {
  const planned = run.plan.phases.flatMap(({ thresholds = [] }) => thresholds).length;
  if (planned === 0) return null;
  const outcomes = run.thresholds;
  if (outcomes === undefined) {
    const text = `The run did not come to its end: its thresholds, ${planned}, were not judged.`;
    return { title: "Thresholds", blocks: [loud(text)] };
  }
  const compared = outcomes.some(({ baseline }) => baseline !== null);
  const columns = [...COLUMNS, ...(compared ? BASELINE_COLUMNS : []), ...REASON];
  const rows = outcomes.map((outcome) => row(outcome, compared));
  const table = { kind: "table", id: "thresholds", columns, rows } as const;
  return {
    title: "Thresholds",
    blocks: [...headline(outcomes), table, paragraph(READING, ...baselineReading(outcomes))],
  };
}

const READING =
  "Times and rates are those of the median repetition, the one the results' median row repeats; " +
  "what is counted, such as errors, is of all repetitions.";

function baselineReading(outcomes: readonly ThresholdOutcome[]): readonly Inline[] {
  const compared = outcomes.find(({ baseline }) => baseline !== null);
  const runId = compared?.baseline?.runId;
  if (compared === undefined || runId === undefined) return [];
  const differs = differencesOf(compared);
  const more = differs === null ? [] : [` ${sentence(differs)}`];
  return [" The baseline is run ", code(runId), READING_BASELINE, ...more];
}

const READING_BASELINE =
  ": the medians over the repetitions of both are shown and a rank test decides, " +
  "corrected by Holm for the number of such thresholds: where it shows no difference, that is no " +
  "proof that there is none. A difference that such storage may have made by itself between both " +
  "runs breaks no threshold.";

function headline(outcomes: readonly ThresholdOutcome[]): readonly Block[] {
  const count = (state: ThresholdOutcome["state"]): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  const unjudged = count("unjudged");
  const rest = unjudged === 0 ? "" : ` ${unjudged} not judged, for there was no baseline.`;
  const broken = count("broken");
  const of = `of ${outcomes.length} ${outcomes.length === 1 ? "threshold" : "thresholds"}`;
  if (broken > 0) return [loud(strong(`${broken} ${of} broken.`), rest)];
  return [paragraph(`${count("met")} ${of} met.${rest}`)];
}

function row(outcome: ThresholdOutcome, compared: boolean): Cell[] {
  const { text, phase, state, measured, unit, repetition, reason, baseline } = outcome;
  const value = (number: number | null) => cell(thresholdValue(number, unit), number, unit);
  const p = baseline?.adjustedP ?? null;
  const against = [value(baseline?.median ?? null), cell(p === null ? "–" : p.toPrecision(2), p)];
  const which = repetition === null ? "all" : String(repetition);
  return [
    name(phase),
    cell([code(text)], text),
    cell(measuredText(outcome), measured, unit),
    cell(measured === null ? "–" : which, repetition),
    cell(state === "broken" ? [strong(OUTCOME_WORDS.broken)] : OUTCOME_WORDS[state], state),
    ...(compared ? against : []),
    words(reason ?? ""),
  ];
}
