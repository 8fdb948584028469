import { crc32 } from "node:zlib";
import { UNIT_BYTES } from "../plan/data.ts";
import type { DatasetPlan } from "../plan/dataset.ts";
import { mix32 } from "../random/random.ts";
import { keyOf, makeUnits, UNIT_WORDS } from "./content.ts";

/** The letters AsV1 in memory order. */
const MAGIC = 0x31567341;

/** Words of a unit by what they hold; the rest but the sector marks is content. */
const WORD = {
  magic: 0,
  /** CRC-32 of everything behind it. */
  checksum: 1,
  /** Seed and name of the dataset. */
  dataset: 2,
  file: 3,
  unitLow: 4,
  unitHigh: 5,
  generation: 6,
  tag: 7,
} as const;

/** Minimum sector size of devices; a torn write ends at a sector boundary. */
const SECTOR_WORDS = 128;

/** The last words of each sector repeat tag and generation. */
const MARK = { tag: SECTOR_WORDS - 2, generation: SECTOR_WORDS - 1 } as const;

const CHECKED_FROM_BYTES = 8;

/**
 * Writer of a unit: the tag of a run, and the number of the write. Prepared datasets have 0 for
 * both.
 */
export interface Written {
  readonly generation: number;
  readonly tag: number;
}

/** Damage of a unit. */
export type Damage =
  /** Whole, but of another file, another offset or another dataset. */
  | { readonly kind: "misplaced"; readonly file: number; readonly unit: number }
  /** Each sector is whole, but they were written at different times. */
  | { readonly kind: "torn"; readonly generations: readonly number[] }
  | { readonly kind: "corrupt" };

/** Units of 4 KiB that describe themselves: dataset, file, position, writer and checksum. */
export interface Verifiable {
  /** Makes the unit at `words[at]`; `unit` counts from the start of the file. */
  write(
    words: Uint32Array,
    at: number,
    file: number,
    unit: number,
    generation: number,
    tag: number,
  ): void;
  /** Returns the writer of the unit at `words[at]`, or its damage. */
  inspect(words: Uint32Array, at: number, file: number, unit: number): Written | Damage;
}

/**
 * The checksum is CRC-32: native in Node (4 GB/s a core), and it finds every burst of up to 32
 * flipped bits and any other damage but one in 2^32. It is not meant to resist forgery.
 */
export function makeVerifiable(dataset: Pick<DatasetPlan, "name" | "seed" | "data">): Verifiable {
  const writeBody = makeUnits(dataset.seed, { ...dataset.data, dedupable: 1 }, 0);
  const identity = mix32(keyOf(dataset.seed) ^ crc32(dataset.name));
  const expected = new Uint32Array(UNIT_WORDS);

  const write: Verifiable["write"] = (words, at, file, unit, generation, tag) => {
    // Each generation has different content, which reveals sectors of an older one.
    writeBody(words, at, mix32(file ^ mix32(generation ^ mix32(tag))), unit);
    words[at + WORD.magic] = MAGIC;
    words[at + WORD.dataset] = identity;
    words[at + WORD.file] = file;
    words[at + WORD.unitLow] = unit >>> 0;
    words[at + WORD.unitHigh] = Math.floor(unit / 2 ** 32);
    words[at + WORD.generation] = generation;
    words[at + WORD.tag] = tag;
    for (let sector = at; sector < at + UNIT_WORDS; sector += SECTOR_WORDS) {
      words[sector + MARK.tag] = tag;
      words[sector + MARK.generation] = generation;
    }
    words[at + WORD.checksum] = checksumOf(words, at);
  };

  /** Compares each sector with the content that its mark describes. */
  const damageOf = (words: Uint32Array, at: number, file: number, unit: number): Damage => {
    const marks = new Map<string, number>();
    for (let sector = 0; sector < UNIT_WORDS; sector += SECTOR_WORDS) {
      const generation = words[at + sector + MARK.generation] ?? 0;
      const tag = words[at + sector + MARK.tag] ?? 0;
      write(expected, 0, file, unit, generation, tag);
      for (let i = sector; i < sector + SECTOR_WORDS; i++) {
        if (expected[i] !== words[at + i]) return { kind: "corrupt" };
      }
      marks.set(`${tag}:${generation}`, generation);
    }
    return { kind: "torn", generations: [...marks.values()] };
  };

  return {
    write,
    inspect: (words, at, file, unit) => {
      const sound = words[at] === MAGIC && words[at + WORD.checksum] === checksumOf(words, at);
      if (!sound) return damageOf(words, at, file, unit);
      const foundFile = words[at + WORD.file] ?? 0;
      const foundUnit =
        (words[at + WORD.unitHigh] ?? 0) * 2 ** 32 + (words[at + WORD.unitLow] ?? 0);
      if (foundFile !== file || foundUnit !== unit || words[at + WORD.dataset] !== identity) {
        return { kind: "misplaced", file: foundFile, unit: foundUnit };
      }
      return {
        generation: words[at + WORD.generation] ?? 0,
        tag: words[at + WORD.tag] ?? 0,
      };
    },
  };
}

function checksumOf(words: Uint32Array, at: number): number {
  const from = words.byteOffset + at * 4 + CHECKED_FROM_BYTES;
  return crc32(new Uint8Array(words.buffer, from, UNIT_BYTES - CHECKED_FROM_BYTES));
}
