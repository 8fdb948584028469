import { actualCost, estimateCost, isLoopback } from "../../cost/index.ts";
import { loadPrices } from "../../cost/prices.ts";
import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Cost } from "../../model/run/cost.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { formatCount, usd } from "../../report/parts/format.ts";
import type { RunRequest } from "../../run/request.ts";
import type { PlannedRun } from "./pairs.ts";

/** Reads an amount such as `2.50`, `2.50USD` or `$2.50`. Throws UsageError. */
export function parseAmount(text: string): number {
  const match = /^\$?([0-9]+(?:\.[0-9]+)?) ?(?:USD)?$/.exec(text.trim());
  if (match !== null) return Number(match[1]);
  throw new UsageError(`--max-cost: \`${text}\` was found, expected USD such as \`2.50\``);
}

/** One line a plan and target: what its requests cost at most. */
export function costLine(plan: Plan, target: TargetSpec, cost: Cost): string {
  const requests = cost.lines.reduce((sum, line) => sum + line.requests, 0);
  const where = cost.charged ? "" : " on Amazon S3; what this store charges is not known";
  return (
    `${plan.name} on ${target.name}: at most ${formatCount(requests)} requests and ` +
    `${usd(cost.totalUsd)}${where}, and ${usd(cost.transferOutUsd)} for data out of AWS` +
    (cost.assumedMs === undefined ? "" : `, if an operation takes ${cost.assumedMs} ms or more`)
  );
}

/** What is known of a run's cost beforehand. */
interface Budget {
  /** Lines to print before a run: of what goes to another machine. */
  readonly lines: readonly string[];
  /** Prices a run that is over. */
  readonly price: (plan: Plan, target: TargetSpec) => NonNullable<RunRequest["cost"]>;
}

/**
 * Estimates every pair of plan and target that is to be run, so many times. Throws PreflightError
 * where all is more than allowed.
 */
export async function budgetOf(
  pairs: readonly PlannedRun[],
  most: number | null,
  times = 1,
): Promise<Budget> {
  const prices = await loadPrices();
  const lines: string[] = [];
  let total = 0;
  for (const { plan, target } of pairs) {
    const cost = estimateCost(plan, target, prices);
    if (cost === null) continue;
    total += times * cost.totalUsd;
    const often = times > 1 ? `, ${times} times` : "";
    if (!isLoopback(target)) lines.push(costLine(plan, target, cost) + often);
  }
  if (most !== null && total > most) {
    throw new PreflightError(
      `this may cost up to ${usd(total)}, more than --max-cost ${usd(most)}: shorten its phases, ` +
        "take a smaller dataset, or allow more",
    );
  }
  return {
    lines,
    price: (plan, target) => (run, around) => {
      const estimated = estimateCost(plan, target, prices);
      return { estimated, actual: actualCost(run, around, prices) };
    },
  };
}
