import type { LoadFigure, LoadLine, LoadPoint } from "../parts/figure.ts";
import {
  bottomAxis,
  bottomHeight,
  GUTTER_PX,
  type Plot,
  plotTitle,
  tickTexts,
  verticalAxis,
} from "./kit/frame.ts";
import { crosses, marker } from "./kit/mark.ts";
import { fitText, textWidth } from "./kit/measure.ts";
import { boundedLine } from "./kit/path.ts";
import { type Box, endLabels, pointLabels, textBox } from "./kit/place.ts";
import { linearFromZero, logarithmic, type Scale } from "./kit/scale.ts";
import { type DrawingNames, drawing, line, px, stroke, text, withTip } from "./kit/svg.ts";

const PLOT_PX = 250;
/** Space above the plot for its title and the label of the marked load. */
const TOP_PX = 40;

/** Latency against load, one line per series; names of points are next to them. */
export function drawLoad(figure: LoadFigure, widthPx: number, names: DrawingNames): string {
  const { lines, mark, objectiveNs } = figure;
  const room = roomForNames(lines, widthPx);
  const plot = { left: GUTTER_PX, right: widthPx - room, top: TOP_PX, bottom: TOP_PX + PLOT_PX };
  const points = lines.flatMap((one) => [...one.points, ...(one.dots ?? [])]);
  const latencies = [...points.map(({ latencyNs }) => latencyNs), objectiveNs ?? []].flat();
  const y = logarithmic(Math.min(...latencies), Math.max(...latencies), [plot.bottom, plot.top]);
  const highest = Math.max(0, mark?.rate ?? 0, ...points.map(({ rate }) => rate));
  const x = linearFromZero(highest, [plot.left, plot.right], widthPx < 640 ? 3 : 6);
  const texts = tickTexts(x, figure.rateUnit);
  const title = figure.rateTitle;
  const marked = markedLoad(mark, x, plot);
  const objective = objectiveLine(objectiveNs, y, plot);
  const body =
    plotTitle(figure.latencyTitle, { ...plot, top: plot.top - 16 }) +
    verticalAxis(y, plot, "ns") +
    bottomAxis({ scale: x, plot, widthPx, texts, title, hasGrid: true }) +
    marked.svg +
    objective.svg +
    lines.map((one) => drawLine(one, x, y)).join("") +
    pointLabels(
      lines
        .flatMap((one) => one.points)
        .map(({ rate, latencyNs, label }) => ({
          x: x.at(rate),
          y: y.at(latencyNs),
          words: label,
        })),
      lines.length > 1 ? plot : { ...plot, right: widthPx },
      [...marked.boxes, ...objective.boxes, ...lines.flatMap((one) => lineBoxes(one, x, y))],
    ) +
    lineNames(lines, plot, y, room);
  return drawing(names, { width: widthPx, height: plot.bottom + bottomHeight(title) }, body);
}

/** Room for the name of the last point of a line. */
const MIN_ROOM_PX = 32;

/** Room right of the plot for the names of several lines, at most 30% of the drawing. */
function roomForNames(lines: readonly LoadLine[], widthPx: number): number {
  const widest = Math.max(0, ...lines.map(({ label }) => textWidth(label, true)));
  return Math.min(widthPx * 0.3, Math.max(MIN_ROOM_PX, widest + 14));
}

function drawLine({ hue, points, dots = points }: LoadLine, x: Scale, y: Scale): string {
  const placeOf = ({ rate, latencyNs, isLowerBound = false }: LoadPoint) => ({
    ...{ x: x.at(rate), y: y.at(latencyNs), isBound: isLowerBound },
  });
  const marks = dots.map((point) => {
    const { x: left, y: base } = placeOf(point);
    const ring = point.hasRing === true ? ringAt(left, base) : "";
    return ring + withTip(signOf(point, left, base, hue), point.text);
  });
  return boundedLine(points.map(placeOf), { color: hue, width: 1.6 }) + marks.join("");
}

/** Marks a point of one of several lines. */
function ringAt(x: number, y: number): string {
  return `<circle cx="${px(x)}" cy="${px(y)}" r="9" ${stroke({ color: "good", width: 2 })}/>`;
}

/** Space between places on a line that names of points must not cover, pixels. */
const STEP_PX = 6;

/** Small boxes along a line. */
function lineBoxes({ points }: LoadLine, x: Scale, y: Scale): readonly Box[] {
  return points.slice(1).flatMap((point, at) => {
    const before = points[at] ?? point;
    const [fromX, fromY] = [x.at(before.rate), y.at(before.latencyNs)];
    const [overX, overY] = [x.at(point.rate) - fromX, y.at(point.latencyNs) - fromY];
    const steps = Math.ceil(Math.hypot(overX, overY) / STEP_PX);
    return Array.from({ length: steps }, (_, step) => {
      const [left, top] = [fromX + (overX * step) / steps, fromY + (overY * step) / steps];
      return { left: left - 1, right: left + 1, top: top - 1, bottom: top + 1 };
    });
  });
}

/** A cross for a point that missed the objective. */
function signOf(point: LoadPoint, x: number, y: number, hue: LoadLine["hue"]): string {
  const { met, isLowerBound } = point;
  return met === false ? crosses([{ x, y }]) : marker(x, y, hue, isLowerBound);
}

interface Labelled {
  readonly svg: string;
  readonly boxes: readonly Box[];
}

/** An upright line at a load, with its name above the plot. */
function markedLoad(mark: LoadFigure["mark"], x: Scale, plot: Plot): Labelled {
  if (mark === null) return { svg: "", boxes: [] };
  const at = x.at(mark.rate);
  const shown = fitText(mark.label, plot.right - plot.left, true);
  const width = textWidth(shown, true);
  const left = Math.max(plot.left, Math.min(plot.right - width, at - width / 2));
  return {
    svg:
      line(at, plot.top, at, plot.bottom, { color: "good", width: 2, dash: "2 3" }) +
      text(left, plot.top - 6, shown, { color: "good", strong: true }),
    boxes: [{ left: at - 2, right: at + 2, top: plot.top, bottom: plot.bottom }],
  };
}

/** A level line at the objective, with its name above it at the left. */
function objectiveLine(objectiveNs: number | null, y: Scale, plot: Plot): Labelled {
  if (objectiveNs === null) return { svg: "", boxes: [] };
  const at = y.at(objectiveNs);
  const base = at - plot.top < 16 ? at + 14 : at - 5;
  const look = { color: "bad", strong: true } as const;
  return {
    svg:
      line(plot.left, at, plot.right, at, { color: "bad", width: 1.5, dash: "6 3" }) +
      text(plot.left + 6, base, "objective", look),
    boxes: [textBox(plot.left + 6, base, "objective", look)],
  };
}

function lineNames(lines: readonly LoadLine[], plot: Plot, y: Scale, roomPx: number): string {
  const labels = lines.flatMap(({ label, hue, points }) => {
    const last = points.at(-1);
    if (last === undefined || label === "") return [];
    return [{ words: label, color: hue, y: y.at(last.latencyNs) }];
  });
  return endLabels(labels, plot.right + 8, roomPx - 8, [plot.top, plot.bottom]);
}
