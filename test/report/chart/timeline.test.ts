import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PhaseSeries } from "../../../src/metrics/series/series.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { draw, NARROW_PX, WIDE_PX } from "../../../src/report/chart/draw.ts";
import type { Chart } from "../../../src/report/parts/document.ts";
import type { TimelineColumn, TimelineFigure } from "../../../src/report/parts/figure.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { timelineReading } from "../../../src/report/run/view/timeline-reading.ts";
import { openLoopRun } from "../series-fixture.ts";
import { allOf, parseXml, pathPlaces, placesOf, textOf } from "./drawing.ts";

const NAMES = { id: "a", title: "Title", description: "Reading" };
const WIDTHS = [WIDE_PX, NARROW_PX];

const amount = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e12, noNaN: true }));
const latency = fc.option(fc.double({ min: 1, max: 1e13, noNaN: true }));
const share = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));

const anyColumn = fc.record({
  gapS: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })),
  rate: amount,
  offered: fc.option(amount),
  p50Ns: latency,
  p99Ns: latency,
  maxNs: latency,
  cells: fc.array(
    fc.tuple(fc.integer({ min: 0, max: 130 }), fc.double({ min: 1, max: 1e9, noNaN: true })),
    { maxLength: 8 },
  ),
  errors: fc.nat(),
  throttled: fc.nat(),
  backlog: fc.option(fc.nat()),
  stealShare: share,
  cpuWaitShare: share,
  deviceReadRate: fc.option(amount),
  deviceWriteRate: fc.option(amount),
  text: fc.string({ unit: "binary", maxLength: 10 }),
});

/** A time line of any data, with columns of equal width and gaps of whole columns. */
const anyFigure: fc.Arbitrary<TimelineFigure> = fc
  .record({
    widthS: fc.constantFrom(0.1, 1, 15),
    parts: fc.array(anyColumn, { maxLength: 240 }),
    metric: fc.constantFrom("response" as const, "service" as const),
    band: fc.record({ fromS: amount, lengthS: amount }),
    atS: amount,
  })
  .map(({ widthS, parts, metric, band, atS }) => {
    let at = 0;
    const columns = parts.map(({ gapS, ...part }): TimelineColumn => {
      at += Math.round(gapS);
      const fromS = at * widthS;
      at++;
      return { fromS, toS: fromS + widthS, ...part };
    });
    return {
      kind: "timeline",
      rateUnit: "ops/s",
      rateTitle: "IOPS",
      metric,
      tail: "p99",
      columns,
      bands: [
        { meaning: "pause", fromS: band.fromS, toS: band.fromS + band.lengthS, text: "Pause" },
        { meaning: "excluded", fromS: 0, toS: band.lengthS, text: "Excluded" },
      ],
      changes: [{ atS, text: "The rate fell" }],
    };
  });

describe("any time line", () => {
  test("is well-formed, and all of its marks are inside of the drawing", () => {
    fc.assert(
      fc.property(anyFigure, fc.constantFrom(...WIDTHS), (figure, widthPx) => {
        const root = parseXml(draw(figure, widthPx, NAMES));
        const [, , wide = 0, high = 0] = (root.attributes.viewBox ?? "").split(" ").map(Number);
        expect(wide).toBe(widthPx);
        for (const { x, y } of placesOf(root)) {
          expect(x).toBeGreaterThanOrEqual(-0.5);
          expect(x).toBeLessThanOrEqual(wide + 0.5);
          expect(y).toBeGreaterThanOrEqual(-0.5);
          expect(y).toBeLessThanOrEqual(high + 0.5);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("has a length that its columns bound", () => {
    fc.assert(
      fc.property(anyFigure, (figure) => {
        const svg = draw({ ...figure, changes: [] }, NARROW_PX, NAMES);
        const cells = figure.columns.reduce((sum, column) => sum + column.cells.length, 0);
        expect(svg.length).toBeLessThan(8000 + 200 * figure.columns.length + 12 * cells);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the time line of a run with a stall", () => {
  const { run, series } = openLoopRun();
  const chart = (runReport(run, { phases: [series], problem: null }).view ?? []).find(
    (block) => block.kind === "chart" && block.figure.kind === "timeline",
  );
  if (chart?.kind !== "chart") throw new Error("no time line");
  const { figure, reading } = chart;
  const root = parseXml(draw(figure, WIDE_PX, NAMES));

  test("names the stall and the backlog first", () => {
    expect(reading).toMatch(
      /^No operation completed from 5\.00 s to 5\.80 s\. The backlog reached/,
    );
  });

  test("a time without completed operations is a gap in both percentile lines", () => {
    for (const color of ["s-ink", "s-latency"]) {
      const line = allOf(root).find(
        ({ tag, attributes }) =>
          tag === "path" && attributes.class === color && attributes["stroke-linecap"] === "round",
      );
      const parts = (line?.attributes.d ?? "").split("M").slice(1);
      expect(parts).toHaveLength(2);
      const [before = [], after = []] = parts.map((part) => pathPlaces(`M${part}`));
      const perSecond = (WIDE_PX - 64 - 52) / 20;
      expect((before.at(-1)?.x ?? 0) - 64).toBeCloseTo(4.95 * perSecond, 0);
      expect((after[0]?.x ?? 0) - 64).toBeCloseTo(5.85 * perSecond, 0);
    }
  });

  test("has one cross per interval with errors, and rows only for what happened", () => {
    const cross = allOf(root).find(({ attributes }) => attributes.class === "s-bad");
    expect((cross?.attributes.d ?? "").split("M").length - 1).toBe(9);
    const words = allOf(root)
      .filter(({ tag }) => tag === "text")
      .map(textOf);
    expect(words).toContain("errors");
    expect(words).toContain("throttled");
    expect(words).toContain("backlog");
    expect(words).toContain("CPU steal");
    expect(words).not.toContain("CPU wait");
  });

  test("shades the pauses of the load generator and the time that is not in the results", () => {
    const tips = allOf(root)
      .filter(({ tag, children }) => tag === "rect" && children.length > 0)
      .map(textOf);
    expect(tips).toContain("The load generator was not scheduled for 60.0 ms.");
    expect(tips).toContain("Not in the results: warm-up, or outside of the steady part.");
    expect(tips.filter((tip) => tip.includes("nothing completed"))).not.toEqual([]);
  });

  test("the numbers of its table are those of its columns", () => {
    const { numbers } = chart;
    expect(numbers?.rows).toHaveLength(50);
    const keys = numbers?.columns.map(({ key }) => key) ?? [];
    const at = keys.indexOf("latency_p99_ns");
    const values = numbers?.rows.map((row) => row[at]?.value ?? 0) ?? [];
    const most = Math.max(...series.columns.map(({ p99Ns }) => p99Ns ?? 0));
    expect(Math.max(...values.map(Number))).toBe(most);
  });
});

test("draws the maximum where most intervals have too few operations for p99", () => {
  const { run, series } = openLoopRun();
  const columns = series.columns.map((column) => ({ ...column, p99Ns: null }));
  const few = { phases: [{ ...series, columns }], problem: null };
  const drawn = (runReport(run, few).view ?? []).find((block) => block.kind === "chart");
  if (drawn?.kind !== "chart") throw new Error("no time line");
  expect(drawn.figure).toMatchObject({ tail: "max" });
  expect(drawn.reading).toContain("p50 and max of each interval, because most intervals have");
  const words = allOf(parseXml(draw(drawn.figure, WIDE_PX, NAMES))).map(textOf);
  expect(words).toContain("max");
  expect(words).not.toContain("p99");
});

test("the short last interval of an interrupted phase is no gap", () => {
  const { run, series } = openLoopRun();
  const view = runReport(run, { phases: [series], problem: null }).view ?? [];
  const chart = view.find((block) => block.kind === "chart" && block.figure.kind === "timeline");
  if (chart?.kind !== "chart" || chart.figure.kind !== "timeline") throw new Error("no time line");
  const [first] = chart.figure.columns;
  if (first === undefined) throw new Error("no column");
  const rest = { ...first, fromS: first.toS, toS: first.toS + 0.001, rate: 0 };
  const reading = timelineReading({ ...chart.figure, columns: [first, rest] });
  expect(reading).not.toContain("No operation completed from");
});

describe("bytes of the device", () => {
  const words = (chart: Chart) =>
    allOf(parseXml(draw(chart.figure, WIDE_PX, NAMES)))
      .filter(({ tag }) => tag === "text")
      .map(textOf);

  test("have a strip and columns of numbers where the target has a device", () => {
    const { run, series } = openLoopRun();
    const chart = timelineOf(run, series);
    expect(words(chart)).toEqual(expect.arrayContaining(["device, MB/s", "reads"]));
    expect(words(chart)).not.toContain("writes");
    const at = chart.numbers?.columns.findIndex(
      ({ key }) => key === "device_read_bytes_per_second",
    );
    const values = chart.numbers?.rows.map((row) => row[at ?? -1]?.value);
    const around = [1.6e6, 0.8e6, 0, 0.8e6, 1.6e6];
    expect(values?.slice(11, 16).map((one) => Math.round(Number(one)))).toEqual(around);
  });

  test("have none where it has not", () => {
    const { run, series } = openLoopRun();
    const columns = series.columns.map((one) => ({ ...one, deviceReadBytesPerSecond: null }));
    const chart = timelineOf(run, { ...series, columns });
    expect(words(chart)).not.toContain("device, MB/s");
    expect(chart.numbers?.columns.some(({ key }) => key.startsWith("device"))).toBe(false);
  });
});

function timelineOf(run: Run, series: PhaseSeries): Chart {
  const view = runReport(run, { phases: [series], problem: null }).view ?? [];
  const chart = view.find((block) => block.kind === "chart" && block.figure.kind === "timeline");
  return chart?.kind === "chart" ? chart : expect.fail("no time line");
}
