import fc from "fast-check";
import { expect, test } from "vitest";
import {
  directoryCount,
  directoryName,
  fileName,
  type Naming,
  renamedName,
} from "../../../src/model/plan/dataset.ts";

const flat: Naming = { folder: "d", suffix: ".bin", filesPerDirectory: 100, count: 100 };

test("places files in one directory, in numbered ones, or in a tree", () => {
  expect(fileName(flat, 7)).toBe("d/000000007.bin");
  expect(fileName({ ...flat, count: 101 }, 100)).toBe("d/000001/000000100.bin");
  const tree = { ...flat, count: 900, tree: { width: 3, depth: 2 } };
  expect(fileName(tree, 0)).toBe("d/000000/000000/000000000.bin");
  expect(fileName(tree, 550)).toBe("d/000001/000002/000000550.bin");
  expect(renamedName(tree, 550)).toBe("d/000001/000002/000000550-renamed.bin");
  expect(directoryName(tree, 899)).toBe("d/000002/000002");
  expect(directoryCount(tree)).toBe(9);
  expect(fileName({ ...flat, tree: { width: 3, depth: 0 } }, 7)).toBe("d/000000007.bin");
});

test("no two names of a dataset are equal, and directories hold what they may", () => {
  const naming = fc.record({
    folder: fc.constant("d"),
    suffix: fc.constantFrom("", ".bin", ".tar"),
    filesPerDirectory: fc.integer({ min: 1, max: 40 }),
    count: fc.integer({ min: 1, max: 400 }),
    tree: fc.option(fc.constant({ width: 8, depth: 3 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(naming, (shape) => {
      const files = Array.from({ length: shape.count }, (_, index) => index);
      const names = files.flatMap((file) => [fileName(shape, file), renamedName(shape, file)]);
      expect(new Set(names).size).toBe(2 * shape.count);
      const held = new Map<string, number>();
      for (const file of files) {
        const directory = directoryName(shape, file);
        expect(fileName(shape, file).startsWith(`${directory}/`)).toBe(true);
        held.set(directory, (held.get(directory) ?? 0) + 1);
      }
      expect(held.size).toBe(directoryCount(shape));
      expect(Math.max(...held.values())).toBeLessThanOrEqual(shape.filesPerDirectory);
    }),
  );
});
