import type { ColumnRow, DataColumn } from "../../model/data-column.ts";
import type { Value } from "./document.ts";

/** A CSV column and how to read its value. */
export interface ValueColumn<Row> extends DataColumn {
  /** Value in the column's unit; null leaves the field empty. */
  readonly read: (row: Row) => Value;
}

/** Columns from `[key, unit, meaning, reader]`. */
export function valueColumns<Row>(
  rows: readonly (readonly [...column: ColumnRow, read: (row: Row) => Value])[],
): readonly ValueColumn<Row>[] {
  return rows.map(([key, unit, meaning, read]) => ({ key, unit, meaning, read }));
}

/** Keys of columns, for the header. */
export function keysOf(columns: readonly DataColumn[]): readonly string[] {
  return columns.map(({ key }) => key);
}

/** One row of values, in the order of the columns. */
export function valuesOf<Row>(columns: readonly ValueColumn<Row>[], row: Row): readonly Value[] {
  return columns.map(({ read }) => read(row));
}
