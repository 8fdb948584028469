/**
 * Computes datasets from their plans: `layout.ts` gives the number and sizes of files, `shards.ts`
 * packs samples into tar archives, and this file gives the bytes of any range. Results depend on
 * the plan alone, so every worker and every later cleanup computes the same. Nothing here reads or
 * writes a target.
 */
import { makeUnits, UNIT_WORDS, type WriteUnit } from "../../model/content/content.ts";
import { TAR_BLOCK_BYTES } from "../../model/content/packing.ts";
import { makeVerifiable } from "../../model/content/verifiable.ts";
import { UNIT_BYTES } from "../../model/plan/data.ts";
import type { DatasetLocation, DatasetPlan, SampleIndex } from "../../model/plan/dataset.ts";
import { tarHeader } from "./shards.ts";

/** Computes the bytes of any range of any file of a dataset, without reading the files. */
export interface Content {
  /** Fills the whole buffer with the bytes of file `file`, starting at byte `offset`. */
  fill(buffer: Uint8Array, file: number, offset: number): void;
}

type FillSample = (target: Uint8Array, sample: number, offset: number) => void;

/**
 * Makes the contents of a dataset, which are deterministic for its seed. Unless the plan sets
 * otherwise, the data is incompressible and all units differ, so that compression and deduplication
 * in the storage cannot improve a result. The bytes of sample i are the same in a file and a shard.
 */
export function makeContent(plan: DatasetPlan, location: DatasetLocation): Content {
  const fillSample = sampleFiller(unitWriter(plan, location));
  const { samples } = location;
  if (samples === null) return { fill: fillSample };
  const first = firstSamples(samples, location.count);
  return {
    fill: (buffer, file, offset) =>
      fillShard(buffer, offset, samples, first[file] ?? 0, first[file + 1] ?? 0, fillSample),
  };
}

function unitWriter(plan: DatasetPlan, { totalBytes }: DatasetLocation): WriteUnit {
  if (!plan.data.verifiable) return makeUnits(plan.seed, plan.data, totalBytes / UNIT_BYTES);
  const format = makeVerifiable(plan);
  return (words, at, file, unit) => format.write(words, at, file, unit, 0, 0);
}

/** Fills any range of a sample; writes whole units directly into an aligned target. */
function sampleFiller(writeUnit: WriteUnit): FillSample {
  const scratch = new Uint32Array(UNIT_WORDS);
  const scratchBytes = new Uint8Array(scratch.buffer);
  return (target, sample, offset) => {
    let block = Math.floor(offset / UNIT_BYTES);
    let skip = offset - block * UNIT_BYTES;
    let done = 0;
    const wordStart = (UNIT_BYTES - skip) % UNIT_BYTES;
    const aligned = (target.byteOffset + wordStart) % 4 === 0 && target.length > wordStart;
    const wordCount = aligned ? Math.floor((target.length - wordStart) / 4) : 0;
    const words = new Uint32Array(
      target.buffer,
      aligned ? target.byteOffset + wordStart : 0,
      wordCount,
    );
    while (done < target.length) {
      const length = Math.min(UNIT_BYTES - skip, target.length - done);
      if (aligned && length === UNIT_BYTES) {
        writeUnit(words, (done - wordStart) / 4, sample, block);
      } else {
        writeUnit(scratch, 0, sample, block);
        target.set(scratchBytes.subarray(skip, skip + length), done);
      }
      done += length;
      skip = 0;
      block++;
    }
  };
}

/** First sample of each shard, followed by the number of samples. */
function firstSamples(samples: SampleIndex, shards: number): Int32Array {
  const first = new Int32Array(shards + 1).fill(samples.file.length);
  for (let i = samples.file.length - 1; i >= 0; i--) first[samples.file[i] ?? 0] = i;
  return first;
}

/** Fills a range of a tar archive: headers, samples, and zeros as padding and at the end. */
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
  for (let i = firstOverlapping(samples, begin, end, offset); i < end; i++) {
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

/** Last sample of [begin, end) whose header begins at or before `offset`; at least `begin`. */
function firstOverlapping(
  samples: SampleIndex,
  begin: number,
  end: number,
  offset: number,
): number {
  let low = begin;
  let high = end;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((samples.offset[middle] ?? 0) - TAR_BLOCK_BYTES <= offset) low = middle;
    else high = middle;
  }
  return low;
}
