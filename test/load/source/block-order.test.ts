import { describe, expect, test } from "vitest";
import { filesOf, issue, issueAll, phasePlan } from "../support.ts";
import { type Pattern, pattern, SIZES } from "./patterns.ts";

const BLOCK = 4096;
const DRAWS = 100_000;

/** Numbers of the blocks that each worker of a phase visits in one epoch over one file. */
function visits(access: Pattern, blocks: number, workers: number): readonly (readonly number[])[] {
  const phase = phasePlan({ ...access, limit: { kind: "epochs", epochs: 1 } });
  return issueAll(phase, filesOf([blocks * BLOCK]), workers).map((issued) =>
    issued.map(({ offset }) => offset / BLOCK),
  );
}

/** How often each block is drawn. */
function counts(access: Pattern, blocks: number): Float64Array {
  const phase = phasePlan({ ...access, limit: { kind: "operations", operations: DRAWS } });
  const found = new Float64Array(blocks);
  for (const { offset } of issue(phase, filesOf([blocks * BLOCK]))) {
    found[offset / BLOCK] = (found[offset / BLOCK] ?? 0) + 1;
  }
  return found;
}

describe("walks", () => {
  const SHARED = { region: "shared" } as const;
  test.each([
    ["sequential", {}, "0 1 2 3 4 | 5 6 7 8 9"],
    ["sequential", SHARED, "0 2 4 6 8 | 1 3 5 7 9"],
    ["reverse", {}, "4 3 2 1 0 | 9 8 7 6 5"],
    ["reverse", SHARED, "9 7 5 3 1 | 8 6 4 2 0"],
    ["strided", { strideBytes: 3 * BLOCK }, "0 3 1 4 2 | 5 8 6 9 7"],
    ["strided", { strideBytes: 4 * BLOCK, ...SHARED }, "0 8 5 2 3 | 4 1 9 6 7"],
    ["strided", { strideBytes: BLOCK }, "0 1 2 3 4 | 5 6 7 8 9"],
    ["strided", { strideBytes: 99 * BLOCK }, "0 1 2 3 4 | 5 6 7 8 9"],
  ] as const)("%s %o goes in this order", (access, parameters, order) => {
    const found = visits(pattern(access, parameters), 10, 2).map((blocks) => blocks.join(" "));
    expect(found.join(" | ")).toBe(order);
  });

  test("of a permutation are spread over the file by every worker", () => {
    for (const mine of visits(pattern("permutation"), 1000, 4)) {
      expect(mine).toHaveLength(250);
      const quarters = [0, 1, 2, 3].map((q) => mine.filter((at) => Math.floor(at / 250) === q));
      // Hypergeometric around 62.5 with deviation 5.9: five of them.
      for (const quarter of quarters) expect(Math.abs(quarter.length - 62.5)).toBeLessThan(30);
    }
  });
});

describe("a hot spot", () => {
  test.each([
    [0.8, 0.2],
    [0.99, 0.01],
    [0.5, 0.9],
  ])("has %d of the operations on %d of the data", (operations, data) => {
    const shares = { hotOperationsShare: operations, hotDataShare: data };
    const found = counts(pattern("hotspot", shares), 1000);
    const hot = Math.round(1000 * data);
    const inSpot = found.slice(0, hot).reduce((a, b) => a + b, 0);
    const deviation = Math.sqrt(DRAWS * operations * (1 - operations));
    expect(Math.abs(inSpot - DRAWS * operations)).toBeLessThan(5 * deviation);
    const even = (part: Float64Array, due: number) => {
      const statistic = part.reduce((sum, times) => sum + (times - due) ** 2 / due, 0);
      return Math.abs(statistic - part.length) / Math.sqrt(2 * part.length);
    };
    expect(even(found.slice(0, hot), inSpot / hot)).toBeLessThan(5);
    expect(even(found.slice(hot), (DRAWS - inSpot) / (1000 - hot))).toBeLessThan(5);
  });

  test("is at least one block and never all of them", () => {
    const shares = { hotOperationsShare: 0.5, hotDataShare: 0.01 };
    expect(counts(pattern("hotspot", shares), 2)[0]).toBeCloseTo(DRAWS / 2, -3);
    const most = { hotOperationsShare: 0.5, hotDataShare: 0.99 };
    expect(counts(pattern("hotspot", most), 2)[0]).toBeCloseTo(DRAWS / 2, -3);
  });
});

describe("zipf", () => {
  test("asks for blocks as often as their ranks say", () => {
    const found = counts(pattern("zipf", { theta: 0.99 }), 1000)
      .sort()
      .reverse();
    const total = Array.from({ length: 1000 }, (_, i) => (i + 1) ** -0.99).reduce((a, b) => a + b);
    for (let rank = 0; rank < 20; rank++) {
      const due = (DRAWS * (rank + 1) ** -0.99) / total;
      expect(Math.abs((found[rank] ?? 0) - due)).toBeLessThan(6 * Math.sqrt(due));
    }
  });

  test("scatters its hot blocks over the file", () => {
    const found = counts(pattern("zipf", { theta: 0.99 }), 4096);
    const hottest = [...found.keys()]
      .sort((a, b) => (found[b] ?? 0) - (found[a] ?? 0))
      .slice(0, 32);
    const places = hottest.toSorted((a, b) => a - b);
    const neighbours = places.filter((at, i) => at - (places[i - 1] ?? -9) === 1);
    expect(neighbours.length).toBeLessThan(3);
    for (let quarter = 0; quarter < 4; quarter++) {
      expect(hottest.some((at) => Math.floor(at / 1024) === quarter)).toBe(true);
    }
  });
});

describe("mixed block sizes", () => {
  const access = ["random", "sequential", "permutation", "reverse"] as const;
  test.each(access)("come in proportion to their weights where access is %s", (name) => {
    const limit = { kind: "operations", operations: DRAWS } as const;
    for (const sizes of SIZES.filter(({ blockMix }) => blockMix.length > 0)) {
      const phase = phasePlan({ ...pattern(name), ...sizes, limit });
      const issued = issue(phase, filesOf([1e9]));
      expect(issued).toHaveLength(DRAWS);
      const total = sizes.blockMix.reduce((sum, { weight }) => sum + weight, 0);
      for (const { bytes, weight } of sizes.blockMix) {
        const share = issued.filter(({ length }) => length === bytes).length / DRAWS;
        // A walk draws a size for each large block, so that its small ones come in runs.
        expect(Math.abs(share - weight / total)).toBeLessThan(name === "random" ? 0.01 : 0.04);
      }
    }
  });

  test("an epoch of random blocks moves the dataset's bytes once, in the mean", () => {
    const limit = { kind: "epochs", epochs: 3 } as const;
    for (const sizes of SIZES) {
      const issued = issueAll(phasePlan({ ...sizes, limit }), filesOf([5e7, 5e7]), 3).flat();
      const bytes = issued.reduce((sum, { length }) => sum + length, 0);
      expect(bytes / 3e8).toBeCloseTo(1, 1);
    }
  });

  test("a limit of bytes is passed by less than a block of each worker", () => {
    const limit = { kind: "bytes", bytes: 12_345_678 } as const;
    for (const name of access) {
      for (const sizes of SIZES) {
        const phase = phasePlan({ ...pattern(name), ...sizes, limit });
        const issued = issueAll(phase, filesOf([5e7, 5e7]), 3).flat();
        const over = issued.reduce((sum, { length }) => sum + length, 0) - limit.bytes;
        expect(over >= 0 && over < 3 * sizes.blockBytes).toBe(true);
      }
    }
  });
});
