import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ChecksumAlgorithm } from "../../model/plan/object-options.ts";

/** A checksum over bytes in pieces. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Base64 of the value, most significant byte first, as S3's headers have it. */
  digest(): string;
}

/** Header of an algorithm: `x-amz-checksum-crc32c`. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Starts a checksum. */
export function makeChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case "CRC32":
      return new Crc32();
    case "CRC32C":
      return new Crc32c();
    case "CRC64NVME":
      return new Crc64();
    default:
      return new Digest(createHash(algorithm.toLowerCase()));
  }
}

class Digest implements Checksum {
  private readonly hash: Hash;

  constructor(hash: Hash) {
    this.hash = hash;
  }

  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  digest(): string {
    return this.hash.digest("base64");
  }
}

class Crc32 implements Checksum {
  private value = 0;

  update(bytes: Uint8Array): void {
    this.value = crc32(bytes, this.value);
  }

  digest(): string {
    return base64Of([this.value]);
  }
}

/** Bytes per step, one table for each ("slicing by 8"). */
const SLICES = 8;
/** Castagnoli's polynomial (RFC 3720) and the polynomial of NVMe's 64-bit CRC, bits reversed. */
const CRC32C_POLYNOMIAL = 0x82f63b78n;
const CRC64_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** `SLICES` tables of 256 remainders, the low and the high 32 bits of each. */
interface Tables {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

function makeTables(polynomial: bigint): Tables {
  const low = new Uint32Array(SLICES * 256);
  const high = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let slice = 0; slice < SLICES; slice++) {
      for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? polynomial : 0n);
      low[slice * 256 + byte] = Number(value & 0xffffffffn);
      high[slice * 256 + byte] = Number(value >> 32n);
    }
  }
  return { low, high };
}

let tables32: Tables | undefined;
let tables64: Tables | undefined;

class Crc32c implements Checksum {
  private readonly table: Uint32Array;
  private value = 0xffffffff;

  constructor() {
    tables32 ??= makeTables(CRC32C_POLYNOMIAL);
    this.table = tables32.low;
  }

  update(bytes: Uint8Array): void {
    const table = this.table;
    const whole = bytes.length - (bytes.length % SLICES);
    let crc = this.value;
    for (let i = 0; i < whole; i += SLICES) {
      crc ^= word(bytes, i);
      crc =
        at(table, 1792 + (crc & 255)) ^
        at(table, 1536 + ((crc >>> 8) & 255)) ^
        at(table, 1280 + ((crc >>> 16) & 255)) ^
        at(table, 1024 + (crc >>> 24)) ^
        at(table, 768 + at(bytes, i + 4)) ^
        at(table, 512 + at(bytes, i + 5)) ^
        at(table, 256 + at(bytes, i + 6)) ^
        at(table, at(bytes, i + 7));
    }
    for (let i = whole; i < bytes.length; i++) {
      crc = (crc >>> 8) ^ at(table, (crc ^ at(bytes, i)) & 255);
    }
    this.value = crc;
  }

  digest(): string {
    return base64Of([~this.value]);
  }
}

class Crc64 implements Checksum {
  private readonly tables: Tables;
  private low = 0xffffffff;
  private high = 0xffffffff;

  constructor() {
    tables64 ??= makeTables(CRC64_POLYNOMIAL);
    this.tables = tables64;
  }

  update(bytes: Uint8Array): void {
    const { low: lows, high: highs } = this.tables;
    const whole = bytes.length - (bytes.length % SLICES);
    let low = this.low;
    let high = this.high;
    for (let i = 0; i < whole; i += SLICES) {
      const a = low ^ word(bytes, i);
      const b = high ^ word(bytes, i + 4);
      const i0 = 1792 + (a & 255);
      const i1 = 1536 + ((a >>> 8) & 255);
      const i2 = 1280 + ((a >>> 16) & 255);
      const i3 = 1024 + (a >>> 24);
      const i4 = 768 + (b & 255);
      const i5 = 512 + ((b >>> 8) & 255);
      const i6 = 256 + ((b >>> 16) & 255);
      const i7 = b >>> 24;
      low =
        at(lows, i0) ^
        at(lows, i1) ^
        at(lows, i2) ^
        at(lows, i3) ^
        at(lows, i4) ^
        at(lows, i5) ^
        at(lows, i6) ^
        at(lows, i7);
      high =
        at(highs, i0) ^
        at(highs, i1) ^
        at(highs, i2) ^
        at(highs, i3) ^
        at(highs, i4) ^
        at(highs, i5) ^
        at(highs, i6) ^
        at(highs, i7);
    }
    for (let i = whole; i < bytes.length; i++) {
      const index = (low ^ at(bytes, i)) & 255;
      low = ((low >>> 8) | (high << 24)) ^ at(lows, index);
      high = (high >>> 8) ^ at(highs, index);
    }
    this.low = low;
    this.high = high;
  }

  digest(): string {
    return base64Of([~this.high, ~this.low]);
  }
}

function at(values: Uint8Array | Uint32Array, index: number): number {
  return values[index] ?? 0;
}

/** Four bytes, least significant first, at any alignment. */
function word(bytes: Uint8Array, i: number): number {
  return (
    at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24)
  );
}

function base64Of(words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [i, value] of words.entries()) bytes.writeUInt32BE(value >>> 0, i * 4);
  return bytes.toString("base64");
}
