import type { AutoAmount } from "../../../model/plan/auto.ts";
import type { DatasetPlan } from "../../../model/plan/dataset.ts";
import type { Plan } from "../../../model/plan/plan.ts";
import { formatBytes, formatCount } from "../../parts/format.ts";

const LIMIT_WORDS: Readonly<Record<NonNullable<AutoAmount["limitedBy"]>, string | null>> = {
  maximum: null,
  space: "chosen to fit the space",
  files: "chosen to fit the free inodes",
  memory: "chosen to fit the page cache",
  earlier: "as in the earlier run",
  targets: "chosen to fit every target of the comparison",
};

/** An amount that was chosen below its maximum. */
interface Chosen {
  /** Limit that determined it: `chosen to fit the space`. */
  readonly why: string;
  /** Amount and its maximum: `128 MiB of at most 1 GiB per file`. */
  readonly amount: string;
}

function chosenAmounts(plan: Plan, { name, size, count }: DatasetPlan): readonly Chosen[] {
  const amounts = (plan.autoAmounts ?? []).filter(({ dataset }) => dataset === name);
  return amounts.flatMap(({ field, max, limitedBy = "maximum" }) => {
    const why = LIMIT_WORDS[limitedBy];
    if (why === null) return [];
    const ofSize = `${formatBytes(size.kind === "fixed" ? size.bytes : null)} of at most`;
    const amount =
      field === "size"
        ? `${ofSize} ${formatBytes(max)} per file`
        : `${formatCount(count)} of at most ${formatCount(max)} files`;
    return [{ why, amount }];
  });
}

/** Clauses on the sizes of a dataset that the target limited, each with a leading comma. */
export function autoText(plan: Plan, dataset: DatasetPlan): string {
  return chosenAmounts(plan, dataset)
    .map(({ why, amount }) => `, ${why} (${amount})`)
    .join("");
}

/** The datasets that the target limited: `data: 4 × 128 MiB, chosen to fit the space`. */
export function autoClauses(plan: Plan): readonly string[] {
  return plan.datasets.flatMap((dataset) => {
    const [first] = chosenAmounts(plan, dataset);
    if (first === undefined) return [];
    const { name, size, count } = dataset;
    const each = size.kind === "fixed" ? ` × ${formatBytes(size.bytes)}` : " files";
    return [`${name}: ${formatCount(count)}${each}, ${first.why}`];
  });
}
