import { TAR_BLOCK_BYTES } from "../../model/content/packing.ts";

/** Largest size that fits in the 11 octal digits of a ustar header. */
const MAX_OCTAL_SIZE = 8 ** 11 - 1;

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
