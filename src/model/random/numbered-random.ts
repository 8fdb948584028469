import { Random } from "./random.ts";

/**
 * Random numbers by index: draw `n` of a stream does not depend on previous draws. So operation `n`
 * of a worker is the same operation, regardless of the number of threads that issue them.
 *
 * A draw is the number run through C. Wellons' `triple32` (public domain,
 * https://nullprogram.com/blog/2018/07/31/), whose input and first round are keyed by the stream.
 */
export class NumberedRandom {
  private readonly inputA: number;
  private readonly roundA: number;
  private readonly inputB: number;
  private readonly roundB: number;

  /** `stream` separates generators of one seed: worker and purpose. */
  constructor(seed: number, stream: number) {
    const keys = new Random(seed, stream);
    this.inputA = keys.uint32() | 0;
    this.roundA = keys.uint32() | 0;
    this.inputB = keys.uint32() | 0;
    this.roundB = keys.uint32() | 0;
  }

  /** Uniform in 0 … 2^32 - 1, for a number from 0 to 2^53. */
  uint32(number: number): number {
    return scramble(number, this.inputA, this.roundA);
  }

  /** Uniform in [0, 1) with 53 bits. */
  unit(number: number): number {
    const low = scramble(number, this.inputB, this.roundB);
    return ((this.uint32(number) >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
  }

  /**
   * Uniform integer in 0 … bound - 1. One 32-bit draw below 2^21, where scaling it is off by at
   * most 2^-11 of a value's probability; 53 bits above.
   */
  below(number: number, bound: number): number {
    return bound <= 2097152
      ? Math.floor((this.uint32(number) * bound) / 4294967296)
      : Math.floor(this.unit(number) * bound);
  }
}

function scramble(number: number, input: number, round: number): number {
  // Beyond 2^32 the upper half of the number goes on to change the function itself.
  let x = (number + input) | 0;
  x ^= x >>> 17;
  x = Math.imul(x, 0xed5ad4bb);
  x ^= (x >>> 11) ^ round ^ (number / 4294967296);
  x = Math.imul(x, 0xac4c1b51);
  x ^= x >>> 15;
  x = Math.imul(x, 0x31848bab);
  return (x ^ (x >>> 14)) >>> 0;
}
