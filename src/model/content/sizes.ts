import type { DatasetPlan, SizeDistribution } from "../plan/dataset.ts";
import { mixedState, Random } from "../random/random.ts";

/** Random stream for sizes; the dataset's contents use other streams of the same seed. */
const SIZES_STREAM = 1;

/** Draws the sizes of a dataset's samples in bytes, by index; a plain file is one sample. */
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
      // The plan gives mean m and standard deviation s of the sizes. Their logarithm has
      // variance = ln(1 + s²/m²) and mean = ln m - variance/2 (lognormal moments).
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
