import type { BlockShare } from "../../model/plan/plan.ts";
import { NumberedRandom } from "../../model/random/numbered-random.ts";

/** Sizes drawn by weight, each draw by its number. */
export interface DrawnSizes {
  /** Bytes of a block in the mean of many draws. */
  readonly meanBytes: number;
  at(number: number): number;
}

const SIZE_STREAM = 0x73697a65;

/** Block sizes of one worker, drawn by the weights of a mix. */
export function drawnSizes(mix: readonly BlockShare[], seed: number, worker: number): DrawnSizes {
  const random = new NumberedRandom(seed, SIZE_STREAM + worker);
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const sizes = Float64Array.from(mix, ({ bytes }) => bytes);
  let sum = 0;
  const bounds = Float64Array.from(mix, ({ weight }) => {
    sum += weight;
    return (sum / total) * 4294967296;
  });
  const last = sizes.length - 1;
  return {
    meanBytes: mix.reduce((mean, { bytes, weight }) => mean + (bytes * weight) / total, 0),
    at(number) {
      const draw = random.uint32(number);
      let choice = 0;
      while (choice < last && draw >= (bounds[choice] ?? 0)) choice++;
      return sizes[choice] ?? 0;
    },
  };
}
