import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/model/plan/plan.ts";
import { equalAmounts, pinAmounts } from "../../../src/scenario/fit/amounts.ts";
import type { StorageFacts } from "../../../src/scenario/fit/facts.ts";
import { fitPlan } from "../../../src/scenario/fit/fit.ts";
import { planHash } from "../../../src/scenario/plan/hash.ts";
import { plan } from "../support.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const ROOMY: StorageFacts = {
  kind: "directory",
  freeBytes: 1024 * GIB,
  freeFiles: 1_000_000_000,
  blockBytes: 4096,
  memoryBytes: 16 * GIB,
};

const free = (freeBytes: number, more: Partial<StorageFacts> = {}): StorageFacts => ({
  ...ROOMY,
  freeBytes,
  ...more,
});

const reads = (dataset: string, phase = "operation: read, access: random, blockSize: 16KiB") =>
  plan(`{name: x, datasets: {data: ${dataset}}, phases: [{name: p, ${phase}}]}`);

/** Size and count of each dataset. */
const amounts = ({ datasets }: Plan) =>
  datasets.map(({ size, count }) => [size.kind === "fixed" ? size.bytes : size.kind, count]);

describe("size: auto", () => {
  const auto = reads("{count: 4, size: auto, auto: {minSize: 4MiB, maxSize: 1GiB}}");

  it.each([
    [1024 * GIB, GIB, "maximum"],
    [10 * GIB, GIB, "maximum"],
    [5.4 * GIB, GIB, "maximum"],
    [5.3 * GIB, GIB / 2, "space"],
    [1 * GIB, 128 * MIB, "space"],
    [64 * MIB, 8 * MIB, "space"],
    // Less than 75% of the space, but the minimum fits.
    [20 * MIB, 4 * MIB, "space"],
  ])("with %d bytes free, is %d", (freeBytes, bytes, limitedBy) => {
    const fit = fitPlan(auto, free(freeBytes));
    expect(amounts(fit.plan)).toEqual([[bytes, 4]]);
    expect(fit.obstacle).toBeNull();
    expect(fit.plan.autoAmounts).toEqual([
      { dataset: "data", field: "size", min: 4 * MIB, max: GIB, limitedBy },
    ]);
  });

  it("is the maximum where free space is unknown", () => {
    const bucket = fitPlan(auto, { ...ROOMY, kind: "bucket", freeBytes: null, freeFiles: null });
    expect(amounts(bucket.plan)).toEqual([[GIB, 4]]);
  });

  it("has the hash of a plan with the same size written out", () => {
    const written = reads("{count: 4, size: 128MiB}");
    expect(planHash(fitPlan(auto, free(GIB)).plan)).toBe(planHash(written));
  });

  it("has at least one block per file", () => {
    const large = reads(
      "{count: 1, size: auto, auto: {minSize: 1KiB, maxSize: 64MiB}}",
      "operation: read, access: random, blockSize: 1MiB",
    );
    expect(amounts(fitPlan(large, free(MIB + 16_384)).plan)).toEqual([[MIB, 1]]);
  });

  it("is limited to half of the memory if the page cache is to hold the data", () => {
    const warm = reads(
      "{count: 4, size: auto, auto: {maxSize: 1GiB}}",
      "operation: read, access: random, blockSize: 4KiB, cache: warm",
    );
    const fit = fitPlan(warm, free(100 * GIB, { memoryBytes: 4 * GIB }));
    expect(amounts(fit.plan)).toEqual([[GIB / 2, 4]]);
    expect(fit.plan.autoAmounts?.[0]?.limitedBy).toBe("memory");
  });

  it("is that of a baseline run, whatever space is free", () => {
    const baseline = fitPlan(auto, free(GIB)).plan;
    const pinned = fitPlan(pinAmounts(auto, baseline.datasets), ROOMY);
    expect(amounts(pinned.plan)).toEqual([[128 * MIB, 4]]);
    expect(pinned.plan.autoAmounts?.[0]?.limitedBy).toBe("earlier");
    expect(planHash(pinned.plan)).toBe(planHash(baseline));
  });
});

describe("equal amounts for several targets", () => {
  it("are those of the smallest target", () => {
    const auto = reads("{count: 4, size: auto, auto: {minSize: 4MiB, maxSize: 1GiB}}");
    const fits = [ROOMY, free(GIB)].map((facts) => fitPlan(auto, facts).plan);
    const [large, small] = equalAmounts(fits);
    if (large === undefined || small === undefined) throw new Error("two plans");
    expect(amounts(large)).toEqual([[128 * MIB, 4]]);
    expect(planHash(large)).toBe(planHash(small));
    expect(large.autoAmounts?.[0]?.limitedBy).toBe("targets");
    expect(small.autoAmounts?.[0]?.limitedBy).toBe("space");
    expect(fitPlan(large, ROOMY).plan.datasets).toEqual(large.datasets);
  });
});

describe("count: auto", () => {
  const small = reads(
    "{count: auto, size: 16KiB, auto: {minCount: 100, maxCount: 50000}}",
    "operation: fetch",
  );

  it.each([
    [64 * MIB, 2000],
    [GIB, 20_000],
    [10 * GIB, 50_000],
    [2 * MIB, 100],
  ])("with %d bytes free, is %d", (freeBytes, count) => {
    expect(amounts(fitPlan(small, free(freeBytes)).plan)).toEqual([[16_384, count]]);
  });

  it("is limited by free inodes", () => {
    const fit = fitPlan(small, free(10 * GIB, { freeFiles: 8192 }));
    expect(amounts(fit.plan)).toEqual([[16_384, 5000]]);
    expect(fit.plan.autoAmounts?.[0]?.limitedBy).toBe("files");
  });

  it("stays equal in datasets that a scenario compares", () => {
    const both = plan(`
name: x
datasets:
  loose: { count: auto, size: 100KiB }
  tars: { kind: shards, count: auto, size: 100KiB }
  large: { count: 1, size: auto }
phases:
  - { name: a, operation: fetch, dataset: loose }
  - { name: b, operation: stream, dataset: tars }
  - { name: c, operation: read, access: random, dataset: large }
`);
    const [loose, tars, large] = fitPlan(both, free(GIB)).plan.datasets;
    expect(loose?.count).toBe(tars?.count);
    expect(loose?.count).toBeLessThan(50_000);
    expect(large?.size).toMatchObject({ kind: "fixed" });
  });

  it("is at most the capacity of a tree", () => {
    const tree = reads(
      "{count: auto, size: 1KiB, tree: {width: 2, depth: 2, filesPerDirectory: 10}}",
      "operation: fetch",
    );
    expect(amounts(fitPlan(tree, ROOMY).plan)).toEqual([[1024, 40]]);
  });
});

describe("data that does not fit", () => {
  const obstacle = (of: Plan, facts: StorageFacts) => fitPlan(of, facts).obstacle;

  it("names the sizes that would fit", () => {
    expect(obstacle(reads("{count: 4, size: 1GiB}"), free(990 * MIB))).toBe(
      'dataset "data" needs 4.0 GiB, but only 990.0 MiB are free; ' +
        "add --set datasets.data.size=128MiB, or free some space",
    );
    expect(obstacle(reads("{count: 50000, size: 16KiB}", "operation: fetch"), free(64 * MIB))).toBe(
      'dataset "data" needs 789.1 MiB, but only 64.0 MiB are free; ' +
        "add --set datasets.data.count=2000, or free some space",
    );
  });

  it("names inodes that would be needed", () => {
    const many = reads("{count: 50000, size: 1KiB}", "operation: fetch");
    expect(obstacle(many, free(GIB, { freeFiles: 1000 }))).toBe(
      'dataset "data" needs 50006 inodes, but only 1000 are free; ' +
        "add --set datasets.data.count=500, or delete some files",
    );
  });

  it("names sizes below the minimum of `auto`", () => {
    const auto = reads("{count: 4, size: auto, auto: {minSize: 64MiB}}");
    expect(obstacle(auto, free(64 * MIB))).toContain("add --set datasets.data.size=8MiB,");
  });

  it("names the size of a device", () => {
    const device = free(GIB, { kind: "device", freeFiles: null, blockBytes: 1 });
    expect(obstacle(reads("{count: 1, size: 4GiB}"), device)).toBe(
      'dataset "data" needs 4.0 GiB, but the device has 1.0 GiB; ' +
        "add --set datasets.data.size=1GiB, or use a larger device",
    );
  });

  it("has no setting where even one block does not fit", () => {
    const large = reads(
      "{count: 1, size: 4MiB}",
      "operation: read, access: random, blockSize: 4MiB",
    );
    expect(obstacle(large, free(MIB))).toBe(
      'dataset "data" needs 4.0 MiB, but only 1.0 MiB are free; free some space',
    );
  });
});
