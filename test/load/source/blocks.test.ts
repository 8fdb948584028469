import fc from "fast-check";
import { expect, test } from "vitest";
import { filesOf, issue, issueAll, phasePlan, place } from "../support.ts";

const BLOCK = 4096;
const blockCounts = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 });
const someBlocks = blockCounts.filter((counts) => counts.some((count) => count > 0));
/** Files of whole blocks and a tail that no block fits in. */
const sizesOf = (counts: readonly number[]) => counts.map((count, i) => count * BLOCK + i * 100);

test("a seed gives the same operations whatever slot asks first", () => {
  fc.assert(
    fc.property(
      someBlocks,
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.nat(7), { minLength: 1, maxLength: 20 }),
      fc.constantFrom("random" as const, "sequential" as const),
      fc.integer(),
      (counts, depth, turns, access, seed) => {
        const phase = phasePlan({ access, limit: { kind: "operations", operations: 60 } });
        const dataset = filesOf(sizesOf(counts));
        const one = issue(phase, dataset, { seed }).map(place);
        const many = issue(phase, dataset, { seed, depth }, 100, turns).map(place);
        expect(one).toHaveLength(60);
        expect(many).toEqual(one);
      },
    ),
    { numRuns: 100 },
  );
});

test("other seeds and other workers draw other offsets", () => {
  const dataset = filesOf([1000 * BLOCK]);
  const draw = (part: object): string => issue(phasePlan(), dataset, part).map(place).join();
  const drawn = [{}, { seed: 8 }, { worker: 1, workers: 2 }, { worker: 2, workers: 3 }].map(draw);
  expect(new Set(drawn).size).toBe(drawn.length);
});

test("sequential workers divide the blocks into ranges", () => {
  fc.assert(
    fc.property(blockCounts, fc.integer({ min: 1, max: 6 }), (counts, workers) => {
      const phase = phasePlan({ access: "sequential", limit: { kind: "epochs", epochs: 1 } });
      const issued = issueAll(phase, filesOf(sizesOf(counts)), workers)
        .flat()
        .map(place);
      const all = counts.flatMap((count, file) =>
        Array.from({ length: count }, (_, block) => `read ${file} ${block * BLOCK} ${BLOCK}`),
      );
      expect(issued).toEqual(all);
    }),
    { numRuns: 200 },
  );
});

test("a second epoch repeats the first", () => {
  const phase = phasePlan({ access: "sequential", limit: { kind: "epochs", epochs: 2 } });
  const dataset = filesOf(sizesOf([3, 0, 2, 4]));
  for (const worker of [0, 1]) {
    const issued = issue(phase, dataset, { worker, workers: 2 }).map(place);
    const half = issued.length / 2;
    expect(half).toBeGreaterThan(3);
    expect(issued.slice(half)).toEqual(issued.slice(0, half));
  }
});

test("random blocks are aligned, inside their file, one per block and epoch", () => {
  fc.assert(
    fc.property(
      blockCounts,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      (counts, workers, epochs) => {
        const phase = phasePlan({ limit: { kind: "epochs", epochs } });
        const dataset = filesOf(sizesOf(counts));
        const issued = issueAll(phase, dataset, workers).flat();
        expect(issued).toHaveLength(epochs * counts.reduce((a, b) => a + b, 0));
        for (const { file, offset, length } of issued) {
          expect(length).toBe(BLOCK);
          expect(offset % BLOCK).toBe(0);
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset + length).toBeLessThanOrEqual(dataset.sizes[file] ?? 0);
        }
      },
    ),
    { numRuns: 200 },
  );
});

/** Pearson's statistic of counts against what was expected of them. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => {
    const due = expected[i] ?? 0;
    return sum + (due === 0 ? count * 1e9 : (count - due) ** 2 / due);
  }, 0);
}

test.each([
  { name: "of one size", blocks: [16, 16, 16, 16] },
  { name: "of many sizes", blocks: [1, 40, 0, 7, 16] },
])("random blocks of files $name are drawn alike", ({ blocks }) => {
  const total = blocks.reduce((a, b) => a + b, 0);
  const draws = total * 500;
  const phase = phasePlan({ limit: { kind: "operations", operations: draws } });
  const issued = issue(phase, filesOf(sizesOf(blocks)));
  const perFile = blocks.map(() => 0);
  const perBlock = new Map<string, number>();
  for (const { file, offset } of issued) {
    perFile[file] = (perFile[file] ?? 0) + 1;
    perBlock.set(`${file}:${offset}`, (perBlock.get(`${file}:${offset}`) ?? 0) + 1);
  }
  const due = blocks.map((count) => (count * draws) / total);
  // A chi-square with d degrees of freedom: mean d, standard deviation √2d; six of them is far.
  const bound = (degrees: number): number => degrees + 6 * Math.sqrt(2 * degrees);
  expect(chiSquare(perFile, due)).toBeLessThan(bound(blocks.length - 1));
  expect(perBlock.size).toBe(total);
  const blockDue = Array.from({ length: total }, () => draws / total);
  expect(chiSquare([...perBlock.values()], blockDue)).toBeLessThan(bound(total - 1));
});

test("a dataset with no whole block gives nothing to do", () => {
  for (const access of ["random", "sequential"] as const) {
    expect(issue(phasePlan({ access }), filesOf([4095, 0, 100]))).toEqual([]);
  }
});

test("counts of operations and bytes are exact over all workers", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom("random" as const, "sequential" as const),
      (count, workers, access) => {
        const dataset = filesOf(sizesOf([9, 9]));
        const operations = phasePlan({ access, limit: { kind: "operations", operations: count } });
        const counted = issueAll(operations, dataset, workers).map(({ length }) => length);
        expect(counted.reduce((a, b) => a + b, 0)).toBe(count);
        expect(Math.max(...counted) - Math.min(...counted)).toBeLessThanOrEqual(1);
        const bytes = count * BLOCK - (count > 0 ? 17 : 0);
        const ofBytes = phasePlan({ access, limit: { kind: "bytes", bytes } });
        expect(issueAll(ofBytes, dataset, workers).flat()).toHaveLength(count);
      },
    ),
    { numRuns: 100 },
  );
});

test("a mix keeps the offsets of its first operation alone and draws by weight", () => {
  const dataset = filesOf(sizesOf([50, 50]));
  const limit = { kind: "operations", operations: 20_000 } as const;
  const mix = [
    { operation: "read", weight: 70 },
    { operation: "write", weight: 30 },
  ] as const;
  for (const access of ["random", "sequential"] as const) {
    const mixed = issue(phasePlan({ access, limit, mix }), dataset);
    const plain = issue(phasePlan({ access, limit }), dataset);
    const where = mixed.map((one) => place({ ...one, operation: "read" }));
    expect(where).toEqual(plain.map(place));
    const reads = mixed.filter(({ operation }) => operation === "read").length;
    // Binomial with p = 0.7: six standard deviations.
    expect(Math.abs(reads - 14_000)).toBeLessThan(6 * Math.sqrt(20_000 * 0.7 * 0.3));
  }
});
