import { describe, expect, test } from "vitest";
import type { PhaseSeries } from "../../../src/metrics/series/series.ts";
import type { LatencySummary } from "../../../src/model/run/latency.ts";
import type { PhaseResult, Run } from "../../../src/model/run/run.ts";
import { draw, WIDE_PX } from "../../../src/report/chart/draw.ts";
import { plain } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { allOf, parseXml, textOf } from "../chart/drawing.ts";
import { phasePlan, result, summary } from "../fixture.ts";
import { openLoopRun } from "../series-fixture.ts";
import { found } from "./sections/search-cases.ts";
import { chartsOf, runOf, twoKeys, viewOf, wordsOf } from "./view-blocks.ts";

/** Latencies from `atLeastNs` on are lower bounds, in all summaries and series. */
function bounded(phases: readonly PhaseResult[], atLeastNs: number): readonly PhaseResult[] {
  const boundedOne = (one: LatencySummary | null | undefined) =>
    one == null ? one : { ...one, atLeastNs };
  return phases.map((one) => ({
    ...one,
    summaries: one.summaries.map((all) => ({
      ...all,
      latency: boundedOne(all.latency) ?? null,
      response: boundedOne(all.response) ?? null,
    })),
  }));
}

function boundedSeries(series: PhaseSeries, atLeastNs: number): PhaseSeries {
  return {
    ...series,
    columns: series.columns.map((column) => ({ ...column, atLeastNs })),
    curves: series.curves.map((curve) => ({ ...curve, atLeastNs })),
  };
}

const open = openLoopRun();
const MANY = runOf(
  Array.from({ length: 12 }, (_, at) =>
    result(phasePlan(`phase-${at}`), [summary("all", 1000 + at, 4096, 1e6)]),
  ),
);

const KINDS: readonly (readonly [string, Run])[] = [
  ["one phase", open.run],
  ["many phases", MANY],
  ["a matrix", twoKeys(["1", "4", "16"], ["4KiB"])],
  ["a matrix with two keys", twoKeys(["1", "4", "16"], ["4KiB", "64KiB"])],
];

/** Latencies in a text that are shown as exact. */
function exactIn(text: string): readonly string[] {
  const numbers = /(≥ |at least )?(?<![\d.,])[\d.,]*\d (ns|µs|ms)\b/g;
  return [...text.matchAll(numbers)].flatMap(([all, sign]) => (sign === undefined ? [all] : []));
}

test.each(KINDS)("no latency of %s looks measured if all are lower bounds", (_, run) => {
  const phases = bounded(run.phases, 1);
  const series = phases.map(({ phase }) => ({
    ...boundedSeries(open.series, 1),
    phase: phase.name,
  }));
  const view = viewOf({ ...run, phases }, series);
  const words = wordsOf(view).filter((text) => !/not scheduled/.test(text));
  expect(words.length).toBeGreaterThan(10);
  expect(words.some((text) => text.includes("≥ "))).toBe(true);
  expect(words.flatMap((text) => exactIn(text).map((ns) => `${ns} in: ${text}`))).toEqual([]);
});

describe("percentile curves", () => {
  const chartOf = (atLeastNs: number) => {
    const document = runReport(
      { ...open.run, phases: bounded(open.run.phases, atLeastNs) },
      { phases: [boundedSeries(open.series, atLeastNs)], problem: null },
    );
    const chart = chartsOf(document.view ?? []).find(({ figure }) => figure.kind === "percentiles");
    return chart ?? expect.fail("no percentiles");
  };
  const drawn = (atLeastNs: number) =>
    parseXml(draw(chartOf(atLeastNs).figure, WIDE_PX, { id: "a", title: "", description: "" }));
  const dotted = (atLeastNs: number) =>
    allOf(drawn(atLeastNs)).filter((one) => one.attributes["stroke-dasharray"] === "0.1 4.5");

  test("of lower bounds only are not read as measured", () => {
    expect(plain(chartOf(1).reading)).toBe(
      "All latencies here are lower bounds (≥): operations had not completed, and the true curve " +
        "is higher.",
    );
  });

  test("are dotted with open signs where they are lower bounds", () => {
    const atLeastNs = 50e6;
    expect(dotted(atLeastNs)).toHaveLength(1);
    expect(dotted(1e15)).toHaveLength(0);
    expect(plain(chartOf(atLeastNs).reading)).toMatch(/^p99 is ≥ .*, at least .*Dotted parts/);
    const signs = allOf(drawn(atLeastNs)).filter((one) => / took at least /.test(textOf(one)));
    const marks = signs.filter(({ tag }) => tag === "circle" || tag === "path");
    expect(marks.length).toBeGreaterThan(1);
    for (const { attributes } of marks) expect(attributes.fill).toBe("none");
  });
});

test("a search joins the medians of repeated loads, and shows each repetition", () => {
  const [chart] = chartsOf(viewOf(found));
  if (chart?.figure.kind !== "load") throw new Error("no chart of load");
  const [line] = chart.figure.lines;
  const rates = line?.points.map(({ rate }) => rate) ?? [];
  expect(rates).toEqual([...new Set(rates)].toSorted((one, other) => one - other));
  expect(line?.dots).toHaveLength(
    found.searches?.[0]?.points.filter(({ value }) => value).length ?? 0,
  );
  expect(plain(chart.reading)).toContain(
    "The line joins the medians of the repetitions of a load.",
  );
});
