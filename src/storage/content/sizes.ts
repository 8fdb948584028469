import type { DatasetPlan, SizeDistribution } from "../../model/plan/dataset.ts";
import { mix32, seedWords } from "../../model/random/random.ts";

/** Stream of a dataset's seed; its contents must not share random words with it. */
const SIZES_STREAM = 1;

/** Sizes of the dataset's samples in bytes, by index; a loose file is one sample. */
export function drawSizes(plan: DatasetPlan): Float64Array {
  const sizes = sharedFloats(plan.count);
  const random = makeSizeStream(plan.seed, SIZES_STREAM);
  const draw = drawer(plan.size, random);
  for (let i = 0; i < sizes.length; i++) sizes[i] = draw();
  return sizes;
}

function drawer(size: SizeDistribution, random: SizeStream): () => number {
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

/** Random numbers that are the same on every host for the same seed. */
export interface SizeStream {
  /** The next 32 bits, unsigned. */
  word(): number;
  /** Uniform in [0, 1), 53 bits. */
  unit(): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * xoshiro128** (Blackman and Vigna 2018), seeded through {@link mix32}. `stream` separates the uses
 * of one seed. Normals come from Marsaglia's polar method, which needs only log and sqrt.
 */
export function makeSizeStream(seed: number, stream: number): SizeStream {
  const [low, high] = seedWords(seed);
  let a = mix32(low ^ 0x9e3779b9);
  let b = mix32(high ^ a ^ 0x3c6ef372);
  let c = mix32(stream ^ b ^ 0xdaa66d2b);
  let d = mix32(a ^ c ^ 0x78dde6e4) | 1;

  function word(): number {
    const rotated = Math.imul(b, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  }

  function unit(): number {
    return ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  }

  function normal(): number {
    for (;;) {
      const u = 2 * unit() - 1;
      const v = 2 * unit() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  return { word, unit, normal };
}
