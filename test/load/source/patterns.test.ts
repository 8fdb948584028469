import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import type { EngineName } from "../../../src/model/plan/plan.ts";
import { resolvePhase } from "../../../src/scenario/preflight/preflight.ts";
import { draws } from "../../draws.ts";
import { directorySpec } from "../../storage/support.ts";
import { filesOf, type Issued, issue, issueAll, phasePlan, place } from "../support.ts";
import { anyPattern, anySizes, anyWalk, byWorkers, DRAWS, pattern, WALKS } from "./patterns.ts";

const UNIT = 65_536;
const blockCounts = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 6 });
const someBlocks = blockCounts.filter((counts) => counts.some((count) => count > 0));
/** Files of whole blocks and a tail that no block fits in. */
const datasetOf = (counts: readonly number[]) =>
  filesOf(counts.map((count, i) => count * UNIT + i * 100));
const MIX = [
  { operation: "read", weight: 70 },
  { operation: "write", weight: 30 },
] as const;
const limits = fc.oneof(
  fc
    .integer({ min: 0, max: 150 })
    .map((operations) => ({ kind: "operations", operations }) as const),
  fc.integer({ min: 1, max: 4e6 }).map((bytes) => ({ kind: "bytes", bytes }) as const),
  fc.integer({ min: 1, max: 2 }).map((epochs) => ({ kind: "epochs", epochs }) as const),
);

/** Bytes of each file as ranges, in order, so that coverage can be compared. */
function covered(issued: readonly Issued[]): readonly string[] {
  const ends = new Map<number, number>();
  const ranges: string[] = [];
  for (const { file, offset, length } of issued.toSorted(
    (a, b) => a.file - b.file || a.offset - b.offset,
  )) {
    if (offset !== (ends.get(file) ?? 0)) ranges.push(`gap or overlap in ${file} at ${offset}`);
    ends.set(file, offset + length);
  }
  return [...ranges, ...[...ends].map(([file, end]) => `${file}: ${end}`)];
}

test("a seed gives the same operations on every engine, on one thread at depth or on many", () => {
  const names = Object.values(ENGINES).map(({ name }) => name);
  const target = directorySpec("/nowhere");
  fc.assert(
    fc.property(
      someBlocks,
      anyPattern,
      anySizes,
      limits,
      fc.record({
        workers: fc.integer({ min: 1, max: 3 }),
        queueDepth: fc.integer({ min: 1, max: 5 }),
        seed: fc.nat(),
      }),
      fc.array(fc.nat(7), { minLength: 1, maxLength: 10 }),
      (counts, access, sizes, limit, { seed, ...load }, turns) => {
        const dataset = datasetOf(counts);
        const issuedBy = (engine: EngineName) => {
          const phase = phasePlan({ ...access, ...sizes, ...load, limit, mix: MIX, engine });
          const { threads, depth } = resolvePhase(phase, target, ENGINES);
          const shape = { workers: load.workers, lanes: threads / load.workers, depth, seed };
          return byWorkers(phase, dataset, shape, turns).map((issued) => issued.map(place));
        };
        const [first, ...others] = names.map(issuedBy);
        for (const other of others) expect(other).toEqual(first);
      },
    ),
    { numRuns: draws(10, 100) },
  );
});

test("every operation is aligned to its size and inside its file", () => {
  fc.assert(
    fc.property(someBlocks, anyPattern, anySizes, (counts, access, sizes) => {
      const limit = { kind: "operations", operations: 200 } as const;
      const dataset = datasetOf(counts);
      const allowed = [sizes.blockBytes, ...sizes.blockMix.map(({ bytes }) => bytes)];
      const phase = phasePlan({ ...access, ...sizes, limit, mix: MIX });
      const issued = issueAll(phase, dataset, 2).flat();
      expect(issued.length).toBeGreaterThan(0);
      const wrong = issued.filter(
        ({ file, offset, length }) =>
          !allowed.includes(length) ||
          offset % length !== 0 ||
          offset < 0 ||
          offset + length > (dataset.sizes[file] ?? 0),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: draws(15, 100) },
  );
});

describe("an epoch of a walk", () => {
  test("moves every byte of every whole block exactly once over all workers", () => {
    fc.assert(
      fc.property(
        blockCounts,
        anyWalk,
        anySizes,
        fc.integer({ min: 1, max: 6 }),
        (counts, access, sizes, workers) => {
          const limit = { kind: "epochs", epochs: 1 } as const;
          const phase = phasePlan({ ...access, ...sizes, limit });
          const issued = issueAll(phase, datasetOf(counts), workers).flat();
          const all = counts.flatMap((count, file) =>
            count > 0 ? [`${file}: ${count * UNIT}`] : [],
          );
          expect(covered(issued)).toEqual(all);
        },
      ),
      { numRuns: draws(20, 120) },
    );
  });

  test("is visited again in another order, except by fixed orders", () => {
    const sizes = { blockBytes: UNIT, limit: { kind: "epochs", epochs: 2 } } as const;
    for (const access of WALKS) {
      const issued = issue(phasePlan({ ...access, ...sizes }), datasetOf([40, 24])).map(place);
      const [first, second] = [issued.slice(0, 64), issued.slice(64)];
      expect([...second].sort()).toEqual([...first].sort());
      if (access.access === "permutation") expect(second).not.toEqual(first);
      else expect(second).toEqual(first);
    }
  });
});

test("a dataset with no whole block gives nothing to do", () => {
  for (const access of [...WALKS, ...DRAWS]) {
    expect(issue(phasePlan(access), filesOf([4095, 0, 100]))).toEqual([]);
  }
});

test("a single block is all there is to any pattern", () => {
  for (const access of [...WALKS, ...DRAWS]) {
    const issued = issue(phasePlan(access), filesOf([4096]), {}, 5);
    expect(issued.map(({ offset }) => offset)).toEqual([0, 0, 0, 0, 0]);
  }
});

test("other seeds draw other offsets, and the hot blocks of zipf stay the same ones", () => {
  const dataset = filesOf([10_000 * 4096]);
  const limit = { kind: "operations", operations: 3000 } as const;
  const zipf = phasePlan({ ...pattern("zipf", { theta: 1.2 }), limit });
  const hottest = (seed: number): number | undefined => {
    const times = new Map<number, number>();
    for (const { offset } of issue(zipf, dataset, { seed })) {
      times.set(offset, (times.get(offset) ?? 0) + 1);
    }
    return [...times].sort((a, b) => b[1] - a[1])[0]?.[0];
  };
  expect(hottest(1)).toBe(hottest(2));
  for (const access of [...DRAWS, pattern("permutation")]) {
    const draw = (seed: number) =>
      issue(phasePlan({ ...access, limit }), dataset, { seed })
        .map(place)
        .join();
    expect(draw(1)).not.toBe(draw(2));
  }
});
