import type { SampleIndex } from "../../model/plan/dataset.ts";

/** Block size of a tar archive: a header takes one block, data is padded to whole blocks. */
export const TAR_BLOCK_BYTES = 512;

/** An archive ends with two zero blocks and is padded to 20, as tar and WebDataset write it. */
const TAR_RECORD_BYTES = 20 * TAR_BLOCK_BYTES;
const TAR_END_BYTES = 2 * TAR_BLOCK_BYTES;

/** Largest size that fits in the 11 octal digits of a ustar header. */
const MAX_OCTAL_SIZE = 8 ** 11 - 1;

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

/** Member name of a sample, the same in every shard layout: `000000042.jpg`. */
export function memberName(sample: number): string {
  return `${String(sample).padStart(9, "0")}.jpg`;
}

/**
 * Makes the ustar header of a sample (POSIX.1-1988). Times and owners are zero, so that a shard
 * depends on its plan alone. Sizes of 8 GiB and more use the base-256 form of GNU tar.
 */
export function tarHeader(sample: number, sizeBytes: number): Uint8Array {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  header.write(memberName(sample), 0, "latin1");
  header.write("0000444\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  writeSize(header, sizeBytes);
  header.write("00000000000\0", 136, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.fill(" ", 148, 156);
  let checksum = 0;
  for (const byte of header) checksum += byte;
  header.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

function writeSize(header: Buffer, sizeBytes: number): void {
  if (sizeBytes <= MAX_OCTAL_SIZE) {
    header.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124, "latin1");
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(sizeBytes), 128);
}
