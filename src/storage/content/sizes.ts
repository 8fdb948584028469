import type { DatasetPlan, SizeDistribution } from "../../model/plan/dataset.ts";
import { mixedState, Random } from "../../model/random/random.ts";

/** Stream of a dataset's seed; its contents must not share random words with it. */
const SIZES_STREAM = 1;

/** Sizes of the dataset's samples in bytes, by index; a loose file is one sample. */
export function drawSizes(plan: DatasetPlan): Float64Array {
  const sizes = sharedFloats(plan.count);
  const random = new Random(plan.seed, SIZES_STREAM, mixedState);
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
