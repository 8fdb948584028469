import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
} from "../../../src/model/plan/object-options.ts";
import { checksumHeader, makeChecksum } from "../../../src/s3/signing/checksum.ts";

const CHECK = Buffer.from("123456789");

function hexOf(algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]): string {
  const checksum = makeChecksum(algorithm);
  for (const piece of pieces) checksum.update(piece);
  return Buffer.from(checksum.digest(), "base64").toString("hex");
}

/** Check values of https://reveng.sourceforge.io/crc-catalogue/all.htm, and of FIPS 180. */
test.each([
  ["CRC32", "cbf43926"],
  ["CRC32C", "e3069283"],
  ["CRC64NVME", "ae8b14860a799888"],
  ["SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
  ["SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
] as const)("%s of 123456789", (algorithm, expected) => {
  expect(hexOf(algorithm, CHECK)).toBe(expected);
  expect(hexOf(algorithm, CHECK.subarray(0, 4), CHECK.subarray(4))).toBe(expected);
});

test("CRC-32C of 32 bytes of zeros, ones and counting up (RFC 3720, B.4)", () => {
  const counting = Uint8Array.from({ length: 32 }, (_, i) => i);
  expect(hexOf("CRC32C", new Uint8Array(32))).toBe("8a9136aa");
  expect(hexOf("CRC32C", new Uint8Array(32).fill(255))).toBe("62a8ab43");
  expect(hexOf("CRC32C", counting)).toBe("46dd794e");
});

/** Bit by bit, as the definition says. */
function plainCrc(bytes: Uint8Array, polynomial: bigint, bits: bigint): string {
  const ones = (1n << bits) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? polynomial : 0n);
  }
  return (crc ^ ones).toString(16).padStart(Number(bits) / 4, "0");
}

test("random bytes in random pieces match the definition", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 300 }), (bytes, cut) => {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)] as const;
      expect(hexOf("CRC32C", ...pieces)).toBe(plainCrc(bytes, 0x82f63b78n, 32n));
      expect(hexOf("CRC64NVME", ...pieces)).toBe(plainCrc(bytes, 0x9a6c9329ac4bc9b5n, 64n));
      expect(hexOf("SHA256", ...pieces)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }),
  );
});

test("each algorithm has a separate header", () => {
  expect(CHECKSUM_ALGORITHMS.map(checksumHeader)).toEqual([
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
  ]);
});
