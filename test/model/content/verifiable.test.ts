import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNIT_WORDS } from "../../../src/model/content/content.ts";
import { makeVerifiable } from "../../../src/model/content/verifiable.ts";
import { RANDOM_DATA } from "../../../src/model/plan/data.ts";

const data = { ...RANDOM_DATA, verifiable: true };
const format = makeVerifiable({ name: "data", seed: 42, data });
const TAG = 99;

/** A unit in memory. */
function unitOf(file: number, unit: number, generation: number, tag = TAG): Uint32Array {
  const words = new Uint32Array(UNIT_WORDS);
  format.write(words, 0, file, unit, generation, tag);
  return words;
}

/** The first `sectors` of one and the rest of the other. */
function spliced(one: Uint32Array, other: Uint32Array, sectors: number): Uint32Array {
  const words = other.slice();
  words.set(one.subarray(0, sectors * 128));
  return words;
}

const file = fc.nat(2 ** 31 - 1);
const unit = fc.nat(2 ** 40);
const generation = fc.nat(2 ** 23 - 1);

describe("a unit that describes itself", () => {
  test("says who wrote it", () => {
    fc.assert(
      fc.property(file, unit, generation, fc.nat(), (f, u, g, tag) => {
        const found = format.inspect(unitOf(f, u, g, tag), 0, f, u);
        expect(found).toEqual({ generation: g, tag });
      }),
    );
  });

  test("shows every flipped bit", () => {
    fc.assert(
      fc.property(fc.nat(UNIT_WORDS - 1), fc.nat(31), (word, bit) => {
        const words = unitOf(3, 5, 7);
        words[word] = (words[word] ?? 0) ^ (1 << bit);
        expect(format.inspect(words, 0, 3, 5)).toEqual({ kind: "corrupt" });
      }),
      { numRuns: 500 },
    );
  });

  test("shows where it was torn, whichever sectors are older", () => {
    fc.assert(
      fc.property(generation, generation, fc.integer({ min: 1, max: 7 }), (g, h, sectors) => {
        fc.pre(g !== h);
        const words = spliced(unitOf(1, 2, g), unitOf(1, 2, h), sectors);
        expect(format.inspect(words, 0, 1, 2)).toEqual({ kind: "torn", generations: [g, h] });
      }),
    );
  });

  test("a torn one with a flipped bit is corrupt", () => {
    const words = spliced(unitOf(1, 2, 3), unitOf(1, 2, 4), 4);
    words[300] = (words[300] ?? 0) ^ 1;
    expect(format.inspect(words, 0, 1, 2)).toEqual({ kind: "corrupt" });
  });

  test("shows that it belongs elsewhere", () => {
    expect(format.inspect(unitOf(1, 2, 3), 0, 1, 9)).toEqual({
      kind: "misplaced",
      file: 1,
      unit: 2,
    });
    expect(format.inspect(unitOf(1, 2, 3), 0, 4, 2)).toMatchObject({ kind: "misplaced", file: 1 });
  });

  test("shows that it is of another dataset or seed", () => {
    for (const other of [
      { name: "other", seed: 42 },
      { name: "data", seed: 43 },
    ] as const) {
      const words = new Uint32Array(UNIT_WORDS);
      makeVerifiable({ ...other, data }).write(words, 0, 1, 2, 3, TAG);
      expect(format.inspect(words, 0, 1, 2)).toMatchObject({ kind: "misplaced" });
    }
  });

  test("zeros and noise are corrupt", () => {
    expect(format.inspect(new Uint32Array(UNIT_WORDS), 0, 0, 0)).toEqual({ kind: "corrupt" });
    const noise = Uint32Array.from({ length: UNIT_WORDS }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
    expect(format.inspect(noise, 0, 0, 0)).toEqual({ kind: "corrupt" });
  });
});
