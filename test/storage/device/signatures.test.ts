// @module-tag system
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { SIGNATURES } from "../../../src/storage/device/magics.ts";
import { findSignatures } from "../../../src/storage/device/signatures.ts";
import { scratch } from "../support.ts";

const MIB = 2 ** 20;
const SIZE = 16 * MIB + 12_288;

/** A file of zeros in place of a device. */
function image(sizeBytes = SIZE) {
  const path = join(scratch(), "image");
  const fd = openSync(path, "w+");
  onTestFinished(() => closeSync(fd));
  ftruncateSync(fd, sizeBytes);
  return { path, fd };
}

function whatIs(fd: number, sizeBytes = SIZE): readonly string[] {
  return findSignatures(fd, sizeBytes).map(({ what }) => what);
}

test.each(SIGNATURES.map((signature) => [signature.what, signature] as const))(
  "%s is found at its places, by each of its marks",
  (what, { places, magics }) => {
    const { fd } = image();
    const all = places(SIZE);
    // A ZFS label has hundreds of places; checks some, including the first and the last.
    const step = Math.ceil(all.length / 20);
    for (const place of all.filter((_, i) => i % step === 0 || i === all.length - 1)) {
      for (const magic of magics) {
        ftruncateSync(fd, 0);
        ftruncateSync(fd, SIZE);
        writeSync(fd, magic, 0, magic.length, place);
        expect({ place, found: whatIs(fd) }).toMatchObject({
          found: expect.arrayContaining([what]),
        });
      }
    }
  },
);

test("finds nothing on an empty device or on one with payload", () => {
  expect(whatIs(image().fd)).toEqual([]);
  const { fd } = image();
  const word = Buffer.alloc(4096);
  for (let at = 0; at < 4 * MIB; at += word.length) {
    word.writeUInt32LE(at / word.length, 0);
    writeSync(fd, word, 0, word.length, at);
  }
  expect(whatIs(fd)).toEqual([]);
});

test("checks a device of any size without an error", () => {
  const { fd } = image(2 * MIB);
  const sectors = fc.integer({ min: 1, max: 4096 });
  fc.assert(
    fc.property(sectors, (count) => {
      expect(whatIs(fd, count * 512)).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("reports a device that ends before its size", () => {
  expect(() => findSignatures(image(MIB).fd, 2 * MIB)).toThrow("the device ends at byte");
});

/** Tools that write real formats; missing ones are reported and skipped. */
const MAKERS: readonly (readonly [string, readonly string[], string])[] = [
  ["mkfs.ext4", ["-q", "-F"], "an ext2, ext3 or ext4 file system"],
  ["mkfs.xfs", ["-q"], "an XFS file system"],
  ["mkfs.btrfs", ["-q"], "a Btrfs file system"],
  ["mkfs.vfat", [], "a FAT file system"],
  ["mkswap", [], "a swap area"],
];

describe.each(MAKERS)("%s", (tool, options, what) => {
  test("is recognized by its real format", (context) => {
    const size = 320 * MIB;
    const { path, fd } = image(size);
    try {
      execFileSync(tool, [...options, path], { stdio: "pipe" });
    } catch (error) {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!missing) throw error;
      process.stderr.write(`skipped: ${tool} is not installed\n`);
      context.skip();
    }
    expect(whatIs(fd, size)).toContain(what);
  });
});
