import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CARD_PX, draw, NARROW_PX, WIDE_PX } from "../../../src/report/chart/draw.ts";
import type {
  BarsFigure,
  BulletFigure,
  DotsFigure,
  ForestFigure,
  RepetitionsFigure,
  RunsFigure,
  TrendFigure,
} from "../../../src/report/parts/runs-figure.ts";
import { inverted, NAMES, placesIn, sizeOf, ticksOf } from "./marks.ts";

const label = fc.oneof(fc.string({ maxLength: 60, unit: "grapheme" }), fc.constant("<b>'\"&"));
const positive = fc.double({ min: 1e-3, max: 1e12, noNaN: true });
const ratio = fc.double({ min: 1e-4, max: 1e4, noNaN: true });

/** A value and an interval around it, or none. */
const interval = (value: typeof ratio) =>
  fc.tuple(value, value, value, fc.boolean()).map(([one, two, three, has]) => {
    const [low = 0, middle = 0, high = 0] = [one, two, three].toSorted((a, b) => a - b);
    return { value: middle, low: has ? low : null, high: has ? high : null };
  });

const forest: fc.Arbitrary<ForestFigure> = fc
  .array(
    fc.tuple(
      label,
      interval(ratio),
      fc.constantFrom("faster", "slower", "none", "undecided"),
      fc.boolean(),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((rows) => ({
    kind: "forest",
    rows: rows.map(([name, { value, low, high }, outcome, grouped]) => {
      const group = grouped ? name : null;
      const words = `${name} 1.30x`;
      return { group, label: name, ratio: value, low, high, outcome, words, note: name };
    }),
  }));

const repetitions: fc.Arbitrary<RepetitionsFigure> = fc
  .array(fc.tuple(label, fc.array(positive, { minLength: 1, maxLength: 8 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((series) => ({
    kind: "repetitions",
    unit: "ops/s",
    series: series.map(([name, values], at) => ({
      label: name,
      median: values[0] ?? 1,
      points: values.map((y, index) => ({ x: index * series.length + at + 1, y, text: name })),
    })),
  }));

const bullet: fc.Arbitrary<BulletFigure> = fc
  .tuple(label, interval(positive), positive, fc.option(positive), fc.nat(3))
  .map(([words, { value, low, high }, figure, bound, side]) => ({
    kind: "bullet",
    tone: "neutral",
    value,
    low,
    high,
    figures: [figure],
    least: side % 2 === 0 ? figure * 0.9 : null,
    most: side > 1 ? figure * 1.1 : null,
    bound,
    measuredWords: words,
    figureWords: words,
    boundWords: words,
  }));

const dots: fc.Arbitrary<DotsFigure> = fc
  .tuple(
    fc.array(label, { minLength: 1, maxLength: 9 }),
    fc.array(fc.tuple(label, fc.array(positive, { minLength: 1, maxLength: 9 })), {
      minLength: 1,
      maxLength: 9,
    }),
  )
  .map(([series, rows]) => ({
    kind: "dots",
    unit: "B/s",
    series,
    rows: rows.map(([name, values]) => ({
      label: name,
      points: values
        .slice(0, series.length)
        .map((value, at) => ({ series: at, value, hasCaveat: at % 2 === 1, text: name })),
    })),
  }));

const bars: fc.Arbitrary<BarsFigure> = fc
  .array(fc.tuple(label, positive), { minLength: 1, maxLength: 9 })
  .map((all) => ({
    kind: "bars",
    unit: "USD",
    bars: all.map(([name, value]) => ({ label: name, value, text: `${value.toPrecision(3)} USD` })),
  }));

const trend: fc.Arbitrary<TrendFigure> = fc
  .array(fc.tuple(interval(positive), fc.boolean()), { minLength: 1, maxLength: 30 })
  .map((runs) => ({
    kind: "trend",
    unit: "ns",
    points: runs.map(([one, excluded]) => ({ ...one, excluded, text: "a run" })),
    levels: [{ from: 0, to: runs.length - 1, median: runs[0]?.[0].value ?? 1 }],
    change: runs.length > 1 ? { before: 1, words: "slower from run 2: 1.12x", worse: true } : null,
    from: "2026-11-26 03:04 UTC",
    to: "2026-11-27 03:04 UTC",
  }));

const KINDS: readonly (readonly [kind: string, figures: fc.Arbitrary<RunsFigure>])[] = [
  ["forest", forest],
  ["repetitions", repetitions],
  ["bullet", bullet],
  ["dots", dots],
  ["bars", bars],
  ["trend", trend],
];

describe.each(KINDS)("any %s", (_, figures) => {
  test.each([WIDE_PX, NARROW_PX, CARD_PX])("has all of its marks inside %i px", (width) => {
    fc.assert(
      fc.property(figures, (figure) => {
        const svg = draw(figure, width, NAMES);
        const [, height] = sizeOf(svg);
        const { xs, ys } = placesIn(svg);
        expect(xs.length).toBeGreaterThan(0);
        for (const x of xs) expect(x >= 0 && x <= width).toBe(true);
        for (const y of ys) expect(y >= 0 && y <= height).toBe(true);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a mark, read back through the ticks of its axis,", () => {
  test("is the ratio of a forest", () => {
    const ratios = [0.77, 1.3, 1.95];
    const figure: ForestFigure = {
      kind: "forest",
      rows: ratios.map((one) => {
        const ends = { low: one * 0.95, high: one * 1.05 };
        const words = { words: "", note: "" };
        return { group: null, label: "p99", ratio: one, ...ends, outcome: "slower", ...words };
      }),
    };
    for (const width of [WIDE_PX, NARROW_PX]) {
      const svg = draw(figure, width, NAMES);
      const ticks = ticksOf(svg, "x");
      const found = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
      expect(found.map((x) => inverted(ticks, x, "logarithmic"))).toEqual(
        ratios.map((one) => expect.closeTo(one, 2)),
      );
    }
  });

  test("is the rate of a repetition and of a run", () => {
    const values = [910, 893, 787, 813];
    const sequence: RepetitionsFigure = {
      kind: "repetitions",
      unit: "ops/s",
      series: [
        { label: "a", median: 893, points: values.map((y, x) => ({ x: x + 1, y, text: "" })) },
      ],
    };
    const inTime: TrendFigure = {
      kind: "trend",
      unit: "ops/s",
      points: values.map((value) => ({ value, low: null, high: null, excluded: false, text: "" })),
      levels: [],
      change: null,
      from: "first",
      to: "last",
    };
    for (const figure of [sequence, inTime]) {
      const svg = draw(figure, WIDE_PX, NAMES);
      const ticks = ticksOf(svg, "y");
      const marks = /<circle cx="[\d.]+" cy="([\d.]+)"/g;
      const found = [...svg.matchAll(marks)].map(([, y]) => Number(y)).slice(-values.length);
      const read = found.map((y) => inverted(ticks, y, "linear"));
      for (const [at, value] of values.entries()) {
        expect(Math.abs((read[at] ?? 0) / value - 1)).toBeLessThan(0.01);
      }
    }
  });

  test("is the throughput of a workload", () => {
    const values = [61.8e6, 715e6, 2.9e9];
    const figure: DotsFigure = {
      kind: "dots",
      unit: "B/s",
      series: ["a"],
      rows: values.map((value) => ({
        label: "w",
        points: [{ series: 0, value, hasCaveat: false, text: "" }],
      })),
    };
    const svg = draw(figure, WIDE_PX, NAMES);
    const found = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x)).slice(1);
    expect(svg).toContain(">MB/s</text>");
    const read = found.map((x) => inverted(ticksOf(svg, "x"), x, "logarithmic") * 1e6);
    expect(read).toHaveLength(3);
    for (const [at, value] of values.entries()) {
      expect(Math.abs((read[at] ?? 0) / value - 1)).toBeLessThan(0.01);
    }
  });
});

test("a bullet is to scale from 0: value, interval, figure and tolerance", () => {
  const figure: BulletFigure = {
    kind: "bullet",
    tone: "bad",
    value: 917e3,
    low: 871e3,
    high: 966e3,
    figures: [500e3],
    least: null,
    most: 550e3,
    bound: null,
    measuredWords: "917 µs",
    figureWords: "less than 500 µs",
    boundWords: null,
  };
  const svg = draw(figure, CARD_PX, NAMES);
  const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
  const [track = 0, agreeing = 0, bar = 0, tick = 0] = boxes.map(([, x, width], at) =>
    at === 3 ? Number(x) + 2 - 2 : Number(width),
  );
  const scale = bar / 917e3;
  expect(agreeing / scale).toBeCloseTo(550e3, -4);
  expect(tick / scale).toBeCloseTo(500e3, -4);
  expect(track).toBe(CARD_PX - 4);
  const [, low, high] = /<path d="M([\d.]+),16H([\d.]+)M/.exec(svg) ?? [];
  expect((Number(low) - 2) / scale).toBeCloseTo(871e3, -4);
  expect((Number(high) - 2) / scale).toBeCloseTo(966e3, -4);
});
