import { mix32, seedWords } from "../../model/random/random.ts";

/** A stream of random numbers that is the same on every machine for the same seed. */
export interface Random {
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
export function makeRandom(seed: number, stream: number): Random {
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
