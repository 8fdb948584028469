import fc from "fast-check";
import { expect, test } from "vitest";
import { needsOf, OPERATIONS, type Operation } from "../../../src/model/plan/operation.ts";
import { filesOfPart, isInPart, partOf, rotationsOf } from "../../../src/model/plan/part.ts";

const phase = (dataset: string, ...operations: readonly Operation[]) => ({
  dataset,
  mix: operations.map((operation) => ({ operation, weight: 1 })),
});

test("parts contain each file exactly once, in order", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(500), (hosts, count) => {
      const parts = Array.from({ length: hosts }, (_, host) => ({ host, hosts }));
      const files = parts.map((part) => [...filesOfPart(part, count)]);
      for (const [host, own] of files.entries()) {
        expect(own).toEqual(own.toSorted((a, b) => a - b));
        expect(own.every((file) => isInPart({ host, hosts }, file, count))).toBe(true);
        expect(own.at(-1) ?? 0).toBe((own[0] ?? 0) + Math.max(0, own.length - 1));
      }
      expect(files.flat().sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, i) => i),
      );
    }),
  );
});

test("a rotation gives each place to one host", () => {
  expect([0, 1, 2].map((rank) => partOf(rank, 3, 1))).toEqual([
    { host: 1, hosts: 3 },
    { host: 2, hosts: 3 },
    { host: 0, hosts: 3 },
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(100), (hosts, rotation) => {
      const places = Array.from({ length: hosts }, (_, rank) => partOf(rank, hosts, rotation).host);
      expect(new Set(places).size).toBe(hosts);
      expect(places.every((place) => place >= 0 && place < hosts)).toBe(true);
    }),
  );
});

test.each([
  ["reads of prepared data", [phase("a", "read"), phase("a", "fetch")], [1, 1]],
  ["a write and a read", [phase("a", "write"), phase("a", "read")], [1, 2]],
  ["created files", [phase("a", "create"), phase("a", "stat"), phase("a", "fetch")], [0, 1, 1]],
  [
    "removed files, prepared again",
    [phase("a", "write"), phase("a", "delete"), phase("a", "read")],
    [1, 2, 1],
  ],
  ["a mix of reads and writes", [phase("a", "read", "write"), phase("a", "read")], [1, 2]],
  ["renamed files", [phase("a", "rename"), phase("a", "stat")], [1, 2]],
  ["two datasets", [phase("a", "write"), phase("b", "read"), phase("a", "read")], [1, 1, 2]],
  ["creations and deletions", [phase("a", "create", "delete"), phase("a", "read")], [1, 2]],
])("rotates %s", (_, phases, rotations) => {
  expect(rotationsOf(phases)).toEqual(rotations);
});

test("no host has the place of the phase that wrote its data last (2 to 5 hosts)", () => {
  const phases = fc.array(
    fc.tuple(
      fc.constantFrom("a", "b"),
      fc.uniqueArray(fc.constantFrom(...OPERATIONS), { minLength: 1, maxLength: 2 }),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), phases, (hosts, drawn) => {
      const list = drawn.map(([dataset, operations]) => phase(dataset, ...operations));
      const rotations = rotationsOf(list);
      const wrote = new Map<string, number>();
      for (const [i, { dataset, mix }] of list.entries()) {
        const operations = mix.map(({ operation }) => operation);
        const rotation = rotations[i] ?? 0;
        const readsOld = needsOf(operations) === "present";
        for (let rank = 0; readsOld && rank < hosts; rank++) {
          const writer = partOf(rank, hosts, wrote.get(dataset) ?? 0);
          expect(partOf(rank, hosts, rotation)).not.toEqual(writer);
        }
        if (operations.every((one) => one === "delete" || one === "deleteObjects")) {
          wrote.delete(dataset);
        } else if (operations.some((one) => WRITES.has(one))) wrote.set(dataset, rotation);
      }
    }),
  );
});

/** Operations after which other data, files or names are in the dataset. */
const WRITES: ReadonlySet<Operation> = new Set([
  ...(["write", "create", "upload", "delete", "deleteObjects"] as const),
  ...(["rename", "copy", "createVersion"] as const),
]);
