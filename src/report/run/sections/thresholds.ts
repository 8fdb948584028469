import type { MeasureUnit, ThresholdOutcome } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import { csvText } from "../../format/csv.ts";
import type { Block, Cell, Column, Inline, Section } from "../../parts/document.ts";
import { cell, code, loud, name, paragraph, strong, words } from "../../parts/document.ts";
import {
  formatBytes,
  formatCount,
  formatIops,
  formatLatency,
  formatNumber,
  sentence,
} from "../../parts/format.ts";
import { tableColumns } from "../../parts/table-columns.ts";

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
  return `${phase}: \`${text}\` is ${STATE_WORDS[state]}${said === "" ? "" : `: ${said}`}${beside}`;
}

/** In what a run on the baseline's storage differs from its baseline; null: in nothing known. */
function differencesOf({ baseline }: ThresholdOutcome): string | null {
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

function measuredText({ measured, unit, isLowerBound = false }: ThresholdOutcome): string {
  return `${isLowerBound ? "at least " : ""}${thresholdValue(measured, unit)}`;
}

const STATE_WORDS: Readonly<Record<ThresholdOutcome["state"], string>> = {
  met: "met",
  broken: "broken",
  unjudged: "not judged",
};

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
    cell(state === "broken" ? [strong(STATE_WORDS.broken)] : STATE_WORDS[state], state),
    ...(compared ? against : []),
    words(reason ?? ""),
  ];
}

/** Column order is part of the format: new columns go to the end. */
const CSV_COLUMNS = [
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
  return csvText(CSV_COLUMNS, rows);
}
