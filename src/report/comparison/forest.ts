import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { Contrast } from "../../metrics/compare/contrasts.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import {
  type Chart,
  cell,
  code,
  type Inline,
  sentenceText,
  type Table,
  tableColumns,
  words,
} from "../parts/document.ts";
import {
  capitalized,
  formatCount,
  formatDirected,
  formatNumber,
  formatRatio,
  formatShare,
  MISSING,
} from "../parts/format.ts";
import type { ForestFigure, ForestRow } from "../parts/runs-figure.ts";
import { fasterWhen, type Metric, metricsOf, P99, rateOf } from "./metrics.ts";
import { type ColumnNames, workloadName } from "./names.ts";
import {
  BY_FACTOR,
  factorText,
  markOf,
  NOT_SIGNIFICANT,
  outcomeNote,
  outcomeOf,
  outcomeWords,
  remedyOf,
  UNDECIDED,
} from "./outcome.ts";

/** At most this many rows in one chart; the tables of the report have all. */
const MAX_ROWS = 40;

/** One metric of one workload with its ratio to the first column. */
interface Ratio {
  readonly row: ComparedRow;
  readonly metric: Metric;
  readonly contrast: Contrast;
}

/**
 * Ratios of each further column to the first one. One workload: every metric; several: rate and p99
 * of each.
 */
export function forestCharts(
  comparison: Comparison,
  { scenario, runs, rows }: ScenarioComparison,
  names: ColumnNames,
): readonly Chart[] {
  const [first, ...others] = runs.map(({ label }) => names.get(label) ?? label);
  return others.flatMap((other, index) => {
    const ratios = rows.flatMap((row) => ratiosOf(row, index + 1, rows.length === 1));
    const shown = ratios.slice(0, MAX_ROWS);
    if (first === undefined || shown.length === 0) return [];
    const id = `ratios-${scenario}-${index + 1}`;
    const left = ratios.length - shown.length;
    const more = left === 0 ? "" : ` The chart has the first ${MAX_ROWS} of ${ratios.length} rows.`;
    return [
      {
        kind: "chart",
        id,
        title: [code(other), " compared with ", code(first), ": ratios with intervals"],
        reading: [...standsOut(shown, other, comparison), howToRead(shown) + more],
        figure: figureOf(shown, rows.length === 1),
        numbers: numbersOf(id, shown),
      },
    ];
  });
}

/** Explains the marks that the chart has. */
function howToRead(ratios: readonly Ratio[]): string {
  const contrasts = ratios.map(({ contrast }) => contrast);
  const isApart = contrasts.some(
    (one) => isOff(one.interval) && (one.withheld === "drift" || outcomeOf(one) === "none"),
  );
  const has = (mark: string): boolean => contrasts.some((one) => markOf(one) === mark);
  const marks = [
    ...(contrasts.some(({ shown }) => shown === "faster") ? ["▲ faster"] : []),
    ...(contrasts.some(({ shown }) => shown === "slower") ? ["▼ slower"] : []),
    ...(has(NOT_SIGNIFICANT) ? [`${NOT_SIGNIFICANT} no significant difference`] : []),
    ...(has(UNDECIDED) ? [`${UNDECIDED} not decided`] : []),
  ];
  return [
    ...(contrasts.some(({ interval }) => interval !== null) ? ["Lines are intervals."] : []),
    "Right of 1x, a rate is faster and a latency slower.",
    `${marks.join(", ")}.`,
    ...(isApart
      ? [
          "Tests are corrected for their number and for drift, so an interval without 1x is not " +
            "enough.",
        ]
      : []),
    ...(has(BY_FACTOR)
      ? [`${BY_FACTOR}: too few repetitions for a test, but beyond plausible run-to-run variation.`]
      : []),
  ].join(" ");
}

/** Whether an interval does not contain a ratio of 1. */
function isOff(interval: Contrast["interval"]): boolean {
  return interval !== null && (interval.low > 1 || interval.high < 1);
}

function ratiosOf(row: ComparedRow, column: number, isAlone: boolean): readonly Ratio[] {
  const metrics = isAlone ? metricsOf(row) : [rateOf(row), P99];
  return metrics.flatMap((metric) => {
    const contrast = row.contrasts[column]?.[metric.name];
    // A ratio of 0 has no place on a logarithmic axis.
    return contrast === undefined || contrast.ratio <= 0 ? [] : [{ row, metric, contrast }];
  });
}

function figureOf(ratios: readonly Ratio[], isAlone: boolean): ForestFigure {
  return {
    kind: "forest",
    rows: ratios.map(({ row, metric, contrast }): ForestRow => {
      const { ratio, interval } = contrast;
      return {
        group: isAlone ? null : workloadName(row),
        label: metric.title,
        ratio,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        outcome: outcomeOf(contrast),
        words: factorText(metric, contrast),
        note: outcomeNote(contrast),
      };
    }),
  };
}

/** The significant ratio that is furthest from 1, or that there is none, and why. */
function standsOut(
  ratios: readonly Ratio[],
  column: string,
  comparison: Comparison,
): readonly Inline[] {
  const significant = ratios.filter(({ contrast }) => contrast.shown !== null);
  const distance = ({ contrast }: Ratio) => Math.abs(Math.log(contrast.ratio));
  const [most] = significant.toSorted((one, other) => distance(other) - distance(one));
  const undecided = undecidedText(ratios, comparison);
  if (most === undefined) {
    const isSome = ratios.some(({ contrast }) => contrast.withheld === null);
    const none = `No difference of ${formatCount(ratios.length)} is significant.`;
    return sentenceText([...(isSome ? [none] : []), ...undecided, ""].join(" "));
  }
  const { row, metric, contrast } = most;
  const workload =
    new Set(ratios.map((one) => one.row)).size === 1 ? [] : [" of ", code(workloadName(row))];
  return [
    "Largest significant difference: ",
    metric.title,
    ...workload,
    ", ",
    code(column),
    ` is ${formatDirected(contrast.ratio, fasterWhen(metric))} ` +
      `(significant: ${significant.length} of ${ratios.length}). `,
    ...sentenceText([...undecided, ""].join(" ")),
  ];
}

/** Undecided ratios by reason, with their remedy: `Too few repetitions to decide: 2 of 9. …` */
function undecidedText(ratios: readonly Ratio[], comparison: Comparison): readonly string[] {
  const all = formatCount(ratios.length);
  const reasons = Map.groupBy(
    ratios.flatMap(({ contrast }) => (contrast.withheld === null ? [] : [contrast])),
    ({ withheld }) => withheld,
  );
  return [...reasons.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const title = capitalized(outcomeWords(first));
    const count = group.length === ratios.length ? "" : ` (${formatCount(group.length)} of ${all})`;
    return [`${title}${count}.`, remedyOf(first, comparison)];
  });
}

function numbersOf(id: string, ratios: readonly Ratio[]): Table {
  return {
    kind: "table",
    id: `${id}-numbers`,
    columns: tableColumns([
      ["workload", "Workload", "left"],
      ["metric", "Metric", "left"],
      ["ratio", "Ratio", "right"],
      ["ratio_low", "Low", "right"],
      ["ratio_high", "High", "right"],
      ["confidence", "Confidence", "right"],
      ["outcome", "Outcome", "left"],
    ]),
    rows: ratios.map(({ row, metric, contrast }) => {
      const { ratio, interval } = contrast;
      const bound = (value: number | undefined) =>
        cell(value === undefined ? MISSING : formatNumber(value), value ?? null);
      return [
        words(workloadName(row)),
        words(metric.title),
        cell(formatRatio(ratio), ratio),
        bound(interval?.low),
        bound(interval?.high),
        cell(
          interval === null ? MISSING : formatShare(interval.confidence),
          interval?.confidence ?? null,
        ),
        words(outcomeWords(contrast)),
      ];
    }),
  };
}
