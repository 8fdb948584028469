import { overall } from "../../../metrics/phase-result.ts";
import type { PhaseSeries } from "../../../metrics/series/series.ts";
import type { Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Chart,
  cell,
  code,
  fold,
  type Table,
  tableColumns,
  words,
} from "../../parts/document.ts";
import type { LoadFigure, LoadPoint } from "../../parts/figure.ts";
import { capitalized, formatIops, formatRatio } from "../../parts/format.ts";
import { figureCell, figureText } from "../../parts/latency-cell.ts";
import { OPEN_SIGNS } from "../words/bounds.ts";
import { rateTitle } from "../words/phase.ts";
import {
  KNEE_SHARE,
  type Matrix,
  type MatrixLine,
  type MatrixPoint,
  settingWords,
} from "./matrix.ts";
import { MATRIX_HUES, settingCurves } from "./matrix-curves.ts";
import { slug } from "./names.ts";

/** At most this many lines in one chart. */
const MAX_LINES = 4;

/** Rate against p99 of a matrix, and percentile curves of each of its lines. */
export function matrixCharts(
  run: Run,
  matrix: Matrix,
  series: readonly PhaseSeries[],
): readonly Block[] {
  const [first, ...others] = [
    matrix.bestLine,
    ...matrix.lines.filter((line) => line !== matrix.bestLine).slice(0, MAX_LINES - 1),
  ].flatMap((line) => settingCurves(matrix, line, series) ?? []);
  return [
    loadChart(run, matrix),
    ...(first === undefined ? [] : [first]),
    ...others.map((chart) => fold(chart.title, [chart])),
  ];
}

function loadChart(run: Run, matrix: Matrix): Chart {
  const { name, setting, lines, bestLine } = matrix;
  const title = rateTitle(run);
  const { knee } = bestLine;
  const figure: LoadFigure = {
    kind: "load",
    rateUnit: "ops/s",
    rateTitle: title,
    latencyTitle: latencyTitle(matrix),
    lines: shownLines(matrix).map((line, at) => ({
      label: line.label,
      hue: MATRIX_HUES[at] ?? "ink",
      points: line.points.flatMap((point) => loadPoint(matrix, line, point, title)),
    })),
    mark:
      knee === null || lines.length > 1
        ? null
        : { rate: knee.rate, label: `90% of the highest: ${setting} ${knee.value}` },
    objectiveNs: null,
  };
  return {
    kind: "chart",
    id: `rate-and-p99-${slug(name)}`,
    title: [`Rate and p99 by ${setting}: `, code(name)],
    reading: matrixReading(matrix, title),
    figure,
    numbers: matrixNumbers(matrix, title),
  };
}

/** The lines of the chart, in the order of the scenario: the one with the highest rate is in it. */
function shownLines({ lines, bestLine }: Matrix): readonly MatrixLine[] {
  const first = lines.slice(0, MAX_LINES);
  return first.includes(bestLine) ? first : [...first.slice(0, -1), bestLine];
}

function loadPoint(
  matrix: Matrix,
  line: MatrixLine,
  point: MatrixPoint,
  title: string,
): readonly LoadPoint[] {
  const { rate, p99 } = point;
  if (p99.ns === null) return [];
  const where = settingWords(matrix, line, point);
  const text = `${where}: ${rateText(point, title)}, p99 ${figureText(p99)}`;
  return [
    {
      ...{ rate, latencyNs: p99.ns, label: point.value, met: null, text },
      ...(p99.isLowerBound ? { isLowerBound: true } : {}),
      ...(matrix.lines.length > 1 && point === line.knee ? { hasRing: true } : {}),
    },
  ];
}

/** `response time p99` if all phases have an open loop. */
function latencyTitle({ lines }: Matrix): string {
  const results = lines.flatMap(({ points }) => points.map(({ result }) => result));
  const isOpen = results.map((result) => overall(result)?.response != null);
  if (isOpen.every((one) => one)) return "response time p99";
  return isOpen.includes(true) ? "p99" : "service time p99";
}

function rateText({ rate }: MatrixPoint, title: string): string {
  return `${formatIops(rate)} ${title}`;
}

/** Finding, then how to read the chart. */
function matrixReading(matrix: Matrix, title: string): string {
  const { setting, lines, emptyPoints } = matrix;
  const first = lines.length > 1 ? linesReading(matrix, title) : lineReading(matrix, title);
  const how = `Numbers next to the points are values of ${setting}.`;
  const shown = shownLines(matrix);
  const isBound = shown.some(({ points }) => points.some(({ p99 }) => p99.isLowerBound));
  const points = emptyPoints === 1 ? "1 point has" : `${emptyPoints} points have`;
  return [
    `${first} ${how}`,
    ...(lines.length > shown.length
      ? [`The chart has ${shown.length} of ${lines.length} lines; the table has all.`]
      : []),
    ...(isBound ? [OPEN_SIGNS] : []),
    ...(emptyPoints > 0 ? [`${points} no completed operation and no place in the chart.`] : []),
  ].join(" ");
}

/** No knee was found. */
const RISING =
  "It is the last value, and the rate still rose: a higher one may have a higher rate.";

/** The knee of each line, or its highest rate where the setting is not a load. */
function linesReading(matrix: Matrix, title: string): string {
  const { setting } = matrix;
  const lines = shownLines(matrix);
  const hasKnee = lines.some(({ knee }) => knee !== null);
  const found = lines.map(({ label, knee, best, isRising }) => {
    const point = knee ?? best;
    const p99 = point.p99.ns === null ? "" : `, p99 ${figureText(point.p99)}`;
    const open = isRising ? ", still rising" : "";
    return `with ${label}, ${setting} ${point.value} (${rateText(point, title)}${p99}${open})`;
  });
  const words = found.join("; ");
  return hasKnee
    ? `The first values with ${KNEE_SHARE * 100}% of the highest rate of their line: ${words}. ` +
        "A ring marks these points."
    : `The highest rate of each line: ${words}.`;
}

/** The knee with its latency, then the end of the line with its own. */
function lineReading({ setting, bestLine }: Matrix, title: string): string {
  const { best, knee, points, isRising } = bestLine;
  if (knee === null) {
    const open = isRising ? ` ${RISING}` : "";
    return `The highest rate is ${rateText(best, title)}, at ${setting} ${best.value}.${open}`;
  }
  const p99 = knee.p99.ns === null ? "" : `, with p99 ${figureText(knee.p99)}`;
  const first =
    `At ${setting} ${knee.value}, the rate is ${rateText(knee, title)}, at least ` +
    `${KNEE_SHARE * 100}% of the highest${p99}.`;
  const last = points.at(-1);
  const known = [last, knee].every((point) => point?.p99.ns != null && !point.p99.isLowerBound);
  if (last === undefined || last === knee || !known) return first;
  return (
    `${first} ${capitalized(setting)} ${last.value} has ${formatRatio(last.rate / knee.rate)} ` +
    `this rate and ${formatRatio((last.p99.ns ?? 0) / (knee.p99.ns ?? 1))} this p99.`
  );
}

function matrixNumbers({ name, setting, lines }: Matrix, title: string): Table {
  const hasLabels = lines.some(({ label }) => label !== "");
  return {
    kind: "table",
    id: `rate-and-p99-${slug(name)}-numbers`,
    columns: tableColumns([
      ...(hasLabels ? ([["line", "Settings", "left"]] as const) : []),
      ["setting", capitalized(setting), "right"],
      ["operations_per_second", title, "right"],
      ["latency_p99_ns", "p99", "right"],
    ]),
    rows: lines.flatMap(({ label, points }) =>
      points.map(({ value, rate, p99 }) => [
        ...(hasLabels ? [words(label)] : []),
        words(value),
        cell(formatIops(rate), rate),
        figureCell(p99),
      ]),
    ),
  };
}
