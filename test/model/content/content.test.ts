import { hash } from "node:crypto";
import { deflateRawSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeUnits, UNIT_WORDS, type WriteUnit } from "../../../src/model/content/content.ts";
import { RANDOM_DATA, UNIT_BYTES } from "../../../src/model/plan/data.ts";

const UNITS = 8192;

/** Enough for a ratio. */
const SOME_BYTES = 256 * UNIT_BYTES;

/** Units of one owner, one behind the other. */
function written(write: WriteUnit, owner = 0): Buffer {
  const words = new Uint32Array(UNITS * UNIT_WORDS);
  for (let unit = 0; unit < UNITS; unit++) write(words, unit * UNIT_WORDS, owner, unit);
  return Buffer.from(words.buffer);
}

/** Ratio of a compressor that works in pieces of `window` bytes, as storage does. */
function ratio(bytes: Buffer, window: number, compress: (part: Buffer) => Buffer): number {
  let compressed = 0;
  for (let at = 0; at < SOME_BYTES; at += window) {
    compressed += compress(bytes.subarray(at, at + window)).length;
  }
  return SOME_BYTES / compressed;
}

function distinct(bytes: Buffer): number {
  const seen = new Set<string>();
  for (let at = 0; at < bytes.length; at += UNIT_BYTES) {
    seen.add(hash("sha1", bytes.subarray(at, at + UNIT_BYTES)));
  }
  return seen.size;
}

describe.each([1, 1.25, 2, 3, 5, 10])("compressible to %d", (compressible) => {
  const bytes = written(makeUnits(42, { ...RANDOM_DATA, compressible }, UNITS));

  test.each([
    ["zlib", UNIT_BYTES, deflateRawSync],
    ["zlib", 32 * UNIT_BYTES, deflateRawSync],
    ["zstd", UNIT_BYTES, zstdCompressSync],
    ["zstd", 32 * UNIT_BYTES, zstdCompressSync],
  ] as const)("by %s in pieces of %d B", (_, window, compress) => {
    const found = ratio(bytes, window, (part) => compress(part));
    expect(found / compressible).toBeGreaterThan(0.94);
    expect(found / compressible).toBeLessThan(1.06);
  });

  test("no unit twice", () => {
    expect(distinct(bytes)).toBe(UNITS);
  });
});

describe.each([1.25, 2, 3, 10, 50])("dedupable to %d", (dedupable) => {
  const data = { ...RANDOM_DATA, dedupable };
  const bytes = written(makeUnits(42, data, UNITS));

  test("that many units for each that differs", () => {
    expect(UNITS / distinct(bytes) / dedupable).toBeGreaterThan(0.95);
    expect(UNITS / distinct(bytes) / dedupable).toBeLessThan(1.05);
  });

  test("later writes repeat the same common units", () => {
    const both = Buffer.concat([bytes, written(makeUnits(42, data, UNITS), 0x80000001)]);
    const most = (2 * UNITS) / dedupable;
    expect(distinct(both)).toBeLessThan(most * 1.1);
    expect(distinct(both)).toBeGreaterThan(most * 0.45);
  });

  test("a unit is not compressible", () => {
    expect(ratio(bytes, UNIT_BYTES, (part) => deflateRawSync(part))).toBeLessThan(1.01);
  });
});

test("applies both ratios together", () => {
  const bytes = written(makeUnits(1, { ...RANDOM_DATA, compressible: 2, dedupable: 3 }, UNITS));
  expect(ratio(bytes, UNIT_BYTES, (part) => zstdCompressSync(part))).toBeCloseTo(2, 1);
  expect(UNITS / distinct(bytes)).toBeCloseTo(3, 0);
});

test("contents follow from seed, owner and unit alone", () => {
  const data = { ...RANDOM_DATA, dedupable: 2 };
  const one = written(makeUnits(7, data, UNITS));
  expect(one.equals(written(makeUnits(7, data, UNITS)))).toBe(true);
  expect(one.equals(written(makeUnits(8, data, UNITS)))).toBe(false);
});
