import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Cost, Usage } from "../../model/run/cost.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import { isLoopback } from "../../model/target/amazon.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { formatCount, usd } from "../../report/parts/format.ts";
import type { RunRequest } from "../../run/request.ts";
import type { Pair } from "./pairs.ts";

/** Reads an amount such as `2.50`, `2.50USD` or `$2.50`. Throws UsageError. */
export function parseAmount(text: string): number {
  const match = /^\$?([0-9]+(?:\.[0-9]+)?) ?(?:USD)?$/.exec(text.trim());
  if (match !== null) return Number(match[1]);
  throw new UsageError(`--max-cost: expected an amount in USD such as \`2.50\`, got \`${text}\``);
}

/** Prices of the requests of runs; both functions return null for a target without a bucket. */
export interface Pricing {
  readonly estimate: (plan: Plan, target: TargetSpec) => Cost | null;
  readonly actual: (run: Run, around: readonly Usage[]) => Cost | null;
}

/** Reads the price list, unless none of the targets is a bucket. `hosts`: that load the targets. */
export async function pricingOf(targets: readonly TargetSpec[], hosts = 1): Promise<Pricing> {
  if (!targets.some(({ address }) => address.kind === "bucket")) {
    return { estimate: () => null, actual: () => null };
  }
  const { actualCost, estimateCost } = await import("../../cost/index.ts");
  const { loadPrices } = await import("../../cost/prices.ts");
  const prices = await loadPrices();
  return {
    estimate: (plan, target) => estimateCost(plan, target, prices, hosts),
    actual: (run, around) => actualCost(run, around, prices),
  };
}

/** Number of requests of a cost. */
export function requestsOf({ lines }: Cost): number {
  return lines.reduce((sum, line) => sum + line.requests, 0);
}

/** One line per plan and target: the maximum cost of its requests. */
export function costLine(plan: Plan, target: TargetSpec, cost: Cost): string {
  const prices = cost.charged ? "" : " (prices of Amazon S3; this server's prices are unknown)";
  const assumed =
    cost.assumedMs === undefined
      ? ""
      : `; assumes at least ${cost.assumedMs} ms per operation, faster storage costs more`;
  return (
    `${pairName({ plan, target })}: at most ${formatCount(requestsOf(cost))} requests, ` +
    `${usd(cost.totalUsd)}${prices}, plus ${usd(cost.transferOutUsd)} for data transfer out of ` +
    `AWS${assumed}`
  );
}

/** Estimated cost of all runs of a command. */
interface Budget {
  /** Lines to print before the first run: one per pair with a target on another host. */
  readonly lines: readonly string[];
  /** Returns a function that prices a finished run. */
  readonly price: (plan: Plan, target: TargetSpec) => NonNullable<RunRequest["cost"]>;
}

/**
 * Estimates the cost of `times` runs of every pair. Throws PreflightError if the sum exceeds
 * `maxUsd`.
 */
export function budgetOf(
  pairs: readonly Pair[],
  pricing: Pricing,
  maxUsd: number | null,
  times = 1,
): Budget {
  const lines: string[] = [];
  let total = 0;
  for (const { plan, target } of pairs) {
    const cost = pricing.estimate(plan, target);
    if (cost === null) continue;
    total += times * cost.totalUsd;
    const often = times > 1 ? `, ${times} times` : "";
    if (!isLoopback(target)) lines.push(costLine(plan, target, cost) + often);
  }
  if (maxUsd !== null && total > maxUsd) {
    throw new PreflightError(
      `requests may cost up to ${usd(total)}, more than --max-cost ${usd(maxUsd)}; shorten the ` +
        "phases, use a smaller dataset, or raise --max-cost",
    );
  }
  return {
    lines,
    price: (plan, target) => (run, around) => ({
      estimated: pricing.estimate(plan, target),
      actual: pricing.actual(run, around),
    }),
  };
}
