import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitTexts, textWidth } from "../../../src/report/chart/kit/measure.ts";
import { shortWorkloadNames } from "../../../src/report/comparison/names.ts";
import { displayWidth } from "../../../src/report/format/format.ts";

const part = fc.constantFrom(
  "read",
  "write",
  "[",
  "]",
  ",",
  "queueDepth=",
  "blockSize=",
  "4KiB",
  "1",
);
const name = fc.oneof(
  fc.array(part, { minLength: 1, maxLength: 30 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });

const row = (phase: string) => ({ phase, operation: "all" as const, cells: [], contrasts: [] });

describe("different names stay different", () => {
  test("in a drawing, within the room for them", () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 60, max: 500 }), fc.boolean(), (all, room, isBold) => {
        const shown = fitTexts(all, room, isBold);
        const whole = new Set(all.map((one) => fitTexts([one], 1e6)[0]));
        expect(new Set(shown).size).toBe(whole.size);
        for (const one of shown) expect(textWidth(one, isBold)).toBeLessThanOrEqual(room);
      }),
      { numRuns: 300 },
    );
  });

  test("in a table, within the width of its column", () => {
    fc.assert(
      fc.property(names, (all) => {
        const shown = shortWorkloadNames(all.map(row));
        expect(new Set(shown).size).toBe(all.length);
        for (const one of shown) expect(displayWidth(one)).toBeLessThanOrEqual(42);
      }),
      { numRuns: 300 },
    );
  });
});

test("names that are cut to the same text show the setting in which they differ", () => {
  const long = (depth: number): string =>
    `random-read-of-the-whole-volume[blockSize=4KiB,queueDepth=${depth},workers=8,engine=io_uring]`;
  const shown = fitTexts([long(1), long(16), "write"], 200);
  expect(shown).toEqual(["…queueDepth=1…", "…queueDepth=16…", "write"]);
  expect(shortWorkloadNames([long(1), long(16)].map(row))).toEqual([
    "random-rea…whole-volume[4KiB,1,8,io_uring]",
    "random-rea…hole-volume[4KiB,16,8,io_uring]",
  ]);
});
