import fc from "fast-check";
import { expect, test } from "vitest";
import { fileName } from "../../../../src/model/plan/dataset.ts";
import { inParallel } from "../../../../src/storage/bucket/store/in-parallel.ts";
import { indexOfKey, prefixesOf } from "../../../../src/storage/bucket/store/objects.ts";
import { layOut } from "../../../../src/storage/content/layout.ts";
import { datasetPlan } from "../run.ts";

const datasets = fc.record({
  count: fc.integer({ min: 1, max: 300 }),
  filesPerDirectory: fc.integer({ min: 1, max: 50 }),
  suffix: fc.constantFrom("", ".bin", ".tar"),
});

test("maps each key to its file, below a listed prefix", () => {
  fc.assert(
    fc.property(datasets, fc.nat(), (shape, n) => {
      const location = layOut(datasetPlan(shape), "small");
      const index = n % shape.count;
      const key = `run/${fileName(location, index)}`;
      expect(indexOfKey(location, "run/", key)).toBe(index);
      const listed = prefixesOf(location).filter((prefix) => key.startsWith(`run/${prefix}`));
      expect(listed.length).toBe(1);
    }),
  );
});

test("maps a foreign key to no file", () => {
  const location = layOut(datasetPlan(), "small");
  const names = ["000000000", "000000000.bin", "000000/00000000.bin", "000000/000000008.bin"];
  const strangers = [...names, "000002/000000020.bin", "000000/000000000.bin.bak", "000000/.bin"];
  for (const name of strangers) expect(indexOfKey(location, "run/", `run/small/${name}`)).toBe(-1);
  const other = `elsewhere/${fileName(location, 0)}`;
  expect(indexOfKey(location, "run/", other)).toBe(-1);
});

test("calls each work item once, with one call per slot", async () => {
  const shapes = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 9 }));
  await fc.assert(
    fc.asyncProperty(shapes, async ([count, limit]) => {
      const done: number[] = [];
      const busy = new Set<number>();
      await inParallel(count, limit, async (index, slot) => {
        expect(busy.has(slot)).toBe(false);
        busy.add(slot);
        await Promise.resolve();
        busy.delete(slot);
        done.push(index);
      });
      expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    }),
  );
});

test("starts no call after a failure and waits for running ones", async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = async (index: number): Promise<void> => {
    begun.push(index);
    await Promise.resolve();
    if (index === 1) throw new Error("second");
    await new Promise((resolve) => setImmediate(resolve));
    ended++;
  };
  await expect(inParallel(20, 3, work)).rejects.toThrow("second");
  expect(begun).toEqual([0, 1, 2]);
  expect(ended).toBe(2);
});
