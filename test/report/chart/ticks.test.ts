import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tickTexts } from "../../../src/report/chart/kit/frame.ts";
import { linearFromZero, logarithmic } from "../../../src/report/chart/kit/scale.ts";

const RANGE = [300, 20] as const;

describe("texts of ticks", () => {
  const SIZES: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };
  const parsed = (text: string) => {
    const [, digits = "", prefix = ""] = /^([\d,.]+)([kMG]?)$/.exec(text) ?? [];
    return { number: Number(digits.replaceAll(",", "")), prefix };
  };
  const value = fc.double({ min: 1, max: 1e12, noNaN: true });
  const axes = fc.oneof(
    value.map((max) => linearFromZero(max, RANGE)),
    fc.tuple(value, value).map(([one, other]) => logarithmic(one, other, RANGE)),
  );

  test("are the values of the ticks, with prefixes that leave 1 to 999 of them", () => {
    fc.assert(
      fc.property(axes, (scale) => {
        const texts = tickTexts(scale, "ops/s");
        expect(new Set(texts).size).toBe(texts.length);
        for (const [at, text] of texts.entries()) {
          const tick = scale.ticks[at] ?? 0;
          const { number, prefix } = parsed(text);
          expect(Math.abs(number * (SIZES[prefix] ?? 0) - tick)).toBeLessThanOrEqual(tick / 200);
          if (prefix === "G" || prefix === "") continue;
          // A tick of a linear axis is at least 1/20 of the largest one.
          expect(number, texts.join(" ")).toBeGreaterThanOrEqual(0.05);
          expect(number, texts.join(" ")).toBeLessThan(1000);
        }
      }),
    );
  });

  test("share one prefix, or have each their own over several decades", () => {
    expect(tickTexts(linearFromZero(1e7, RANGE), "ops/s")).toEqual([
      "0",
      "2M",
      "4M",
      "6M",
      "8M",
      "10M",
    ]);
    expect(tickTexts(linearFromZero(2e5, RANGE), "ops/s")).toEqual([
      "0",
      "50k",
      "100k",
      "150k",
      "200k",
    ]);
    const decades = logarithmic(500, 1e7, RANGE);
    expect(tickTexts(decades, "ops/s")).toEqual(["500", "1k", "10k", "100k", "1M", "10M"]);
    expect(tickTexts(logarithmic(10, 2000, RANGE), "ops/s")).toEqual([
      "10",
      "100",
      "1,000",
      "2,000",
    ]);
  });
});
