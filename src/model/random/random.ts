/**
 * Random numbers that are the same everywhere for one seed: in sequence (`Random`) or by number
 * (`NumberedRandom`). Every random choice of a run is drawn here.
 */

/**
 * A bijection of 32-bit words whose output bits each depend on every input bit: the finaliser of
 * MurmurHash3 (Appleby, public domain). Returns an unsigned word.
 */
export function mix32(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Low and high 32-bit words of a seed, so that seeds above 2^32 differ too. */
export function seedWords(seed: number): readonly [number, number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

type State = readonly [a: number, b: number, c: number, d: number];

/** Expands a seed by splitmix32. */
function splitMix(seed: number, stream: number): State {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul((stream + 1) | 0, 0x85ebca6b)) | 0;
  const split = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) | 0;
  };
  // An all-zero state would stay zero for ever.
  return [split(), split(), split(), split() | 1];
}

/** Expands a seed of any size by {@link mix32}. */
export function mixedState(seed: number, stream: number): State {
  const [low, high] = seedWords(seed);
  const a = mix32(low ^ 0x9e3779b9);
  const b = mix32(high ^ a ^ 0x3c6ef372);
  const c = mix32(stream ^ b ^ 0xdaa66d2b);
  return [a, b, c, mix32(a ^ c ^ 0x78dde6e4) | 1];
}

/**
 * xoshiro128** of Blackman and Vigna (public domain,
 * https://prng.di.unimi.it/xoshiro128starstar.c), its state expanded from one seed.
 * Every random choice of a run comes from one of these, so that a seed gives the same offsets,
 * sizes and latencies everywhere.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** `stream` separates generators of one seed: worker number, phase number. */
  constructor(seed: number, stream = 0, expand = splitMix) {
    [this.a, this.b, this.c, this.d] = expand(seed, stream);
  }

  /** Uniform in 0 … 2^32 - 1. */
  uint32(): number {
    const scrambled = Math.imul(this.b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits. */
  unit(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /**
   * Uniform integer in 0 … bound - 1. One 32-bit draw below 2^21, where scaling it is off by at
   * most 2^-11 of a value's probability; 53 bits above.
   */
  below(bound: number): number {
    return bound <= 2097152
      ? Math.floor((this.uint32() * bound) / 4294967296)
      : Math.floor(this.unit() * bound);
  }

  /** Standard normal, by Marsaglia's polar method, which needs only log and sqrt. */
  normal(): number {
    for (;;) {
      const u = 2 * this.unit() - 1;
      const v = 2 * this.unit() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  /** Fisher-Yates, in place. */
  shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = values[i] ?? 0;
      values[i] = values[j] ?? 0;
      values[j] = held;
    }
  }
}
