import type { PhaseSeries } from "../../../metrics/series/series.ts";
import { type Chart, code } from "../../parts/document.ts";
import type { PercentilesFigure } from "../../parts/figure.ts";
import { figureText } from "../../parts/latency-cell.ts";
import { boundOf, boundReading } from "../words/bounds.ts";
import type { Matrix, MatrixLine, MatrixPoint } from "./matrix.ts";
import { slug } from "./names.ts";
import { curveFor, percentileNumbers } from "./percentiles.ts";

/** Colors of lines in their order. */
export const MATRIX_HUES = ["rate", "latency", "third", "fourth"] as const;

/** Percentile curves of the lowest setting, the knee and the highest one of a line. */
export function settingCurves(
  matrix: Matrix,
  { label, points, knee }: MatrixLine,
  series: readonly PhaseSeries[],
): Chart | null {
  const { name, setting } = matrix;
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
      hue: MATRIX_HUES[at] ?? "ink",
      dashed: at > 0,
      count: curve.count,
      points: curve.points,
      ...boundOf(curve),
    })),
  };
  const line = label === "" ? "" : `-${slug(label)}`;
  const id = `percentiles-by-setting-${slug(name)}${line}`;
  const where = label === "" ? [] : [`, ${label}`];
  const values = label === "" ? "values" : `values with ${label}`;
  return {
    kind: "chart",
    id,
    title: [`Latency by percentile and ${setting}: `, code(name), ...where],
    reading:
      `${tailRange(matrix, points)}The chart has ${curves.length} of ${points.length} ${values}. ` +
      "A curve ends at the percentile that its number of operations supports." +
      boundReading(figure),
    figure,
    numbers: percentileNumbers(`${id}-numbers`, figure),
  };
}

/** `p99 is 173 µs at queue depth 1 and 6.42 ms at queue depth 64. ` */
function tailRange({ setting }: Matrix, points: readonly MatrixPoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first?.p99.ns == null || last?.p99.ns == null) return "";
  const at = ({ value, p99 }: MatrixPoint) => `${figureText(p99)} at ${setting} ${value}`;
  return `p99 is ${at(first)} and ${at(last)}. `;
}
