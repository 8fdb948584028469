import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { draw, NARROW_PX, WIDE_PX } from "../../../src/report/chart/draw.ts";
import type { PercentilesFigure } from "../../../src/report/parts/figure.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { openLoopRun } from "../series-fixture.ts";
import { allOf, type Element, parseXml, placesOf, textOf } from "./drawing.ts";

const NAMES = { id: "a", title: "Title", description: "Reading" };

/** Inverts the vertical axis of a chart by two of its ticks, as a reader with a ruler does. */
function readAxis(root: Element): (y: number) => number {
  const UNITS: Readonly<Record<string, number>> = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 };
  const ticks = allOf(root)
    .filter(({ tag, attributes }) => tag === "g" && attributes["text-anchor"] === "end")
    .flatMap((group) => allOf(group).slice(1))
    .map((label) => {
      const [number = "", unit = ""] = textOf(label).split(" ");
      return { y: Number(label.attributes.y) - 4, ns: Number(number) * (UNITS[unit] ?? 0) };
    });
  const [low, high] = [ticks[0], ticks.at(-1)];
  if (low === undefined || high === undefined) throw new Error("no axis");
  const perPixel = Math.log(high.ns / low.ns) / (high.y - low.y);
  return (y) => low.ns * Math.exp((y - low.y) * perPixel);
}

describe("the percentile curve of a run with a stall", () => {
  const { run, series } = openLoopRun();
  const chart = (runReport(run, { phases: [series], problem: null }).view ?? []).find(
    (block) => block.kind === "chart" && block.figure.kind === "percentiles",
  );
  if (chart?.kind !== "chart") throw new Error("no percentile curve");
  const all = run.phases[0]?.summaries[0];

  test.each([WIDE_PX, NARROW_PX])("marks p99 where the axis has it, %i pixels wide", (widthPx) => {
    const root = parseXml(draw(chart.figure, widthPx, NAMES));
    const nsAt = readAxis(root);
    const marked = (label: string): number => {
      const mark = allOf(root).find((one) => textOf(one).startsWith(`${label}: 99% `));
      if (mark === undefined) throw new Error(`no mark of ${label}`);
      const [place, ...others] = placesOf(mark);
      // A square begins at its upper left corner.
      return nsAt((place?.y ?? 0) + (others.length === 0 ? 0 : 4));
    };
    const response = all?.response?.p99Ns ?? 0;
    const service = all?.latency?.p99Ns ?? 0;
    expect(Math.abs(marked("response") / response - 1)).toBeLessThan(0.01);
    expect(Math.abs(marked("service") / service - 1)).toBeLessThan(0.01);
    expect(marked("response")).toBeGreaterThan(10 * marked("service"));
  });

  test("ends where the count of operations ends", () => {
    const root = parseXml(draw(chart.figure, WIDE_PX, NAMES));
    const words = allOf(root)
      .filter(({ tag }) => tag === "text")
      .map(textOf);
    expect(words).toContain("99.9%");
    expect(words).not.toContain("99.99%");
  });

  test("names p99 and the median first", () => {
    expect(chart.reading).toMatch(/^p99 is 6\d\d ms, 5\d\dx the median of 1\.\d\d ms\. Response/);
  });
});

const anyCurves: fc.Arbitrary<PercentilesFigure> = fc
  .array(
    fc.record({
      label: fc.string({ unit: "grapheme", maxLength: 40 }),
      count: fc.integer({ min: 1, max: 1e9 }),
      dashed: fc.boolean(),
      hue: fc.constantFrom("rate" as const, "latency" as const, "third" as const),
      points: fc.array(
        fc.record({
          share: fc.double({ min: 0, max: 0.999999, noNaN: true }),
          ns: fc.double({ min: 1, max: 1e15, noNaN: true }),
        }),
        { maxLength: 100 },
      ),
    }),
    { maxLength: 5 },
  )
  .map((curves) => ({ kind: "percentiles", curves }));

test("all marks of any percentile curves are inside of the drawing", () => {
  fc.assert(
    fc.property(anyCurves, fc.constantFrom(WIDE_PX, NARROW_PX), (figure, widthPx) => {
      const root = parseXml(draw(figure, widthPx, NAMES));
      for (const { x, y } of placesOf(root)) {
        expect(x).toBeGreaterThanOrEqual(60);
        expect(x).toBeLessThanOrEqual(widthPx);
        expect(y).toBeGreaterThanOrEqual(9);
        expect(y).toBeLessThanOrEqual(300);
      }
    }),
  );
});
