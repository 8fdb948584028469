import { mix32 } from "../random/random.ts";
import { UNIT_WORDS } from "./content.ts";

/** Second word of every 4 KiB that a phase writes with random data: `assy` in memory order. */
export const WRITTEN_MARK = 0x79737361;

/** Word of a unit that holds {@link WRITTEN_MARK}; the word before it differs in every unit. */
export const MARK_WORD = 1;

/** Words of the smallest sector of a device. */
const SECTOR_WORDS = 128;

/** Maximum high word of a unit number on any device: 2^32 units are 16 TiB. */
const MAX_HIGH = 64;

/**
 * Whether a 4 KiB unit that was read from a device holds data that assay wrote: a sector of it
 * begins as the data of a phase does. Other data has such a sector by chance once in 2^23 units.
 */
export function isWrittenUnit(words: Uint32Array): boolean {
  const end = Math.min(words.length, UNIT_WORDS);
  for (let at = 0; at + 3 < end; at += SECTOR_WORDS) {
    if (words[at + MARK_WORD] === WRITTEN_MARK || isGenerated(words, at)) return true;
  }
  return false;
}

/** Whether the first words are those of generated content: the third depends on the first. */
function isGenerated(words: Uint32Array, at: number): boolean {
  const owner = words[at] ?? 0;
  if (owner === 0) return false;
  for (let high = 0; high < MAX_HIGH; high++) {
    if (words[at + 2] === mix32(high ^ owner)) return true;
  }
  return false;
}
