import { packShards } from "../../model/content/packing.ts";
import { drawSizes } from "../../model/content/sizes.ts";
import type { DatasetLocation, DatasetPlan } from "../../model/plan/dataset.ts";

/**
 * Lays a dataset out below `folder`, relative to the run's directory or key prefix: the size of
 * each file and, for shards, the position of each sample. The layout depends on the plan alone, so
 * every process, worker and later cleanup computes the same one. The arrays are shared memory.
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
