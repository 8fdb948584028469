import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { draw, NARROW_PX, WIDE_PX } from "../../../src/report/chart/draw.ts";
import type {
  CacheFigure,
  Figure,
  LoadFigure,
  RowsFigure,
} from "../../../src/report/parts/figure.ts";
import { allOf, parseXml, placesOf, textOf } from "./drawing.ts";

const NAMES = { id: "a", title: "Title", description: "Reading" };

const name = fc.string({ unit: "grapheme", maxLength: 40 });
const ns = fc.double({ min: 1, max: 1e15, noNaN: true });
const amount = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e15, noNaN: true }));

const anyLoad: fc.Arbitrary<LoadFigure> = fc
  .record({
    rateTitle: name,
    latencyTitle: name,
    lines: fc.array(
      fc.record({
        label: name,
        hue: fc.constantFrom("rate" as const, "latency" as const, "fourth" as const),
        points: fc.array(
          fc.record({
            rate: amount,
            latencyNs: ns,
            label: name,
            met: fc.constantFrom(true, false, null),
            text: name,
          }),
          { maxLength: 12 },
        ),
      }),
      { maxLength: 4 },
    ),
    mark: fc.option(fc.record({ rate: amount, label: name })),
    objectiveNs: fc.option(ns),
  })
  .map((one) => ({ kind: "load", rateUnit: "ops/s", ...one }));

const anyRows: fc.Arbitrary<RowsFigure> = fc
  .array(
    fc.record({
      label: name,
      rate: name,
      p50Ns: fc.option(ns),
      p99Ns: fc.option(ns),
      p999Ns: fc.option(ns),
      text: name,
    }),
    { maxLength: 30 },
  )
  .map((rows) => ({ kind: "rows", rows }));

const anyCache: fc.Arbitrary<CacheFigure> = fc
  .array(
    fc.record({
      label: name,
      readBytes: amount,
      fetchedBytes: amount,
      share: name,
      isHigh: fc.boolean(),
      text: name,
    }),
    { maxLength: 12 },
  )
  .map((rows) => ({ kind: "cache", rows }));

test.each<[string, fc.Arbitrary<Figure>]>([
  ["load", anyLoad],
  ["rows", anyRows],
  ["cache", anyCache],
])("all marks of any figure of kind %s are inside of the drawing", (_, any) => {
  fc.assert(
    fc.property(any, fc.constantFrom(WIDE_PX, NARROW_PX), (figure, widthPx) => {
      const root = parseXml(draw(figure, widthPx, NAMES));
      const [, , wide = 0, high = 0] = (root.attributes.viewBox ?? "").split(" ").map(Number);
      expect(wide).toBe(widthPx);
      for (const { x, y } of placesOf(root)) {
        expect(x).toBeGreaterThanOrEqual(-0.1);
        expect(x).toBeLessThanOrEqual(wide + 0.1);
        expect(y).toBeGreaterThanOrEqual(-0.1);
        expect(y).toBeLessThanOrEqual(high + 0.1);
      }
    }),
  );
});

describe("a load figure", () => {
  const point = (rate: number, latencyNs: number, label: string, met: boolean | null) => ({
    rate,
    latencyNs,
    label,
    met,
    text: `${label} at ${rate}`,
  });
  const figure: LoadFigure = {
    kind: "load",
    rateUnit: "ops/s",
    rateTitle: "offered load, ops/s",
    latencyTitle: "response time p99",
    lines: [
      {
        label: "",
        hue: "rate",
        points: [
          point(1000, 1e6, "1", true),
          point(2000, 3e6, "2", true),
          point(3000, 90e6, "4", false),
        ],
      },
    ],
    mark: { rate: 2000, label: "2,000/s: 6 of 6 met" },
    objectiveNs: 10e6,
  };
  const root = parseXml(draw(figure, WIDE_PX, NAMES));
  const marks = allOf(root).filter(({ children }) =>
    children.some((one) => typeof one !== "string" && one.tag === "title"),
  );

  test("shows a missed point as a cross and a met one as a dot", () => {
    const [first, second, third] = marks.slice(1);
    expect([first?.tag, second?.tag]).toEqual(["circle", "circle"]);
    expect(third?.attributes.class).toBe("s-bad");
    expect(textOf(third ?? root)).toBe("4 at 3000");
  });

  test("has the rates on its horizontal axis in their proportion", () => {
    const [first, second] = marks.slice(1).map((mark) => Number(mark.attributes.cx) - 64);
    expect((second ?? 0) / (first ?? 1)).toBeCloseTo(2, 1);
  });

  test("names the marked load, the objective and the points", () => {
    const words = allOf(root)
      .filter(({ tag }) => tag === "text")
      .map(textOf);
    expect(words).toEqual(
      expect.arrayContaining(["2,000/s: 6 of 6 met", "objective", "1", "2", "4"]),
    );
  });
});

test("a high share of reads from a cache has a sign and not only a color", () => {
  const row = { readBytes: 2e9, fetchedBytes: 1e9, text: "read" };
  const figure: CacheFigure = {
    kind: "cache",
    rows: [
      { ...row, label: "read", share: "50%", isHigh: true },
      { ...row, label: "scan", share: "1%", isHigh: false },
    ],
  };
  const words = allOf(parseXml(draw(figure, NARROW_PX, NAMES))).map(textOf);
  expect(words).toContain("✕ 50% from cache");
  expect(words).toContain("1% from cache");
});
