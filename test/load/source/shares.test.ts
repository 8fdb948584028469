import fc from "fast-check";
import { expect, test } from "vitest";
import { dealt } from "../../../src/load/source/shares.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { filesOf, issue, phasePlan } from "../support.ts";

const plain = (from: number, length: number) => ({ length, item: (at: number) => from + at });
const orderOf = ({ length, item }: ReturnType<typeof plain>) =>
  Array.from({ length }, (_, position) => item(position));

test("files are dealt to as many directories as operations are in flight, each file once", () => {
  const sizes = fc.record({
    from: fc.nat(50),
    length: fc.integer({ min: 1, max: 200 }),
    each: fc.integer({ min: 1, max: 40 }),
    depth: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(sizes, ({ from, length, each, depth }) => {
      const order = orderOf(dealt(plain(from, length), each, depth));
      expect([...order].sort((a, b) => a - b)).toEqual(orderOf(plain(from, length)));
      // Each turn has a file of every directory, while all of them have files left.
      const lanes = Math.min(depth, Math.floor(length / each));
      if (lanes < depth) return;
      for (let at = 0; at + lanes * each <= length; at += lanes) {
        const turn = order.slice(at, at + lanes).map((file) => Math.floor(file / each));
        expect(new Set(turn).size).toBe(lanes);
      }
    }),
    { numRuns: 500 },
  );
});

test("the files of each directory keep their order, and the last one may be shorter", () => {
  expect(orderOf(dealt(plain(0, 7), 3, 3))).toEqual([0, 3, 6, 1, 4, 2, 5]);
  expect(orderOf(dealt(plain(0, 8), 2, 2))).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  expect(orderOf(dealt(plain(4, 4), 2, 8))).toEqual([4, 6, 5, 7]);
  expect(orderOf(dealt(plain(0, 3), 10, 8))).toEqual([0, 1, 2]);
});

test.each<[Operation, readonly number[]]>([
  ["create", [0, 3, 1, 4, 2, 5]],
  ["delete", [0, 3, 1, 4, 2, 5]],
  ["rename", [0, 3, 1, 4, 2, 5]],
  ["fetch", [0, 1, 2, 3, 4, 5]],
  ["stat", [0, 1, 2, 3, 4, 5]],
])("only operations that change directories are dealt: %s", (operation, files) => {
  const dataset = { ...filesOf([1, 1, 1, 1, 1, 1]), filesPerDirectory: 3 };
  const limit = { kind: "epochs", epochs: 1 } as const;
  const mix = [{ operation, weight: 1 }];
  const phase = phasePlan({ access: "sequential", limit, mix });
  const issued = issue(phase, dataset, { depth: 2 }, 100, [0, 1]);
  expect(issued.map(({ file }) => file)).toEqual(files);
});
