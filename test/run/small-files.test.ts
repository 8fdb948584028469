import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, resultOf } from "./support.ts";

const COUNT = 4000;

test("the life of a tree of 4,000 files: every operation counted, nothing left", async () => {
  const path = scratch();
  const epochs = { limit: { kind: "epochs", epochs: 1 }, workers: 2, access: "shuffled" } as const;
  const finished = await execute({
    target: directorySpec(path),
    engine: "sync",
    dataset: {
      count: COUNT,
      size: { kind: "fixed", bytes: 512 },
      filesPerDirectory: 80,
      tree: { width: 8, depth: 2 },
    },
    phases: [
      { ...epochs, mix: [{ operation: "create", weight: 1 }], access: "sequential" },
      { ...epochs, mix: [{ operation: "list", weight: 1 }] },
      // The next phase finds all files renamed and gives them their names back.
      { ...epochs, mix: [{ operation: "rename", weight: 1 }] },
      { ...epochs, mix: [{ operation: "stat", weight: 1 }] },
      { ...epochs, mix: [{ operation: "fetch", weight: 1 }] },
      { ...epochs, mix: [{ operation: "delete", weight: 1 }], access: "sequential" },
    ],
  });
  expect(finished.run.reason).toBeNull();
  const all = finished.run.phases.map((_, index) => resultOf(finished, index).all);
  expect(all.map(({ operations }) => operations)).toEqual([
    COUNT,
    COUNT / 80,
    ...Array.from({ length: 4 }, () => COUNT),
  ]);
  expect(all.map(({ errors }) => errors)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(all.map(({ bytes }) => bytes)).toEqual([512 * COUNT, 0, 0, 0, 512 * COUNT, 0]);
  expect(all.every(({ latency }) => latency !== null && latency.p50Ns > 0)).toBe(true);
  expect(resultOf(finished, 1).result.counters).toEqual({ listedEntries: COUNT });
  expect(readdirSync(path)).toEqual([]);
});

test("a mix of renames, listings and looks misses no file", async () => {
  const finished = await execute({
    target: directorySpec(scratch()),
    engine: "sync",
    dataset: { count: 300, size: { kind: "fixed", bytes: 100 }, filesPerDirectory: 30 },
    phases: [
      {
        mix: [
          { operation: "stat", weight: 4 },
          { operation: "fetch", weight: 2 },
          { operation: "rename", weight: 3 },
          { operation: "list", weight: 1 },
        ],
        access: "shuffled",
        workers: 3,
        limit: { kind: "operations", operations: 6000 },
      },
    ],
  });
  expect(finished.run.reason).toBeNull();
  const { result, all } = resultOf(finished);
  expect(all).toMatchObject({ operations: 6000, errors: 0 });
  const parts = result.summaries.slice(1).map(({ operation }) => operation);
  expect([...parts].sort()).toEqual(["fetch", "list", "rename", "stat"]);
});
