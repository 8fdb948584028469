/**
 * Unit or type of the values of a CSV column. `count` is a number without a unit; `probability` and
 * `share` are between 0 and 1. A list separates its entries with semicolons. `unit of X` is named
 * in column `X` of the same row.
 */
type ColumnUnit =
  | "text"
  | "list"
  | "true/false"
  | "UTC time"
  | "count"
  | "bytes"
  | "ns"
  | "s"
  | "operations/s"
  | "bytes/s"
  | "share"
  | "ratio"
  | "probability"
  | `unit of ${string}`;

/** Key, unit and meaning of a CSV column. Programs rely on the key: it never changes. */
export type ColumnRow = readonly [key: string, unit: ColumnUnit, meaning: string];

/** A column of a CSV file, as `docs/data-dictionary.md` describes it. */
export interface DataColumn {
  /** Name in the header of the file. */
  readonly key: string;
  readonly unit: ColumnUnit;
  /** A noun phrase, with the meaning of an empty field if the column has any. */
  readonly meaning: string;
}

/** Columns from `[key, unit, meaning]`. */
export function dataColumns(rows: readonly ColumnRow[]): readonly DataColumn[] {
  return rows.map(([key, unit, meaning]) => ({ key, unit, meaning }));
}
