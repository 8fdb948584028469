import fc from "fast-check";
import { expect, test } from "vitest";
import { makeBuffers, makeSlots } from "../../../src/engine/buffers.ts";
import { makeSource } from "../../../src/load/source/index.ts";
import { LiveFiles } from "../../../src/load/source/live-files.ts";
import { OPERATIONS, type Operation } from "../../../src/model/plan/operation.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { filesOf, phasePlan } from "../support.ts";

const MIXED: PhasePlan["mix"] = [
  { operation: "fetch", weight: 45 },
  { operation: "stat", weight: 30 },
  { operation: "create", weight: 15 },
  { operation: "delete", weight: 10 },
];

interface Options {
  readonly files: number;
  readonly depth: number;
  readonly overwrites: boolean;
  readonly mix?: PhasePlan["mix"];
  readonly seed?: number;
  readonly worker?: number;
  readonly workers?: number;
}

function liveSource(options: Options) {
  const { files, depth, overwrites, mix = MIXED, seed = 7, worker = 0, workers = 1 } = options;
  const phase = phasePlan({ mix, access: "shuffled", limit: { kind: "duration", durationNs: 1 } });
  const dataset = filesOf(Array.from({ length: files }, (_, file) => 100 + file));
  const slots = makeSlots(depth);
  const part = { phase: { ...phase, workers }, dataset, slots, worker, workers, seed };
  const live = new LiveFiles(part, overwrites);
  const source = makeSource({ ...part, live }, makeBuffers(depth, 4096));
  return { source, live, slots, dataset };
}

/** A model of the storage: existing files and operations on each. */
class Store {
  readonly there: Set<number>;
  readonly readers = new Map<number, number>();
  readonly changing = new Set<number>();

  constructor(files: number) {
    this.there = new Set(Array.from({ length: files }, (_, file) => file));
  }

  begin(operation: Operation, file: number, overwrites: boolean): void {
    expect(this.changing.has(file), `${operation} of a file that is changed`).toBe(false);
    if (operation === "fetch" || operation === "stat") {
      expect(this.there.has(file), `${operation} of a file that is not there`).toBe(true);
      this.readers.set(file, (this.readers.get(file) ?? 0) + 1);
      return;
    }
    expect(this.readers.get(file) ?? 0, `${operation} of a file that is read`).toBe(0);
    if (operation === "delete") expect(this.there.has(file)).toBe(true);
    if (operation === "create" && !overwrites) expect(this.there.has(file)).toBe(false);
    this.changing.add(file);
  }

  end(operation: Operation, file: number, failed: boolean): void {
    if (operation === "fetch" || operation === "stat") {
      this.readers.set(file, (this.readers.get(file) ?? 0) - 1);
      return;
    }
    // A failed file stays unknown.
    if (failed) return;
    this.changing.delete(file);
    if (operation === "create") this.there.add(file);
    else this.there.delete(file);
  }
}

test("no file is read, created or deleted while it must not be, in any order of completion", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 6 }),
      fc.boolean(),
      fc.array(fc.record({ slot: fc.nat(5), fails: fc.integer({ min: 0, max: 30 }) }), {
        maxLength: 300,
      }),
      (files, depth, overwrites, steps) => {
        const { source, live, slots, dataset } = liveSource({ files, depth, overwrites });
        const store = new Store(files);
        const busy = new Set<number>();
        const rowOf = (slot: number) => ({
          operation: OPERATIONS[slots.operation[slot] ?? 0] ?? "read",
          file: slots.file[slot] ?? -1,
        });
        for (const { slot: wanted, fails } of steps) {
          const slot = wanted % depth;
          if (busy.delete(slot)) {
            const { operation, file } = rowOf(slot);
            const failed = fails === 0;
            live.completed(slot, failed ? -1 : 0);
            store.end(operation, file, failed);
          }
          if (!source.next(slot)) continue;
          busy.add(slot);
          const { operation, file } = rowOf(slot);
          expect(slots.length[slot]).toBe(dataset.sizes[file]);
          store.begin(operation, file, overwrites);
        }
      },
    ),
    { numRuns: 300 },
  );
});

function drawn(options: Options, count: number): readonly string[] {
  const { source, live, slots } = liveSource(options);
  return Array.from({ length: count }, () => {
    expect(source.next(0)).toBe(true);
    live.completed(0, 0);
    return `${OPERATIONS[slots.operation[0] ?? 0]} ${slots.file[0]}`;
  });
}

test("operations come by their weights, and the seed decides all of them", () => {
  const options = { files: 5000, depth: 1, overwrites: true };
  const operations = drawn(options, 20_000);
  for (const { operation, weight } of MIXED) {
    const share = operations.filter((one) => one.startsWith(operation)).length / 20_000;
    expect(Math.abs(share - weight / 100)).toBeLessThan(0.01);
  }
  expect(drawn(options, 1000)).toEqual(operations.slice(0, 1000));
  expect(drawn({ ...options, seed: 8 }, 1000)).not.toEqual(operations.slice(0, 1000));
});

test("a store is overwritten where no name is free, a path deletes first; both are counted", () => {
  const mix = [
    { operation: "create", weight: 90 },
    { operation: "delete", weight: 10 },
  ] as const;
  const count = (overwrites: boolean) => {
    const { source, live } = liveSource({ files: 50, depth: 1, overwrites, mix });
    for (let i = 0; i < 1000; i++) {
      expect(source.next(0)).toBe(true);
      live.completed(0, 0);
    }
    return live.counters();
  };
  expect(count(true)).toEqual({ overwritten: expect.any(Number) });
  expect(count(false)).toEqual({ exchanged: expect.any(Number) });
});

test("workers keep to their own shares", () => {
  const seen = [0, 1, 2].map((worker) => {
    const options = { files: 10, depth: 1, overwrites: true, worker, workers: 3 };
    return new Set(drawn(options, 500).map((one) => Number(one.split(" ")[1])));
  });
  expect(seen.map((files) => [...files].sort((a, b) => a - b))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
});
