import type { SampleIndex } from "../plan/dataset.ts";

/** Block size of a tar archive: a header takes one block, data is padded to whole blocks. */
export const TAR_BLOCK_BYTES = 512;

/** An archive ends with two zero blocks and is padded to 20, as tar and WebDataset write it. */
const TAR_RECORD_BYTES = 20 * TAR_BLOCK_BYTES;
const TAR_END_BYTES = 2 * TAR_BLOCK_BYTES;

/** Sizes of the shards in bytes, and the position of each sample in them. */
export interface PackedShards {
  readonly sizes: Float64Array;
  readonly samples: SampleIndex;
}

/**
 * Packs samples in order into tar shards. A shard holds at least one sample and is closed when the
 * next one would make the finished archive larger than `shardBytes`. `samples.offset` is the
 * position of a sample's data, which follows its header block; `samples.length` is its size. Both
 * are in bytes.
 */
export function packShards(sampleSizes: Float64Array, shardBytes: number): PackedShards {
  const count = sampleSizes.length;
  const file = new Int32Array(new SharedArrayBuffer(count * 4));
  const offset = new Float64Array(new SharedArrayBuffer(count * 8));
  const shardSizes: number[] = [];
  let used = 0;
  for (let i = 0; i < count; i++) {
    const member = TAR_BLOCK_BYTES + padded(sampleSizes[i] ?? 0, TAR_BLOCK_BYTES);
    if (used > 0 && archiveBytes(used + member) > shardBytes) {
      shardSizes.push(archiveBytes(used));
      used = 0;
    }
    file[i] = shardSizes.length;
    offset[i] = used + TAR_BLOCK_BYTES;
    used += member;
  }
  if (used > 0) shardSizes.push(archiveBytes(used));
  const sizes = new Float64Array(new SharedArrayBuffer(shardSizes.length * 8));
  sizes.set(shardSizes);
  return { sizes, samples: { file, offset, length: sampleSizes } };
}

function archiveBytes(memberBytes: number): number {
  return padded(memberBytes + TAR_END_BYTES, TAR_RECORD_BYTES);
}

function padded(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}
