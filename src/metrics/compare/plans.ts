import type { Plan } from "../../model/plan/plan.ts";
import { type FieldDifference, fieldDifferences } from "./field-differences.ts";

/** Every field in which two plans differ; phases and datasets are matched by their names. */
export function planDifferences(first: Plan, other: Plan): readonly FieldDifference[] {
  return fieldDifferences("", first, other);
}
