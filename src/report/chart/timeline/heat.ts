import { ROWS_PER_DECADE } from "../../../metrics/series/series.ts";
import type { TimelineColumn } from "../../parts/figure.ts";
import type { Scale } from "../kit/scale.ts";
import { stroke } from "../kit/svg.ts";

/** Levels of darkness of the heat map, one color. */
export const HEAT_LEVELS = 7;

/** Lowest and highest latency that a time line shows, nanoseconds; null without latencies. */
export function heatRange(columns: readonly TimelineColumn[]): readonly [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const { cells, p50Ns, p99Ns, maxNs } of columns) {
    for (const [row] of cells) {
      low = Math.min(low, edgeOf(row));
      high = Math.max(high, edgeOf(row + 1));
    }
    for (const ns of [p50Ns, p99Ns, maxNs]) {
      if (ns === null) continue;
      low = Math.min(low, ns);
      high = Math.max(high, ns);
    }
  }
  return high > 0 ? [low, high] : null;
}

function edgeOf(row: number): number {
  return 10 ** (row / ROWS_PER_DECADE);
}

/** Opacity of a level, 1 to {@link HEAT_LEVELS}. */
export function heatOpacity(level: number): number {
  return Math.round((0.14 + (0.76 * (level - 1)) / (HEAT_LEVELS - 1)) * 100) / 100;
}

/**
 * Operations by latency and time; darker is more operations per second, on a logarithmic scale. One
 * path per level in a grid of whole numbers: a line of width 1 is a row of cells. More than
 * `maxColumns` are added up.
 */
export function heatMap(
  columns: readonly TimelineColumn[],
  x: Scale,
  y: Scale,
  maxColumns: number,
): string {
  const grid = gridOf(columns, maxColumns);
  if (grid === null) return "";
  const paths = pathsOf(grid);
  const rowPx = y.at(edgeOf(grid.row)) - y.at(edgeOf(grid.row + 1));
  const left = x.at(grid.fromS);
  const columnPx = x.at(grid.fromS + grid.widthS) - left;
  const base = y.at(edgeOf(grid.row)) - rowPx / 2;
  const place = `translate(${fine(left)} ${fine(base)}) scale(${fine(columnPx)} ${fine(-rowPx)})`;
  const shapes = paths.map((path, at) =>
    path === ""
      ? ""
      : `<path d="${path}" ${stroke({ color: "rate", width: 1 })} ` +
        `stroke-opacity="${heatOpacity(at + 1)}"/>`,
  );
  return `<g transform="${place}" shape-rendering="crispEdges">${shapes.join("")}</g>`;
}

/** A number of the transform: rounding must not add up over the columns. */
function fine(value: number): string {
  return String(Math.round(value * 1e4) / 1e4);
}

interface Grid {
  readonly fromS: number;
  /** Width of a column; a shorter last one has it too. */
  readonly widthS: number;
  /** Lowest row. */
  readonly row: number;
  /** By row from the lowest: the level of each column with operations, in order. */
  readonly rows: ReadonlyMap<number, readonly (readonly [column: number, level: number])[]>;
}

function gridOf(columns: readonly TimelineColumn[], maxColumns: number): Grid | null {
  const [first] = columns;
  if (first === undefined || !(first.toS > first.fromS)) return null;
  const factor = Math.max(1, Math.ceil(columns.length / maxColumns));
  const widthS = (first.toS - first.fromS) * factor;
  const rates = cellRates(columns, first.fromS, widthS);
  const logs = [...rates.values()].flatMap((row) => [...row.values()].map(Math.log));
  if (logs.length === 0) return null;
  const range = [Math.min(...logs), Math.max(...logs)] as const;
  const lowest = Math.min(...rates.keys());
  const rows = [...rates].map(([row, cells]) => {
    const levels = [...cells].map(
      ([column, rate]) => [column, levelOf(Math.log(rate), range)] as const,
    );
    return [row - lowest, levels.toSorted(([one], [other]) => one - other)] as const;
  });
  return { fromS: first.fromS, widthS, row: lowest, rows: new Map(rows) };
}

/** Operations per second by row and column of the grid. */
function cellRates(
  columns: readonly TimelineColumn[],
  startS: number,
  widthS: number,
): ReadonlyMap<number, ReadonlyMap<number, number>> {
  const rates = new Map<number, Map<number, number>>();
  for (const { fromS, toS, cells } of columns) {
    // The middle of a column is in its own cell, however its ends are rounded.
    const column = Math.floor(((fromS + toS) / 2 - startS) / widthS);
    for (const [row, operations] of cells) {
      const list = rates.get(row) ?? new Map<number, number>();
      list.set(column, (list.get(column) ?? 0) + operations / widthS);
      rates.set(row, list);
    }
  }
  return rates;
}

function levelOf(value: number, [low, high]: readonly [number, number]): number {
  if (!(high > low)) return HEAT_LEVELS;
  return 1 + Math.round(((value - low) / (high - low)) * (HEAT_LEVELS - 1));
}

/** One path per level; neighboring cells of a row and a level are one line. */
function pathsOf({ rows }: Grid): readonly string[] {
  const paths = Array.from({ length: HEAT_LEVELS }, () => "");
  for (const [row, cells] of rows) {
    let at = 0;
    while (at < cells.length) {
      const [column, level] = cells[at] ?? [0, 1];
      let length = 1;
      while (cells[at + length]?.[0] === column + length && cells[at + length]?.[1] === level) {
        length++;
      }
      paths[level - 1] += `M${column} ${row}h${length}`;
      at += length;
    }
  }
  return paths;
}
