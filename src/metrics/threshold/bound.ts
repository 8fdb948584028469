import type { Relation } from "../../model/plan/threshold.ts";
import type { MeasuredValue } from "./values.ts";

const HOLDS: Readonly<Record<Relation, (value: number, bound: number) => boolean>> = {
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
  "==": (value, bound) => value === bound,
};

/**
 * Whether a measured value satisfies its bound. A missing value does not; a lower bound does only
 * if every higher value does too.
 */
export function isMet(
  relation: Relation,
  { value, isLowerBound }: Pick<MeasuredValue, "value" | "isLowerBound">,
  bound: number,
): boolean {
  if (value === null || !HOLDS[relation](value, bound)) return false;
  return !isLowerBound || relation === ">" || relation === ">=";
}

/** Why a lower bound does not decide: a sentence without a full stop. */
export const LOWER_BOUND = "the value is a lower bound: some latencies are not exact";
