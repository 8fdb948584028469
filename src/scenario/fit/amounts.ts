import type { AutoAmount } from "../../model/plan/auto.ts";
import { type DatasetPlan, sizeBounds } from "../../model/plan/dataset.ts";
import { BLOCKS, onceOf } from "../../model/plan/operation.ts";
import type { Plan } from "../../model/plan/plan.ts";

/** An amount of one or more datasets that can be lowered; they keep equal amounts. */
export interface Adjustable {
  readonly field: AutoAmount["field"];
  readonly datasets: readonly string[];
  readonly value: number;
  readonly min: number;
}

/** Size from which a file is lowered rather than the number of files. */
const LARGE_FILE_BYTES = 1024 ** 2;

/**
 * Returns the automatic amounts of a plan at their maximum. Those with equal bounds stay equal, so
 * that phases which compare their datasets compare equal amounts.
 */
export function automatic(plan: Plan): readonly Adjustable[] {
  const open = (plan.autoAmounts ?? []).filter(({ limitedBy }) => limitedBy === undefined);
  return grouped(
    open.map(({ dataset, field, min, max }) => ({
      ...{ field, dataset, value: max },
      min: Math.min(max, Math.max(min, lowestOf(plan, dataset, field))),
    })),
  );
}

/** Returns the amounts that `--set` could lower without changing the kind of workload. */
export function settable(plan: Plan): readonly Adjustable[] {
  const sizes = plan.datasets.flatMap(({ name, size }) => {
    if (size.kind !== "fixed" || size.bytes <= LARGE_FILE_BYTES) return [];
    const min = Math.max(LARGE_FILE_BYTES, lowestOf(plan, name, "size"));
    return [{ field: "size" as const, dataset: name, value: size.bytes, min }];
  });
  const counts = plan.datasets.map(({ name, count }) => ({
    ...{ field: "count" as const, dataset: name, value: count },
    min: lowestOf(plan, name, "count"),
  }));
  return grouped([...sizes, ...counts]);
}

interface Single extends Omit<Adjustable, "datasets"> {
  readonly dataset: string;
}

function grouped(singles: readonly Single[]): readonly Adjustable[] {
  const groups = Map.groupBy(singles, ({ field, value, min }) => `${field} ${value} ${min}`);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { field, value, min } = first;
    return [{ field, value, min, datasets: members.map(({ dataset }) => dataset) }];
  });
}

/** Smallest amount with which the phases of a dataset are still valid. */
function lowestOf(plan: Plan, dataset: string, field: AutoAmount["field"]): number {
  let lowest = 1;
  for (const { mix, limit, blockBytes, access, dataset: of } of plan.phases) {
    if (of !== dataset) continue;
    const operations = mix.map(({ operation }) => operation);
    const ofBlocks = operations.some((one) => BLOCKS.has(one)) && access !== "samples";
    if (field === "size" && ofBlocks) lowest = Math.max(lowest, blockBytes);
    const once = onceOf(operations) !== undefined && limit.kind === "operations";
    if (field === "count" && once) lowest = Math.max(lowest, limit.operations);
  }
  return lowest;
}

/**
 * Next lower amount of the ladder, at least `min`: powers of two for sizes, 1, 2 and 5 times powers
 * of ten for counts. Targets with about equal space get equal amounts, so that runs are comparable.
 * Null at the minimum.
 */
export function nextLower({ field, value, min }: Adjustable): number | null {
  if (value <= min) return null;
  return Math.max(min, field === "size" ? powerBelow(value) : roundBelow(value));
}

function powerBelow(value: number): number {
  const power = 2 ** Math.floor(Math.log2(value));
  return power < value ? power : power / 2;
}

function roundBelow(value: number): number {
  const ten = 10 ** Math.floor(Math.log10(value));
  const steps = [5 * ten, 2 * ten, ten, ten / 2];
  return Math.max(1, Math.floor(steps.find((step) => step < value) ?? 1));
}

/** Returns the plan with these amounts. */
export function withAmounts(plan: Plan, amounts: readonly Adjustable[]): Plan {
  const datasets = plan.datasets.map((dataset) =>
    amounts.reduce(
      (changed, one) => (one.datasets.includes(dataset.name) ? withAmount(changed, one) : changed),
      dataset,
    ),
  );
  return { ...plan, datasets };
}

function withAmount(dataset: DatasetPlan, { field, value }: Adjustable): DatasetPlan {
  if (field === "count") return { ...dataset, count: value };
  return { ...dataset, size: { kind: "fixed", bytes: value } };
}

/** Amount of a dataset in bytes per file, or files. */
export function amountOf(dataset: DatasetPlan, field: AutoAmount["field"]): number {
  return field === "count" ? dataset.count : sizeBounds({ ...dataset, kind: "files" }).most;
}

/**
 * Gives the automatic amounts of a plan the values of earlier datasets with the same names, such as
 * those of a baseline run. Amounts without an earlier value stay automatic.
 */
export function pinAmounts(
  plan: Plan,
  earlier: readonly DatasetPlan[],
  limit: "earlier" | "targets" = "earlier",
): Plan {
  const pinned: Adjustable[] = [];
  const autoAmounts = (plan.autoAmounts ?? []).map((amount): AutoAmount => {
    const { dataset, field } = amount;
    const found = earlier.find(({ name }) => name === dataset);
    if (found === undefined || (field === "size" && found.size.kind !== "fixed")) return amount;
    const value = amountOf(found, field);
    pinned.push({ field, value, min: value, datasets: [dataset] });
    return { ...amount, limitedBy: value === amount.max ? "maximum" : limit };
  });
  return pinned.length === 0 ? plan : { ...withAmounts(plan, pinned), autoAmounts };
}

/** Gives plans of one scenario the smallest amounts of all, so that their runs are comparable. */
export function equalAmounts(plans: readonly Plan[]): readonly Plan[] {
  const datasets = (plans[0]?.datasets ?? []).map((first) => {
    const all = plans.flatMap(
      (plan) => plan.datasets.find(({ name }) => name === first.name) ?? [],
    );
    const count = Math.min(...all.map((one) => one.count));
    const size = all.toSorted((a, b) => amountOf(a, "size") - amountOf(b, "size"))[0]?.size;
    return { ...first, count, size: size ?? first.size };
  });
  return plans.map((plan) => {
    const same = plan.datasets.every((one) => {
      const equal = datasets.find(({ name }) => name === one.name) ?? one;
      return one.count === equal.count && amountOf(one, "size") === amountOf(equal, "size");
    });
    return same ? plan : pinAmounts(plan, datasets, "targets");
  });
}

/** The `--set` text for an amount of one dataset: `datasets.data.size=128MiB`. */
export function setText(dataset: string, field: AutoAmount["field"], value: number): string {
  return `datasets.${dataset}.${field}=${field === "count" ? value : sizeText(value)}`;
}

function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  while (at + 1 < units.length && bytes % 1024 ** (at + 1) === 0) at++;
  return `${bytes / 1024 ** at}${units[at]}`;
}
