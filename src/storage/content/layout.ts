import type { DatasetLocation, DatasetPlan, SizeDistribution } from "../../model/plan/dataset.ts";
import { packShards } from "./shards.ts";
import { makeRandom, type Random } from "./sizes.ts";

/** Stream of a dataset's seed; its contents must not share random words with it. */
const SIZES_STREAM = 1;

/**
 * Lays a dataset out below `folder` (relative to the run's folder or key prefix): how large each
 * file is, and for shards where each sample lies. Depends on nothing but the plan, so every
 * process, worker and later clean-up comes to the same answer. The arrays are shared memory.
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

/** Sizes of the dataset's samples in bytes, by index; a loose file is one sample. */
function drawSizes(plan: DatasetPlan): Float64Array {
  const sizes = sharedFloats(plan.count);
  const random = makeRandom(plan.seed, SIZES_STREAM);
  const draw = drawer(plan.size, random);
  for (let i = 0; i < sizes.length; i++) sizes[i] = draw();
  return sizes;
}

function drawer(size: SizeDistribution, random: Random): () => number {
  switch (size.kind) {
    case "fixed":
      return () => size.bytes;
    case "uniform": {
      const choices = size.maxBytes - size.minBytes + 1;
      return () => size.minBytes + Math.floor(random.unit() * choices);
    }
    case "lognormal": {
      // The plan gives mean m and standard deviation s of the sizes themselves. Of their logarithm:
      // variance = ln(1 + s²/m²), mean = ln m - variance/2 (moments of the lognormal distribution).
      const ratio = size.standardDeviationBytes / size.meanBytes;
      const variance = Math.log1p(ratio * ratio);
      const mean = Math.log(size.meanBytes) - variance / 2;
      const deviation = Math.sqrt(variance);
      return () => {
        const bytes = Math.round(Math.exp(mean + deviation * random.normal()));
        return Math.min(size.maxBytes, Math.max(size.minBytes, bytes));
      };
    }
  }
}

function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

function sum(sizes: Float64Array): number {
  let total = 0;
  for (const size of sizes) total += size;
  return total;
}
