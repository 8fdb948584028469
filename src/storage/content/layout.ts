import type { DatasetLocation, DatasetPlan } from "../../model/plan/dataset.ts";
import { packShards } from "./shards.ts";
import { drawSizes } from "./sizes.ts";

/**
 * Lays a dataset out below `folder` (relative to the run's folder or key prefix): how large each
 * file is, and for shards where each sample lies. Depends on nothing but the plan, so every
 * process, worker and later clean-up computes the same layout. The arrays are shared memory.
 */
export function layOut(plan: DatasetPlan, folder: string): DatasetLocation {
  const sampleSizes = drawSizes(plan);
  const shape = {
    name: plan.name,
    folder,
    suffix: plan.suffix,
    filesPerDirectory: plan.filesPerDirectory,
    tree: plan.tree,
    seed: plan.seed,
    data: plan.data,
  };
  if (plan.kind === "files") {
    return {
      ...shape,
      count: plan.count,
      sizes: sampleSizes,
      totalBytes: sum(sampleSizes),
      samples: null,
    };
  }
  const { sizes, samples } = packShards(sampleSizes, plan.shardBytes);
  return { ...shape, count: sizes.length, sizes, totalBytes: sum(sizes), samples };
}

function sum(sizes: Float64Array): number {
  let total = 0;
  for (const size of sizes) total += size;
  return total;
}
