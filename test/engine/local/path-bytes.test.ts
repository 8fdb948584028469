import fc from "fast-check";
import { expect, test } from "vitest";
import { PathBytes } from "../../../src/engine/local/path-bytes.ts";
import {
  type DatasetLocation,
  directoryName,
  fileName,
  renamedName,
} from "../../../src/model/plan/dataset.ts";
import { filesOf } from "../../load/support.ts";

const NAMES = { file: fileName, renamed: renamedName, directory: directoryName } as const;

/** Layouts of all kinds, and some of their files in any order. */
const layouts = fc
  .record({
    filesPerDirectory: fc.integer({ min: 1, max: 2000 }),
    directories: fc.integer({ min: 1, max: 5000 }),
    width: fc.integer({ min: 2, max: 30 }),
    hasTree: fc.boolean(),
    suffix: fc.constantFrom("", ".bin", ".jpeg"),
    picks: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 1,
    }),
  })
  .map(({ filesPerDirectory, directories, width, hasTree, suffix, picks }) => {
    const count = filesPerDirectory * directories;
    const depth = Math.ceil(Math.log(directories) / Math.log(width)) + 1;
    const tree = hasTree ? { tree: { width, depth } } : {};
    const dataset: DatasetLocation = { ...filesOf([]), count, filesPerDirectory, suffix, ...tree };
    return { dataset, files: picks.map((pick) => Math.floor(pick * count)) };
  });

test("writes the same paths in place as from strings, in any order", () => {
  fc.assert(
    fc.property(layouts, fc.constantFrom("file", "renamed", "directory"), (layout, kind) => {
      const { dataset, files } = layout;
      const bytes = new Uint8Array(1024).fill(120);
      const path = new PathBytes(bytes, dataset, kind);
      for (const file of files) {
        path.write(file);
        const written = Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString();
        expect(written).toBe(NAMES[kind](dataset, file));
      }
    }),
    { numRuns: 300 },
  );
});

test("rejects a path that does not fit", () => {
  const make = () => new PathBytes(new Uint8Array(10), filesOf([1]), "file");
  expect(make).toThrow(/path of dataset data is too long/);
});
