import type { PhaseSeries } from "../../../metrics/series/series.ts";
import type { Run } from "../../../model/run/run.ts";
import { type Chart, cell, code, type Table, tableColumns, words } from "../../parts/document.ts";
import type { LoadFigure, PercentilesFigure } from "../../parts/figure.ts";
import { formatIops, formatLatency, formatRatio } from "../../parts/format.ts";
import { latencyCell } from "../../parts/latency-cell.ts";
import { rateTitle } from "../words/phase.ts";
import { KNEE_SHARE, type Matrix, type MatrixPoint } from "./matrix.ts";
import { slug } from "./names.ts";
import { boundOf, curveFor, percentileNumbers } from "./percentiles.ts";

/** At most this many lines in one chart. */
const MAX_LINES = 4;

const HUES = ["rate", "latency", "third", "fourth"] as const;

/** Rate against p99 of a matrix, and percentile curves of its settings. */
export function matrixCharts(
  run: Run,
  matrix: Matrix,
  series: readonly PhaseSeries[],
): readonly Chart[] {
  const curves = settingCurves(matrix, series);
  return [loadChart(run, matrix), ...(curves === null ? [] : [curves])];
}

function loadChart(run: Run, matrix: Matrix): Chart {
  const { name, setting, lines, knee } = matrix;
  const title = rateTitle(run);
  const figure: LoadFigure = {
    kind: "load",
    rateUnit: "ops/s",
    rateTitle: title,
    latencyTitle: latencyTitle(matrix),
    lines: lines.slice(0, MAX_LINES).map(({ label, points }, at) => ({
      label,
      hue: HUES[at] ?? "ink",
      points: points.flatMap((point) => {
        const { rate, p99Ns, value } = point;
        if (p99Ns === null) return [];
        const text = `${setting} ${value}: ${rateText(point, title)}, p99 ${formatLatency(p99Ns)}`;
        return [{ rate, latencyNs: p99Ns, label: value, met: null, text }];
      }),
    })),
    mark:
      knee === null
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

function latencyTitle({ best }: Matrix): string {
  return best.summary.response == null ? "service time p99" : "response time p99";
}

function rateText({ rate }: MatrixPoint, title: string): string {
  return `${formatIops(rate)} ${title}`;
}

/** The knee with its latency, then the end of the line with its own, then how to read it. */
function matrixReading({ setting, lines, knee, best }: Matrix, title: string): string {
  const shown =
    lines.length > MAX_LINES ? ` The chart has ${MAX_LINES} of ${lines.length} lines.` : "";
  const how = `Numbers next to the points are values of ${setting}.${shown}`;
  if (knee === null) {
    return `The highest rate is ${rateText(best, title)}, at ${setting} ${best.value}. ${how}`;
  }
  const first =
    `At ${setting} ${knee.value}, the rate is ${rateText(knee, title)}, at least ` +
    `${KNEE_SHARE * 100}% of the highest, with p99 ${formatLatency(knee.p99Ns)}.`;
  const last = lines.find(({ points }) => points.includes(best))?.points.at(-1);
  if (last === undefined || last === knee || last.p99Ns === null || knee.p99Ns === null) {
    return `${first} ${how}`;
  }
  const more =
    `${capital(setting)} ${last.value} has ${formatRatio(last.rate / knee.rate)} this rate and ` +
    `${formatRatio(last.p99Ns / knee.p99Ns)} this p99.`;
  return `${first} ${more} ${how}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function matrixNumbers({ name, setting, lines }: Matrix, title: string): Table {
  const hasLabels = lines.some(({ label }) => label !== "");
  return {
    kind: "table",
    id: `rate-and-p99-${slug(name)}-numbers`,
    columns: tableColumns([
      ...(hasLabels ? ([["line", "Settings", "left"]] as const) : []),
      ["setting", capital(setting), "right"],
      ["operations_per_second", title, "right"],
      ["latency_p99_ns", "p99", "right"],
    ]),
    rows: lines.flatMap(({ label, points }) =>
      points.map(({ value, rate, p99Ns }) => [
        ...(hasLabels ? [words(label)] : []),
        words(value),
        cell(formatIops(rate), rate),
        latencyCell(p99Ns),
      ]),
    ),
  };
}

/** Percentile curves of the lowest setting, the knee and the highest one of the best line. */
function settingCurves(matrix: Matrix, series: readonly PhaseSeries[]): Chart | null {
  const { name, setting, lines, knee, best } = matrix;
  const points = lines.find((line) => line.points.includes(best))?.points ?? [];
  const middle = knee ?? points[Math.floor(points.length / 2)];
  const chosen = [points[0], middle, points.at(-1)].flatMap((point) => point ?? []);
  const curves = [...new Set(chosen)].flatMap(({ value, result }) => {
    const curve = curveFor(result, series);
    return curve === null ? [] : [{ value, curve }];
  });
  if (curves.length < 2) return null;
  const figure: PercentilesFigure = {
    kind: "percentiles",
    curves: curves.map(({ value, curve }, at) => ({
      label: `${setting} ${value}`,
      hue: HUES[at] ?? "ink",
      dashed: at > 0,
      count: curve.count,
      points: curve.points,
      ...boundOf(curve),
    })),
  };
  const id = `percentiles-by-setting-${slug(name)}`;
  return {
    kind: "chart",
    id,
    title: [`Latency by percentile and ${setting}: `, code(name)],
    reading:
      `${tailRange(matrix, points)}The chart has ${curves.length} of ${points.length} values. A ` +
      "curve ends at the percentile that its number of operations supports.",
    figure,
    numbers: percentileNumbers(`${id}-numbers`, figure),
  };
}

/** `p99 is 173 µs at queue depth 1 and 6.42 ms at queue depth 64. ` */
function tailRange({ setting }: Matrix, points: readonly MatrixPoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first?.p99Ns == null || last?.p99Ns == null) return "";
  const at = ({ value, p99Ns }: MatrixPoint) => `${formatLatency(p99Ns)} at ${setting} ${value}`;
  return `p99 is ${at(first)} and ${at(last)}. `;
}
