import { deflateRawSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeContent } from "../../../src/storage/content/content.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { filesPlan, shardsPlan } from "../support.ts";

const size = { kind: "uniform", minBytes: 0, maxBytes: 20_000 } as const;
const loosePlan = filesPlan({ size, count: 30 });
const packedPlan = shardsPlan({ size, count: 30 });
const loose = layOut(loosePlan, "x");
const packed = layOut(packedPlan, "x");

describe("contents of a dataset", () => {
  test.each([
    ["loose", loose, makeContent(loosePlan, loose)],
    ["shards", packed, makeContent(packedPlan, packed)],
  ])("%s: any split of a range gives the same bytes", (_, location, content) => {
    const cut = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(location.count - 1), cut, cut, fc.nat(3), (file, a, b, shift) => {
        const bytes = location.sizes[file] ?? 0;
        const whole = Buffer.alloc(bytes);
        content.fill(whole, file, 0);
        const [from = 0, to = 0] = [a, b].map((x) => Math.floor(x * bytes)).sort((x, y) => x - y);
        const part = new Uint8Array(new ArrayBuffer(to - from + shift + 4), shift, to - from);
        content.fill(part, file, from);
        expect(Buffer.compare(part, whole.subarray(from, to))).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("a sample has the same bytes in a file and in a shard", () => {
    const fromLoose = makeContent(loosePlan, loose);
    const fromShard = makeContent(packedPlan, packed);
    for (let i = 0; i < loose.count; i++) {
      const one = Buffer.alloc(loose.sizes[i] ?? 0);
      const other = Buffer.alloc(packed.samples?.length[i] ?? 0);
      fromLoose.fill(one, i, 0);
      fromShard.fill(other, packed.samples?.file[i] ?? 0, packed.samples?.offset[i] ?? 0);
      expect(Buffer.compare(one, other)).toBe(0);
    }
  });

  test("writes only inside the buffer", () => {
    const content = makeContent(loosePlan, loose);
    const memory = Buffer.alloc(9000, 7);
    content.fill(memory.subarray(101, 8101), 0, 3);
    expect(memory.subarray(0, 101).every((byte) => byte === 7)).toBe(true);
    expect(memory.subarray(8101).every((byte) => byte === 7)).toBe(true);
  });

  test("no block equals another, in one file, across files or across seeds", () => {
    const seen = new Set<string>();
    let blocks = 0;
    for (const seed of [1, 2]) {
      const plan = filesPlan({ seed });
      const content = makeContent(plan, layOut(plan, "x"));
      for (let file = 0; file < 8; file++) {
        for (const start of [0, 2 ** 34]) {
          const bytes = Buffer.alloc(64 * 4096);
          content.fill(bytes, file, start);
          for (let at = 0; at < bytes.length; at += 4096, blocks++) {
            seen.add(bytes.toString("latin1", at, at + 4096));
          }
        }
      }
    }
    expect(seen.size).toBe(blocks);
  });

  test("cannot be compressed with a small or a large window", () => {
    const content = makeContent(loosePlan, loose);
    const bytes = Buffer.alloc(8 * 1024 * 1024);
    content.fill(bytes, 0, 0);
    expect(deflateRawSync(bytes).length).toBeGreaterThan(bytes.length * 0.999);
    expect(zstdCompressSync(bytes).length).toBeGreaterThan(bytes.length * 0.999);
  });
});
