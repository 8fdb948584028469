import fc from "fast-check";
import { expect, test } from "vitest";
import {
  beginWrite,
  certainOf,
  endWrite,
  GenerationTables,
} from "../../../src/load/source/generations.ts";
import { RANDOM_DATA } from "../../../src/model/plan/data.ts";
import { filesOf } from "../support.ts";

test("a unit is certain while its last write was alone, is over and did not fail", () => {
  const step = fc.constantFrom("begin", "end", "fail");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const cells = new Uint32Array(2);
      let flying = 0;
      let last = 0;
      let sure = true;
      for (const what of steps) {
        if (what === "begin") {
          sure = flying === 0;
          flying++;
          last++;
          expect(beginWrite(cells, 1)).toBe(last);
        } else if (flying > 0) {
          flying--;
          if (what === "fail") sure = false;
          endWrite(cells, 1, what === "fail");
        }
        expect(certainOf(cells[1] ?? 0)).toBe(sure && flying === 0 ? last : null);
      }
      expect(cells[0]).toBe(0);
    }),
  );
});

test("more concurrent writes than a cell can count leave it uncertain", () => {
  const cells = new Uint32Array(1);
  for (let i = 0; i < 300; i++) beginWrite(cells, 0);
  for (let i = 0; i < 300; i++) endWrite(cells, 0, false);
  expect(certainOf(cells[0] ?? 0)).toBeNull();
  beginWrite(cells, 0);
  endWrite(cells, 0, false);
  expect(certainOf(cells[0] ?? 0)).toBeNull();
});

test("generations begin again after the last, and never at that of the prepared data", () => {
  const cells = new Uint32Array([0x7fffff]);
  expect(beginWrite(cells, 0)).toBe(1);
  endWrite(cells, 0, false);
  expect(certainOf(cells[0] ?? 0)).toBe(1);
});

test("a dataset has one table for all phases of a run, in memory that threads share", () => {
  const dataset = { ...filesOf([8192, 100, 4096]), data: { ...RANDOM_DATA, verifiable: true } };
  const tables = new GenerationTables("run-1");
  const table = tables.of(dataset);
  expect(tables.of(dataset)).toBe(table);
  expect([...(table?.first ?? [])]).toEqual([0, 2, 3, 4]);
  expect(table?.cells.length).toBe(4);
  expect(table?.cells.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(tables.of(filesOf([8192]))).toBeNull();
  expect(new GenerationTables("run-2").of(dataset)?.tag).not.toBe(table?.tag);
});
