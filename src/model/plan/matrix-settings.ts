import type { DataColumn } from "../data-column.ts";
import type { PhasePlan } from "./plan.ts";

/**
 * Settings that differ between the phases of a plan, by their names in the scenario: those of a
 * matrix, and the one that a search varies. In the order of the phases, each once.
 */
export function matrixSettings(
  phases: readonly Pick<PhasePlan, "matrix" | "find">[],
): readonly string[] {
  const names = phases.flatMap(({ matrix, find }) => [
    ...Object.keys(matrix),
    ...(find === undefined ? [] : [find.by]),
  ]);
  return [...new Set(names)];
}

/** The CSV column of a matrix setting. */
export function matrixColumn(setting: string): DataColumn {
  return {
    key: `matrix_${setting}`,
    unit: "text",
    meaning: `value of \`${setting}\` in the matrix, as written in the scenario`,
  };
}
