import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation } from "../../../src/model/plan/operation.ts";
import type { AccessPattern } from "../../../src/model/plan/plan.ts";
import { filesOf, issue, issueAll, phasePlan, place, shardsOf } from "../support.ts";

const mixOf = (operation: Operation) => [{ operation, weight: 1 }];

test("each file is visited once an epoch by one of the workers, with its own size", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(9000), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom<AccessPattern>("sequential", "shuffled"),
      (sizes, workers, epochs, access) => {
        const limit = { kind: "epochs", epochs } as const;
        const phase = phasePlan({ access, limit, mix: mixOf("fetch") });
        const byWorker = issueAll(phase, filesOf(sizes), workers);
        const seen = sizes.map(() => 0);
        for (const issued of byWorker) {
          const share = issued.length / epochs;
          for (let epoch = 0; epoch < epochs; epoch++) {
            const files = issued.slice(epoch * share, (epoch + 1) * share).map(({ file }) => file);
            expect(new Set(files).size).toBe(share);
            if (access === "sequential") expect(files).toEqual([...files].sort((a, b) => a - b));
          }
          for (const { file, length } of issued) {
            expect(length).toBe(sizes[file]);
            seen[file] = (seen[file] ?? 0) + 1;
          }
        }
        expect(seen).toEqual(sizes.map(() => epochs));
      },
    ),
    { numRuns: 200 },
  );
});

test("every shuffled epoch has a different order, which the seed reproduces", () => {
  const dataset = filesOf(Array.from({ length: 200 }, () => 10));
  const limit = { kind: "epochs", epochs: 2 } as const;
  const phase = phasePlan({ access: "shuffled", limit, mix: mixOf("fetch") });
  const files = issue(phase, dataset).map(({ file }) => file);
  const first = files.slice(0, 200).join();
  const second = files.slice(200).join();
  const sorted = Array.from({ length: 200 }, (_, i) => i).join();
  expect(new Set([first, second, sorted]).size).toBe(3);
  expect(issue(phase, dataset).map(({ file }) => file)).toEqual(files);
});

test("random samples: each once per epoch, at its offset in the index", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      (perShard, workers) => {
        const dataset = shardsOf(perShard);
        const limit = { kind: "epochs", epochs: 1 } as const;
        const issued = issueAll(phasePlan({ access: "samples", limit }), dataset, workers).flat();
        const places = perShard.flatMap((count, shard) =>
          Array.from({ length: count }, (_, i) => `read ${shard} ${512 + i * 1536} 1000`),
        );
        expect(issued.map(place).sort()).toEqual(places.sort());
      },
    ),
    { numRuns: 100 },
  );
});

test("each slot streams a shard at a time, samples in order; no shard is streamed twice", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }),
      fc.constantFrom<AccessPattern>("sequential", "shuffled"),
      (perShard, workers, depth, turns, access) => {
        const dataset = shardsOf(perShard);
        const limit = { kind: "epochs", epochs: 1 } as const;
        const phase = phasePlan({ access, limit, mix: mixOf("stream") });
        const total = perShard.reduce((a, b) => a + b, 0);
        const seen = new Set<string>();
        for (let worker = 0; worker < workers; worker++) {
          const issued = issue(phase, dataset, { worker, workers, depth }, 1000, turns);
          const at = new Map<number, { file: number; next: number }>();
          for (const one of issued) {
            const reader = at.get(one.slot);
            const sample = (one.offset - 512) / 1536;
            if (reader !== undefined && reader.next < (perShard[reader.file] ?? 0)) {
              expect(one.file).toBe(reader.file);
              expect(sample).toBe(reader.next);
            } else expect(sample).toBe(0);
            at.set(one.slot, { file: one.file, next: sample + 1 });
            expect(one.file % workers).toBe(worker);
            expect(seen.has(place(one))).toBe(false);
            seen.add(place(one));
          }
        }
        expect(seen.size).toBe(total);
      },
    ),
    { numRuns: 200 },
  );
});

test("a count of files is exact, and goes round the dataset when it is larger", () => {
  const dataset = filesOf(Array.from({ length: 10 }, (_, i) => i));
  for (const [operations, workers] of [
    [7, 2],
    [25, 3],
    [100, 4],
  ] as const) {
    const limit = { kind: "operations", operations } as const;
    const phase = phasePlan({ access: "shuffled", limit, mix: mixOf("stat") });
    expect(issueAll(phase, dataset, workers).flat()).toHaveLength(operations);
  }
});

test("whole files end with the one that fills a worker's share of the bytes", () => {
  const dataset = filesOf(Array.from({ length: 40 }, () => 3000));
  const limit = { kind: "bytes", bytes: 50_000 } as const;
  const phase = phasePlan({ access: "shuffled", limit, mix: mixOf("fetch") });
  const byWorker = issueAll(phase, dataset, 2).map((issued) => issued.length);
  expect(byWorker).toEqual([9, 9]);
});

test("more workers than files: the rest have nothing to do", () => {
  const limit = { kind: "epochs", epochs: 3 } as const;
  const phase = phasePlan({ access: "shuffled", limit, mix: mixOf("fetch") });
  const byWorker = issueAll(phase, filesOf([5, 6]), 4).map((issued) => issued.length);
  expect(byWorker).toEqual([3, 3, 0, 0]);
});

test("a sample source on loose files is a defect with a clear name", () => {
  expect(() => issue(phasePlan({ access: "samples" }), filesOf([1]))).toThrow("no sample index");
  expect(() => issue(phasePlan({ mix: mixOf("stream") }), filesOf([1]))).toThrow("no sample index");
});
