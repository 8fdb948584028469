import { expect, test } from "vitest";
import type { Operation } from "../../src/model/plan/operation.ts";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, resultOf } from "./support.ts";

const CODE = "shared-directories";

/** Warnings of a phase with 8 operations in flight on 40 files. */
async function warnings(operation: Operation, filesPerDirectory: number) {
  const finished = await execute({
    target: directorySpec(scratch()),
    engine: "sync",
    dataset: { count: 40, size: { kind: "fixed", bytes: 100 }, filesPerDirectory },
    phases: [
      {
        mix: [{ operation, weight: 1 }],
        access: "sequential",
        workers: 2,
        queueDepth: 4,
        limit: { kind: "epochs", epochs: 1 },
      },
    ],
  });
  const { result, all } = resultOf(finished);
  expect(all).toMatchObject({ operations: 40, errors: 0 });
  return result.warnings.filter(({ code }) => code === CODE);
}

test.each<Operation>(["create", "rename", "delete"])(
  "more operations in flight than directories are named: %s",
  async (operation) => {
    const [warning] = await warnings(operation, 20);
    expect(warning?.message).toContain("Up to 8 operations at a time changed 2 directories.");
    expect(await warnings(operation, 5)).toEqual([]);
  },
);

test.each<Operation>(["fetch", "stat"])(
  "operations that change no directory share one: %s",
  async (operation) => {
    expect(await warnings(operation, 40)).toEqual([]);
  },
);

test("renames in flight are limited by files, and the stored depth is the real one", async () => {
  const finished = await execute({
    target: directorySpec(scratch()),
    engine: "threadpool",
    dataset: { count: 4, size: { kind: "fixed", bytes: 100 }, filesPerDirectory: 1 },
    phases: [
      {
        mix: [{ operation: "rename", weight: 1 }],
        access: "sequential",
        queueDepth: 64,
        limit: { kind: "operations", operations: 400 },
      },
    ],
  });
  const { result } = resultOf(finished);
  expect(result.queueDepthPerThread).toBe(2);
  const codes = result.warnings.map(({ code }) => code);
  expect(codes).not.toContain(CODE);
  const few = result.warnings.find(({ code }) => code === "few-renames");
  expect(few?.message).toContain("Only 2 of 64 operations were in flight: each rename needs two");
});
