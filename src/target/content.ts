import { endianness } from "node:os";
import type { DatasetLocation, DatasetPlan, SampleIndex } from "../model/dataset.ts";
import { SEED_STREAM } from "./layout.ts";
import { makeRandom, mix32, seedWords } from "./layout-random.ts";
import { TAR_BLOCK_BYTES, tarHeader } from "./shards.ts";

/** The bytes of a dataset, any range of any file, without the files. */
export interface Content {
  /** Fills the whole buffer with the bytes of file `file` from `offset` on. */
  fill(buffer: Uint8Array, file: number, offset: number): void;
}

/** Contents are made in blocks of this size, each different from every other of the dataset. */
const BLOCK_BYTES = 4096;
const BLOCK_WORDS = BLOCK_BYTES / 4;

/** Random words all blocks are cut from: small enough to stay in a core's own cache. */
const POOL_WORDS = 16 * BLOCK_WORDS;

type FillSample = (target: Uint8Array, sample: number, offset: number) => void;

/**
 * The contents of a dataset: deterministic for its seed, incompressible, no two blocks alike, so
 * that neither compression nor deduplication below flatters a result. The bytes of sample i are the
 * same in a loose file and in a shard.
 */
export function makeContent(plan: DatasetPlan, location: DatasetLocation): Content {
  const fillSample = sampleFiller(plan.seed);
  const { samples } = location;
  if (samples === null) return { fill: fillSample };
  const first = firstSamples(samples, location.count);
  return {
    fill: (buffer, file, offset) =>
      fillShard(buffer, offset, samples, first[file] ?? 0, first[file + 1] ?? 0, fillSample),
  };
}

/**
 * Each block is a slice of a pool of random words, turned by an XOR key. Slice and key come from
 * sample and block number; the key keeps even a compressor with a window over the whole pool from
 * finding a repeat. The first four words spell seed, sample and block out through bijections, so
 * two blocks cannot be equal.
 */
function sampleFiller(seed: number): FillSample {
  if (endianness() !== "LE") throw new Error("dataset contents need a little-endian machine");
  const random = makeRandom(seed, SEED_STREAM.contents);
  const pool = new Uint32Array(POOL_WORDS + BLOCK_WORDS);
  for (let i = 0; i < POOL_WORDS; i++) pool[i] = random.word();
  pool.copyWithin(POOL_WORDS, 0, BLOCK_WORDS);
  const [seedLow, seedHigh] = seedWords(seed);
  const seedKey = mix32(seedLow ^ mix32(seedHigh));

  function writeBlock(words: Uint32Array, at: number, sample: number, block: number): void {
    const blockWord = mix32(block ^ seedKey);
    const sampleWord = mix32(sample ^ blockWord);
    const from = mix32(sampleWord + 1) % POOL_WORDS;
    const key = mix32(sampleWord ^ 0x5bd1e995) | 0;
    for (let i = 0; i < BLOCK_WORDS; i++) words[at + i] = (pool[from + i] as number) ^ key;
    words[at] = sampleWord;
    words[at + 1] = blockWord;
    words[at + 2] = mix32(Math.floor(block / 2 ** 32) ^ sampleWord);
    words[at + 3] = mix32(seedKey ^ sampleWord ^ blockWord);
  }

  const scratch = new Uint32Array(BLOCK_WORDS);
  const scratchBytes = new Uint8Array(scratch.buffer);
  return (target, sample, offset) => {
    let block = Math.floor(offset / BLOCK_BYTES);
    let skip = offset - block * BLOCK_BYTES;
    let done = 0;
    const wordStart = (BLOCK_BYTES - skip) % BLOCK_BYTES;
    const aligned = (target.byteOffset + wordStart) % 4 === 0 && target.length > wordStart;
    const wordCount = aligned ? Math.floor((target.length - wordStart) / 4) : 0;
    const words = new Uint32Array(
      target.buffer,
      aligned ? target.byteOffset + wordStart : 0,
      wordCount,
    );
    while (done < target.length) {
      const length = Math.min(BLOCK_BYTES - skip, target.length - done);
      if (aligned && length === BLOCK_BYTES) {
        writeBlock(words, (done - wordStart) / 4, sample, block);
      } else {
        writeBlock(scratch, 0, sample, block);
        target.set(scratchBytes.subarray(skip, skip + length), done);
      }
      done += length;
      skip = 0;
      block++;
    }
  };
}

/** First sample of each shard, and one more entry: the number of samples. */
function firstSamples(samples: SampleIndex, shards: number): Int32Array {
  const first = new Int32Array(shards + 1).fill(samples.file.length);
  for (let i = samples.file.length - 1; i >= 0; i--) first[samples.file[i] ?? 0] = i;
  return first;
}

/** Fills a range of a tar: headers, samples, zeros between them and at the end. */
function fillShard(
  buffer: Uint8Array,
  offset: number,
  samples: SampleIndex,
  begin: number,
  end: number,
  fillSample: FillSample,
): void {
  buffer.fill(0);
  const limit = offset + buffer.length;
  for (let i = firstTouched(samples, begin, end, offset); i < end; i++) {
    const data = samples.offset[i] ?? 0;
    const length = samples.length[i] ?? 0;
    const header = data - TAR_BLOCK_BYTES;
    if (header >= limit) return;
    if (offset < data) {
      const from = Math.max(offset, header);
      const part = tarHeader(i, length).subarray(from - header, Math.min(limit, data) - header);
      buffer.set(part, from - offset);
    }
    const from = Math.max(offset, data);
    const to = Math.min(limit, data + length);
    if (to > from) fillSample(buffer.subarray(from - offset, to - offset), i, from - data);
  }
}

/** The last sample of [begin, end) whose header begins at or before `offset`; `begin` at least. */
function firstTouched(samples: SampleIndex, begin: number, end: number, offset: number): number {
  let low = begin;
  let high = end;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((samples.offset[middle] ?? 0) - TAR_BLOCK_BYTES <= offset) low = middle;
    else high = middle;
  }
  return low;
}
