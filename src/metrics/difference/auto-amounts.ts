import type { AutoAmount } from "../../model/plan/auto.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { amountWords } from "../../model/units.ts";
import type { FieldDifference } from "./fields.ts";

/** Path of an automatic amount in the differences of two plans. */
function pathOf({ dataset, field }: AutoAmount): string {
  return field === "size" ? `datasets[${dataset}].size.bytes` : `datasets[${dataset}].count`;
}

/**
 * Marks differences in sizes that were chosen for the target, which a `--set` for both runs avoids:
 * `datasets[data].size.bytes (128 MiB, chosen to fit, and 1 GiB)`.
 */
export function withAutoAmounts(
  found: readonly FieldDifference[],
  first: Plan,
  other: Plan,
): readonly FieldDifference[] {
  return found.map((one) => ({
    ...one,
    first: shownAmount(one.field, one.first, first),
    other: shownAmount(one.field, one.other, other),
  }));
}

function shownAmount(field: string, shown: string, { autoAmounts = [] }: Plan): string {
  const amount = autoAmounts.find((one) => pathOf(one) === field);
  const value = Number(shown);
  if (amount === undefined || !Number.isFinite(value)) return shown;
  const words = amountWords(value, amount.field === "size" ? "bytes" : "count");
  const isChosen = amount.limitedBy !== undefined && amount.limitedBy !== "maximum";
  return isChosen ? `${words} chosen to fit the target` : words;
}
