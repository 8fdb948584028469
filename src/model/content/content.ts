/**
 * Content of datasets, for preparation and load, so that one can verify data of the other.
 * `verifiable.ts` has blocks that describe themselves. No I/O.
 */

import { endianness } from "node:os";
import { type DataKind, UNIT_BYTES } from "../plan/data.ts";
import { mix32, Random, seedWords } from "../random/random.ts";

export const UNIT_WORDS = UNIT_BYTES / 4;

/** Size of the pool of random words, small enough for the cache of a core. */
const POOL_WORDS = 16 * UNIT_WORDS;

/** Stream of a seed's random words that is the pool. */
const POOL_STREAM = 0x706f6f6c;

/** Bytes zlib and zstd need for the part of a unit that repeats, and to frame it. */
const REPEAT_COST_BYTES = 30;

/** Owner of units that occur many times in a dataset; no file has this number. */
const COMMON = 0xffffffff;

/**
 * Maximum number of common units: 16 MiB, so that copies are outside the window of a compressor.
 */
const MAX_COMMON = 4096;

/** Copies per common unit in a dataset too small for {@link MAX_COMMON} common units. */
const COPIES = 15;

/**
 * Writes the 4 KiB of content that `owner` and `unit` identify to `words`, starting at index `at`.
 */
export type WriteUnit = (words: Uint32Array, at: number, owner: number, unit: number) => void;

/**
 * Content in units of 4 KiB. Each is a slice of a pool of random words, turned by an XOR key. Slice
 * and key come from owner and unit number; the key keeps even a compressor with a window over the
 * whole pool from finding a repeat. The first four words spell seed, owner and unit out through
 * bijections, so two units cannot be equal.
 *
 * Compressible to a ratio: only so much of a unit is random, and the rest repeats its key.
 */
function uniqueUnits(seed: number, compressible: number): WriteUnit {
  if (endianness() !== "LE") throw new Error("contents need a little-endian machine");
  const random = new Random(seed, POOL_STREAM);
  const pool = new Uint32Array(POOL_WORDS + UNIT_WORDS);
  for (let i = 0; i < POOL_WORDS; i++) pool[i] = random.uint32();
  pool.copyWithin(POOL_WORDS, 0, UNIT_WORDS);
  const seedKey = keyOf(seed);
  const randomWords = randomWordsOf(compressible);
  return (words, at, owner, unit) => {
    const unitWord = mix32(unit ^ seedKey);
    const ownerWord = mix32(owner ^ unitWord);
    const from = mix32(ownerWord + 1) % POOL_WORDS;
    const key = mix32(ownerWord ^ 0x5bd1e995) | 0;
    for (let i = 0; i < randomWords; i++) words[at + i] = (pool[from + i] as number) ^ key;
    if (randomWords < UNIT_WORDS) words.fill(key, at + randomWords, at + UNIT_WORDS);
    words[at] = ownerWord;
    words[at + 1] = unitWord;
    words[at + 2] = mix32(Math.floor(unit / 2 ** 32) ^ ownerWord);
    words[at + 3] = mix32(seedKey ^ ownerWord ^ unitWord);
  };
}

/** A seed as one word. */
export function keyOf(seed: number): number {
  const [low, high] = seedWords(seed);
  return mix32(low ^ mix32(high));
}

function randomWordsOf(compressible: number): number {
  if (compressible <= 1) return UNIT_WORDS;
  return Math.max(4, Math.round((UNIT_BYTES / compressible - REPEAT_COST_BYTES) / 4));
}

/**
 * Dedupable to ratio d: of N units, a share c is drawn from P common ones and the others are found
 * once, so that N (1 - c) + P = N / d units differ. Which unit is a copy of which is decided by
 * owner and unit number alone.
 *
 * @param totalUnits N, of the dataset that is written or written into.
 */
export function makeUnits(seed: number, data: DataKind, totalUnits: number): WriteUnit {
  const write = uniqueUnits(seed, data.compressible);
  if (data.dedupable <= 1) return write;
  const distinct = Math.max(1, totalUnits / data.dedupable);
  const spared = totalUnits - distinct;
  const common = Math.max(1, Math.round(Math.min(MAX_COMMON, distinct, spared / COPIES)));
  const share = Math.min(1, (spared + common) / Math.max(1, totalUnits));
  const bound = share * 2 ** 32;
  const seedKey = keyOf(seed) ^ 0x64656475;
  return (words, at, owner, unit) => {
    const draw = mix32(mix32(owner ^ seedKey) ^ unit ^ Math.floor(unit / 2 ** 32));
    if (draw >= bound) write(words, at, owner, unit);
    else write(words, at, COMMON, mix32(draw ^ 0x9e3779b9) % common);
  };
}
