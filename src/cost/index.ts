/**
 * Costs of S3 requests and of storage, from a price list with sources. `estimate.ts` counts the
 * maximum number of requests of a plan, `actual.ts` the requests of a run; `storage.ts` has the
 * monthly cost of storage. Nothing here asks AWS for prices.
 */

import type { Plan } from "../model/plan/plan.ts";
import type { Cost, Usage } from "../model/run/cost.ts";
import type { Run } from "../model/run/run.ts";
import { isAmazonBucket } from "../model/target/amazon.ts";
import { AMAZON_KINDS } from "../model/target/kind.ts";
import type { BucketAddress, TargetSpec } from "../model/target/target.ts";
import { actualUsage } from "./actual.ts";
import { assumedMinimumMs, estimatedUsage } from "./estimate.ts";
import { type Charging, priceOf } from "./prices.ts";
import type { Prices } from "./prices-schema.ts";

/**
 * Estimates the maximum cost of running a plan on a target from a number of hosts. It assumes a
 * minimum time per operation (`assumedMs`). Null if the target is not a bucket.
 */
export function estimateCost(
  plan: Plan,
  target: TargetSpec,
  prices: Prices,
  hosts = 1,
): Cost | null {
  const { address, kind } = target;
  if (address.kind !== "bucket") return null;
  const cost = priceOf(estimatedUsage(plan, kind, hosts), prices, chargingOf(target, address));
  const assumedMs = assumedMinimumMs(plan, kind);
  return assumedMs === null ? cost : { ...cost, assumedMs };
}

/**
 * Cost of a run from its counted requests. `around` has the requests of preparation and cleanup.
 * Null if the target is not a bucket.
 */
export function actualCost(run: Run, around: readonly Usage[], prices: Prices): Cost | null {
  const { address } = run.target;
  if (address.kind !== "bucket") return null;
  return priceOf(actualUsage(run, around), prices, chargingOf(run.target, address));
}

function chargingOf({ kind }: TargetSpec, address: BucketAddress): Charging {
  const charged = AMAZON_KINDS.has(kind) && isAmazonBucket(address);
  return { charged, accelerated: address.accelerate === true };
}
