import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DatasetPlan, SizeDistribution } from "../../../src/model/plan/dataset.ts";
import { mixedState, Random } from "../../../src/model/random/random.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { filesPlan, shardsPlan } from "../support.ts";

const sizes: fc.Arbitrary<SizeDistribution> = fc.oneof(
  fc.record({ kind: fc.constant("fixed" as const), bytes: fc.nat(100_000) }),
  fc.tuple(fc.nat(50_000), fc.nat(50_000)).map(([low, span]) => ({
    kind: "uniform" as const,
    minBytes: low,
    maxBytes: low + span,
  })),
  fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.nat(50_000)).map(([mean, deviation]) => ({
    kind: "lognormal" as const,
    meanBytes: mean,
    standardDeviationBytes: deviation,
    minBytes: Math.floor(mean / 4),
    maxBytes: mean * 4,
  })),
);

const plans: fc.Arbitrary<DatasetPlan> = fc
  .record({
    kind: fc.constantFrom("files" as const, "shards" as const),
    count: fc.integer({ min: 1, max: 200 }),
    size: sizes,
    seed: fc.nat(Number.MAX_SAFE_INTEGER),
    shardBytes: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(filesPlan);

describe("layOut", () => {
  test("returns the same layout every time, in shared memory", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const one = layOut(plan, "x");
        expect(layOut(plan, "x")).toEqual(one);
        expect(one.sizes.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect(one.totalBytes).toBe(one.sizes.reduce((sum, size) => sum + size, 0));
        expect(one.count).toBe(one.sizes.length);
      }),
      { numRuns: 50 },
    );
  });

  test("draws whole sizes within the bounds", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { sizes: drawn } = layOut({ ...plan, kind: "files" }, "x");
        const { size } = plan;
        const min = size.kind === "fixed" ? size.bytes : size.minBytes;
        const max = size.kind === "fixed" ? size.bytes : size.maxBytes;
        for (const bytes of drawn) {
          expect(Number.isInteger(bytes) && bytes >= min && bytes <= max).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("draws lognormal sizes with the plan's mean and deviation", () => {
    const size: SizeDistribution = {
      kind: "lognormal",
      meanBytes: 115_000,
      standardDeviationBytes: 60_000,
      minBytes: 1,
      maxBytes: 1e9,
    };
    const { sizes: drawn, totalBytes } = layOut(filesPlan({ size, count: 200_000 }), "x");
    const mean = totalBytes / drawn.length;
    const variance = drawn.reduce((sum, s) => sum + (s - mean) ** 2, 0) / drawn.length;
    expect(mean).toBeGreaterThan(114_000);
    expect(mean).toBeLessThan(116_000);
    expect(Math.sqrt(variance)).toBeGreaterThan(58_500);
    expect(Math.sqrt(variance)).toBeLessThan(61_500);
  });

  test("draws other sizes for another seed, also beyond 32 bits", () => {
    const size: SizeDistribution = { kind: "uniform", minBytes: 0, maxBytes: 1e6 };
    const drawn = [1, 2, 1 + 2 ** 32].map((seed) =>
      layOut(filesPlan({ size, seed }), "x").sizes.join(),
    );
    expect(new Set(drawn).size).toBe(3);
  });

  test("draws unchanged sizes, on which stored runs and kept data rely", () => {
    const size: SizeDistribution = { kind: "uniform", minBytes: 0, maxBytes: 999_999 };
    const { sizes: drawn } = layOut(filesPlan({ size, count: 4, seed: 7 }), "x");
    expect([...drawn]).toMatchInlineSnapshot(`
      [
        743965,
        328706,
        11976,
        829213,
      ]
    `);
  });
});

describe("shards", () => {
  test("hold the samples in order, without overlap, and close at their size", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const loose = layOut({ ...plan, kind: "files" }, "x");
        const { samples, sizes: shards, count } = layOut({ ...plan, kind: "shards" }, "x");
        expect(samples?.length).toEqual(loose.sizes);
        const held = new Array<number>(count).fill(0);
        let [shard, end] = [0, 0];
        for (let i = 0; i < plan.count; i++) {
          const file = samples?.file[i] ?? -1;
          const offset = samples?.offset[i] ?? -1;
          if (file !== shard) [shard, end] = [shard + 1, 0];
          expect(file).toBe(shard);
          expect(offset % 512).toBe(0);
          expect(offset).toBeGreaterThanOrEqual(end + 512);
          end = offset + (loose.sizes[i] ?? 0);
          expect(end + 1024).toBeLessThanOrEqual(shards[shard] ?? 0);
          held[shard] = (held[shard] ?? 0) + 1;
        }
        expect(shard).toBe(count - 1);
        for (const [i, bytes] of shards.entries()) {
          if ((held[i] ?? 0) > 1) expect(bytes).toBeLessThanOrEqual(plan.shardBytes);
          expect(bytes % 10_240).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("are closed no earlier than needed", () => {
    const plan = shardsPlan({
      count: 100,
      size: { kind: "fixed", bytes: 512 },
      shardBytes: 20_480,
    });
    const { samples } = layOut(plan, "x");
    // 19 members of 1 KiB and the two closing blocks fill 20 KiB exactly.
    expect(samples?.file.indexOf(1)).toBe(19);
  });
});

test("draws uniform and normal numbers of the right mean and deviation", () => {
  const random = new Random(3, 1, mixedState);
  const units = Array.from({ length: 100_000 }, () => random.unit());
  const normals = Array.from({ length: 100_000 }, () => random.normal());
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(units)).toBeCloseTo(0.5, 2);
  expect(mean(normals)).toBeCloseTo(0, 1);
  expect(mean(normals.map((x) => x * x))).toBeCloseTo(1, 1);
});
