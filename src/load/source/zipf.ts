import { NumberedRandom } from "../../model/random/numbered-random.ts";

/** Ranks up to this have one bin each; above it every octave has this many bins. */
const BINS_PER_OCTAVE = 64;

/** Numbers of draws after a rejected one, far from any operation's number. */
const NEXT_ATTEMPT = 2 ** 44;

/** Stream of the first worker's draws. */
const STREAM = 0x7a697066;

/**
 * Draws ranks 0 … count - 1 with probabilities proportional to 1 / (r + 1)^theta, exactly and for
 * any theta above 0.
 *
 * Rejection from a hat that is constant on bins of ranks (L. Devroye, Non-Uniform Random Variate
 * Generation, 1986, II.3 and VI): a bin is drawn by the alias method (M. Vose, A Linear Algorithm
 * for Generating Random Numbers with a Given Distribution, 1991), a rank uniformly inside it. Bins
 * are so narrow that hardly a draw is rejected or needs a power. The rejection-inversion of Hörmann
 * and Derflinger (1996), the usual choice, draws from the same distribution with a logarithm and an
 * exponential each.
 */
export class ZipfRanks {
  private readonly theta: number;
  private readonly bins: number;
  /** First rank of each bin, from 1, and its number of ranks. */
  private readonly first: Float64Array;
  private readonly width: Float64Array;
  /** Minimum acceptance inside a bin: a draw below it needs no power. */
  private readonly surely: Float64Array;
  private readonly keep: Float64Array;
  private readonly alias: Int32Array;
  private readonly random: NumberedRandom;

  constructor(count: number, theta: number, seed: number, worker: number) {
    this.theta = theta;
    const { first, width } = cutBins(count);
    this.first = Float64Array.from(first);
    this.width = Float64Array.from(width);
    this.bins = first.length;
    this.surely = this.first.map((from, i) => (from / (from + (width[i] ?? 1) - 1)) ** theta);
    const hat = this.first.map((from, i) => (width[i] ?? 1) * from ** -theta);
    const { keep, alias } = aliasTable(hat);
    this.keep = keep;
    this.alias = alias;
    this.random = new NumberedRandom(seed, STREAM + worker);
  }

  /** The rank of draw `number`, 0 the most frequent. */
  rank(number: number): number {
    let attempt = number;
    for (;;) {
      const place = this.random.unit(attempt) * this.bins;
      let bin = Math.floor(place);
      // The rest of a draw after a choice is uniform again and serves the next choice.
      let rest = place - bin;
      const keep = this.keep[bin] ?? 1;
      if (rest < keep) rest /= keep;
      else {
        bin = this.alias[bin] ?? 0;
        rest = (rest - keep) / (1 - keep);
      }
      const first = this.first[bin] ?? 1;
      const inside = rest * (this.width[bin] ?? 1);
      const step = Math.floor(inside);
      const coin = inside - step;
      const accepted =
        coin < (this.surely[bin] ?? 0) || coin < (first / (first + step)) ** this.theta;
      if (accepted) return first - 1 + step;
      attempt += NEXT_ATTEMPT;
    }
  }
}

function cutBins(count: number): { readonly first: number[]; readonly width: number[] } {
  const first: number[] = [];
  const width: number[] = [];
  for (let from = 1; from <= count; ) {
    const octave = 2 ** Math.floor(Math.log2(from));
    const wide = Math.min(Math.max(1, octave / BINS_PER_OCTAVE), count - from + 1);
    first.push(from);
    width.push(wide);
    from += wide;
  }
  return { first, width };
}

/** Vose's table: bin `i` keeps a draw with probability `keep[i]`, else `alias[i]` gets it. */
function aliasTable(weights: Float64Array): {
  readonly keep: Float64Array;
  readonly alias: Int32Array;
} {
  const count = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scaled = weights.map((weight) => (weight * count) / total);
  const keep = new Float64Array(count).fill(1);
  const alias = Int32Array.from(scaled, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (const [i, weight] of scaled.entries()) (weight < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop() ?? 0;
    const rich = large.at(-1) ?? 0;
    keep[poor] = scaled[poor] ?? 1;
    alias[poor] = rich;
    scaled[rich] = (scaled[rich] ?? 1) - (1 - (scaled[poor] ?? 1));
    if ((scaled[rich] ?? 1) < 1) {
      large.pop();
      small.push(rich);
    }
  }
  return { keep, alias };
}
