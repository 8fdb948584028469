import { letterOf } from "../../metrics/compare/columns.ts";
import type { Comparison } from "../../metrics/compare/compare.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { displayWidth } from "../format/format.ts";
import { distinctTexts } from "../parts/distinct.ts";

/** Widest name of a column in a table; tables with longer ones use letters for all columns. */
const MAX_LABEL_WIDTH = 16;

/** Widest name of a phase in a table, and the width that wide values do not reduce further. */
const MAX_PHASE_WIDTH = 42;
const MIN_PHASE_WIDTH = 24;

/** Names of the columns as tables show them, by label. */
export type ColumnNames = ReadonlyMap<string, string>;

/** Returns the labels themselves, or letters if one of them is too wide for a table. */
export function columnNames({ labels }: Comparison): ColumnNames {
  const fits = labels.every((label) => displayWidth(label) <= MAX_LABEL_WIDTH);
  return new Map(labels.map((label, at) => [label, fits ? label : letterOf(at)]));
}

/** `A: 20261120-read-gp3`, one item per column; empty if tables show the labels themselves. */
export function columnLegend(names: ColumnNames): readonly string[] {
  return [...names].flatMap(([label, shown]) => (label === shown ? [] : [`${shown}: ${label}`]));
}

/** `read`, or `mix: write` for one operation of a mixed phase. */
export function workloadName({ phase, operation }: ComparedRow): string {
  return operation === "all" ? phase : `${phase}: ${operation}`;
}

/**
 * Names of workloads as tables show them, all different. Names that are too wide lose the keys of
 * their settings (`upload[8MiB,16]`), and then what they have in common, or their middle.
 * `tableRoom`: width that the other columns leave.
 */
export function shortWorkloadNames(
  rows: readonly ComparedRow[],
  tableRoom = MAX_PHASE_WIDTH,
): readonly string[] {
  const width = Math.max(MIN_PHASE_WIDTH, Math.min(MAX_PHASE_WIDTH, tableRoom));
  return distinctTexts(rows.map(workloadName), (whole, end) => shortName(whole, end, width));
}

function shortName(whole: string, end: string, width: number): string {
  const room = width - displayWidth(end);
  if (displayWidth(whole) <= room) return whole + end;
  const values = whole.replaceAll(/(?<=[[,])[^[\],=]+=/g, "");
  if (displayWidth(values) <= room) return values + end;
  const characters = [...values];
  const [head, tail] = [characters.slice(0, 10).join(""), characters.slice(10)];
  while (displayWidth(head) + 1 + displayWidth(tail.join("")) > room) tail.shift();
  return `${head}…${tail.join("")}${end}`;
}
