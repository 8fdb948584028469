import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitText, textWidth } from "../../../src/report/chart/kit/measure.ts";
import { COLORS, DARK, LIGHT } from "../../../src/report/chart/kit/palette.ts";
import { overlaps, pointLabels, spread, textBox } from "../../../src/report/chart/kit/place.ts";
import {
  linear,
  linearFromZero,
  logarithmic,
  type Scale,
} from "../../../src/report/chart/kit/scale.ts";
import { drawing, text, withTip } from "../../../src/report/chart/kit/svg.ts";
import { allOf, parseXml, textOf } from "./drawing.ts";

const positive = fc.double({ min: 1e-9, max: 1e18, noNaN: true });
const RANGE = [300, 20] as const;

function isMonotone({ at, domain: [low, high] }: Scale): boolean {
  const values = Array.from({ length: 50 }, (_, step) => low + ((high - low) * step) / 49);
  return values.every((value, index) => index === 0 || at(value) <= at(values[index - 1] ?? 0));
}

describe("scales", () => {
  test("a logarithmic axis ends at ticks that enclose its data, and rises", () => {
    fc.assert(
      fc.property(positive, positive, (one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const scale = logarithmic(low, high, RANGE);
        const { ticks, at } = scale;
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks[0]).toBeLessThanOrEqual(low * 1.00001);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(high * 0.99999);
        expect(at(ticks[0] ?? 0)).toBeCloseTo(300);
        expect(at(ticks.at(-1) ?? 0)).toBeCloseTo(20);
        expect(isMonotone(scale)).toBe(true);
        const inverse = scale.from(at(low));
        expect(Math.abs(inverse / low - 1)).toBeLessThan(1e-5);
      }),
    );
  });

  test("ticks are at 1, 2 and 5 below 1.7 decades, else at 1 and at the ends", () => {
    expect(logarithmic(1.2e6, 30e6, RANGE).ticks).toEqual([1e6, 2e6, 5e6, 10e6, 20e6, 50e6]);
    expect(logarithmic(1.2e6, 300e6, RANGE).ticks).toEqual([1e6, 10e6, 100e6, 500e6]);
    expect(logarithmic(1e6, 1e6, RANGE).ticks).toEqual([1e6, 2e6]);
  });

  test("a linear axis from 0 contains its data", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (max) => {
        const scale = linearFromZero(max, RANGE);
        expect(scale.ticks[0]).toBe(0);
        expect(scale.ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-9));
        expect(isMonotone(scale)).toBe(true);
      }),
    );
  });

  test("every number has a place inside the axis", () => {
    const scales = [
      logarithmic(0, Number.NaN, RANGE),
      logarithmic(1, Number.POSITIVE_INFINITY, RANGE),
      linear([0, Number.NaN], RANGE),
      linearFromZero(Number.NEGATIVE_INFINITY, RANGE),
    ];
    fc.assert(
      fc.property(fc.double(), (value) => {
        for (const { at } of scales) {
          expect(at(value)).toBeLessThanOrEqual(300);
          expect(at(value)).toBeGreaterThanOrEqual(20);
        }
      }),
    );
  });
});

describe("texts", () => {
  test("any string is well-formed XML in texts, tips and names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (words) => {
        const names = { id: words, title: words, description: words };
        const body = withTip('<circle r="4"/>', words) + text(1, 2, words);
        const root = parseXml(drawing(names, { width: 9, height: 9 }, body));
        expect(allOf(root).map(({ tag }) => tag)).toEqual([
          "svg",
          "title",
          "desc",
          "circle",
          "title",
          "text",
        ]);
      }),
    );
  });

  test("markup in a name is shown, not obeyed", () => {
    const hostile = `<script>alert(1)</script>"'&]]>-->\u202e`;
    const root = parseXml(
      drawing({ id: "a", title: hostile, description: "" }, { width: 9, height: 9 }, ""),
    );
    expect(textOf(root)).toBe(`<script>alert(1)</script>"'&]]>-->\\u202e`);
  });

  test("a cut text fits and keeps both of its ends", () => {
    expect(fitText("read[queueDepth=64]", 90)).toMatch(/^read.*…h?=?64\]$/);
    expect(fitText("short", 90)).toBe("short");
    expect(fitText("anything", 3)).toBe("");
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        (words, width) => {
          expect(textWidth(fitText(words, width))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe("labels", () => {
  test("labels are apart, in the order of their lines and inside their range", () => {
    const values = fc.array(fc.double({ min: -50, max: 400, noNaN: true }), { maxLength: 10 });
    fc.assert(
      fc.property(values, (wanted) => {
        const placed = spread(wanted, 15, [10, 200]);
        const apart = Math.min(15, 190 / Math.max(1, wanted.length - 1));
        for (const [one, y] of placed.entries()) {
          expect(y).toBeGreaterThanOrEqual(10 - 1e-6);
          expect(y).toBeLessThanOrEqual(200 + 1e-6);
          for (const [other, otherY] of placed.entries()) {
            if (one < other) expect(Math.abs(y - otherY)).toBeGreaterThanOrEqual(apart - 1e-6);
            if ((wanted[one] ?? 0) < (wanted[other] ?? 0)) expect(y).toBeLessThanOrEqual(otherY);
          }
        }
      }),
    );
    expect(spread([100, 150], 15, [10, 200])).toEqual([100, 150]);
  });

  test("names of points cover neither each other nor a point", () => {
    const point = fc.record({
      x: fc.integer({ min: 0, max: 300 }),
      y: fc.integer({ min: 0, max: 200 }),
      words: fc.string({ minLength: 1, maxLength: 8 }),
    });
    const within = { left: 0, right: 300, top: 0, bottom: 200 };
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), (points) => {
        const root = parseXml(`<g>${pointLabels(points, within)}</g>`);
        const boxes = allOf(root)
          .filter(({ tag }) => tag === "text")
          .map((label) => {
            const { x, y, "text-anchor": anchor = "start" } = label.attributes;
            return textBox(Number(x), Number(y), textOf(label), {
              anchor: anchor === "end" || anchor === "middle" ? anchor : "start",
            });
          });
        for (const [at, box] of boxes.entries()) {
          expect(boxes.slice(at + 1).some((other) => overlaps(box, other))).toBe(false);
          expect(box.left).toBeGreaterThanOrEqual(-0.1);
          expect(box.right).toBeLessThanOrEqual(300.1);
        }
      }),
    );
  });
});

describe("palette", () => {
  const TEXTS = ["rate", "latency", "third", "fourth", "ink", "muted", "good", "bad"] as const;

  test.each([
    ["light", LIGHT],
    ["dark", DARK],
  ])("each color of a text has a contrast of at least 4.5 in %s", (_, palette) => {
    for (const ground of ["ground", "card"] as const) {
      for (const color of TEXTS) {
        expect(contrast(palette[color], palette[ground]), color).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test("light and dark have the same names", () => {
    expect(Object.keys(DARK)).toEqual(COLORS);
  });
});

/** Contrast ratio of WCAG 2. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("a tip shows replacement patterns as they are", () => {
  expect(withTip('<rect width="1"/>', "$& $' $` $1")).toBe(
    '<rect width="1"><title>$&amp; $&#39; $` $1</title></rect>',
  );
});
