import type { Column } from "./document.ts";

/** Columns from `[key, title, alignment]`, one line each. */
export function tableColumns(
  columns: readonly (readonly [key: string, title: string, align: Column["align"]])[],
): readonly Column[] {
  return columns.map(([key, title, align]) => ({ key, title, align }));
}
