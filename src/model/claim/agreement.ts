import type { Claim } from "./claim.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Returns the smallest and the largest value that agree with a figure, its tolerance included, in
 * base units; null: no limit on this side.
 */
export function agreement(
  { relation, tolerance }: Pick<Claim, "relation" | "tolerance">,
  { value, low, high }: Omit<NonNullable<Verdict["figure"]>, "relation">,
): readonly [least: number | null, most: number | null] {
  const least = (of: number | null): number | null => (of === null ? null : of * (1 - tolerance));
  const most = (of: number | null): number | null => (of === null ? null : of * (1 + tolerance));
  switch (relation) {
    case ">=":
    case ">":
      return [least(value), null];
    case "<=":
    case "<":
      return [null, most(value)];
    case "==":
    case "~":
      return [least(value), most(value)];
    case "within":
      return [least(low), most(high)];
  }
}
