/**
 * What requests and storage cost, from a table of prices with their sources. `estimate.ts` counts
 * the requests that a plan may send at most, `actual.ts` those that a run sent, `storage.ts` what
 * storage costs per month. Nothing here asks AWS for a price.
 */

import type { Plan } from "../model/plan/plan.ts";
import type { Cost, Usage } from "../model/run/cost.ts";
import type { Run } from "../model/run/run.ts";
import { isAmazonBucket } from "../model/target/amazon.ts";
import { AMAZON_KINDS } from "../model/target/kind.ts";
import type { BucketAddress, TargetSpec } from "../model/target/target.ts";
import { actualUsage } from "./actual.ts";
import { assumedQuickestMs, estimatedUsage } from "./estimate.ts";
import { type Charging, priceOf } from "./prices.ts";
import type { Prices } from "./prices-schema.ts";

/**
 * What running a plan on a target will cost at most, on the assumption that is in it; null where
 * requests cost nothing.
 */
export function estimateCost(plan: Plan, target: TargetSpec, prices: Prices): Cost | null {
  const { address, kind } = target;
  if (address.kind !== "bucket") return null;
  const cost = priceOf(estimatedUsage(plan, kind), prices, chargingOf(target, address));
  const assumedMs = assumedQuickestMs(plan, kind);
  return assumedMs === null ? cost : { ...cost, assumedMs };
}

/** What a run cost, from what was counted; `around` is what preparing and cleaning sent. */
export function actualCost(run: Run, around: readonly Usage[], prices: Prices): Cost | null {
  const { address } = run.target;
  if (address.kind !== "bucket") return null;
  return priceOf(actualUsage(run, around), prices, chargingOf(run.target, address));
}

/** Whether a bucket is on this machine, where a test may do what it likes. */
export function isLoopback(target: TargetSpec): boolean {
  if (target.address.kind !== "bucket") return true;
  const { endpoint } = target.address;
  if (endpoint === undefined || !URL.canParse(endpoint)) return false;
  const host = new URL(endpoint).hostname;
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}

function chargingOf({ kind }: TargetSpec, address: BucketAddress): Charging {
  const charged = AMAZON_KINDS.has(kind) && isAmazonBucket(address);
  return { charged, accelerated: address.accelerate === true };
}
