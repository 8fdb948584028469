import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import type { TimeSeriesSource } from "../../../src/metrics/histogram/time-series.ts";
import { pooledCurves } from "../../../src/metrics/series/pooled.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { outcomeOf } from "../../../src/report/comparison/outcome.ts";
import { comparisonView } from "../../../src/report/comparison/view.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { type Block, type Chart, plain } from "../../../src/report/parts/document.ts";
import { eight, inTurns, repeated, single } from "../cases.ts";
import { BUCKET, DIRECTORY, phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

const pooled = compareRuns(inTurns(eight(VOLUME, 1), eight({ ...VOLUME, name: "old" }, 0.5)), {
  force: false,
  pool: true,
});

function charts(view: readonly Block[], kind: Chart["figure"]["kind"]): readonly Chart[] {
  return view.flatMap((one) => (one.kind === "chart" && one.figure.kind === kind ? [one] : []));
}

describe("ratios", () => {
  test("are those of the comparison, with their intervals and outcomes", () => {
    for (const comparison of [pooled, compareRuns([single(), single(BUCKET)], { force: false })]) {
      const [chart] = charts(comparisonView(comparison, []), "forest");
      if (chart?.figure.kind !== "forest") throw new Error("no forest");
      const { rows } = comparison.scenarios[0] ?? { rows: [] };
      const expected = rows.flatMap(({ contrasts }) => Object.values(contrasts[1] ?? {}));
      expect(chart.figure.rows.length).toBeGreaterThan(1);
      for (const row of chart.figure.rows) {
        const own = expected.filter(
          (one) =>
            one.ratio === row.ratio &&
            (one.interval?.low ?? null) === row.low &&
            (one.interval?.high ?? null) === row.high &&
            outcomeOf(one) === row.outcome,
        );
        expect(own.length, `${row.label} ${row.ratio}`).toBeGreaterThan(0);
      }
      expect(chart.numbers?.rows).toHaveLength(chart.figure.rows.length);
    }
  });

  test("call a lower rate and a higher latency slower", () => {
    const [chart] = charts(comparisonView(pooled, []), "forest");
    if (chart?.figure.kind !== "forest") throw new Error("no forest");
    const slower = chart.figure.rows.filter(({ outcome }) => outcome === "slower");
    expect(slower.some(({ ratio }) => ratio < 1)).toBe(true);
    expect(slower.some(({ ratio }) => ratio > 1)).toBe(true);
    for (const { words } of slower) expect(words).toMatch(/^[\d.]+x slower$/);
    const html = renderHtml(comparisonReport(pooled));
    expect(html).toMatch(/▼ [\d.]+x slower/);
  });
});

test("the sentence below explains only the marks that the chart has", () => {
  const few = compareRuns([single(DIRECTORY, 2500, 387_000), single(BUCKET, 645_000, 1500)], {
    force: false,
  });
  const drift = compareRuns(inTurns(eight(VOLUME, 1), eight({ ...VOLUME, name: "old" }, 0.8)), {
    force: false,
    pool: true,
  });
  const readings = [pooled, few, drift].map((comparison) => {
    const [chart] = charts(comparisonView(comparison, []), "forest");
    return plain(chart?.reading ?? "");
  });
  expect(readings.map((text) => text.includes("†"))).toEqual([false, true, false]);
  expect(readings.map((text) => text.includes("not enough"))).toEqual([false, false, true]);
  expect(readings[0]).toMatch(/^Largest significant difference: operations, old is 2.00x slower/);
});

describe("the first notice", () => {
  test("has the outcome with values, ratio and interval of a single workload", () => {
    const [notice] = comparisonView(
      compareRuns([single(DIRECTORY, 2500, 387_000), single(BUCKET, 645_000, 1500)], {
        force: false,
      }),
      [],
    );
    if (notice?.kind !== "notice") throw new Error("no notice");
    expect(notice.tone).toBe("bad");
    expect(plain(notice.text)).toBe(
      "minio is slower than local: 1,500 against 387,000 ops/s (258x slower †).",
    );
  });

  test("counts several workloads by their rates", () => {
    const phases = ["a", "b", "c", "d"].map((name) => phasePlan(name));
    const made = (target: typeof VOLUME, speeds: readonly number[]) =>
      run(
        `run-${target.name}`,
        target,
        plan("any", phases),
        phases.map((phase, at) => result(phase, [summary("all", speeds[at] ?? 1, 4096, 1e6)])),
      );
    const runs = [made(VOLUME, [10, 10, 10, 10]), made(DIRECTORY, [1000, 0.1, 0.1, 11])];
    const [notice, tiles] = comparisonView(compareRuns(runs, { force: false }), []);
    if (notice?.kind !== "notice" || tiles?.kind !== "tiles") throw new Error("no notice");
    expect(notice.tone).toBe("caveat");
    expect(plain(notice.text)).toBe(
      "local compared with gp3 by the rate of 4 workloads: 2 slower, 1 faster, 1 with too few " +
        "repetitions to decide. Run 6 or more repetitions of each.",
    );
    expect(tiles.tiles.map(({ value }) => value)).toEqual(["4", "2", "1", "0", "1"]);
  });
});

test("a difference that may be drift is called that, and is not slower", () => {
  const runs = inTurns(eight(VOLUME, 1), eight({ ...VOLUME, name: "old" }, 0.8));
  const view = comparisonView(compareRuns(runs, { force: false, pool: true }), []);
  const [chart] = charts(view, "forest");
  if (chart?.figure.kind !== "forest") throw new Error("no forest");
  expect(chart.figure.rows[0]).toMatchObject({
    outcome: "undecided",
    words: "1.25x slower",
    note: "may be drift",
  });
  const [notice] = view;
  expect(notice?.kind === "notice" && plain(notice.text)).toMatch(
    /^Not decided between old and gp3: 4,800 against 6,000 ops\/s \(.*; may be drift\)\. Run assay/,
  );
});

test("repetitions are in the order in which they ran, with the median of the comparison", () => {
  const found = charts(comparisonView(pooled, []), "repetitions");
  expect(found).not.toEqual([]);
  const [{ rows = [], runs = [] } = {}] = pooled.scenarios;
  for (const [at, { figure }] of found.entries()) {
    if (figure.kind !== "repetitions") throw new Error("no repetitions");
    const cells = rows[at]?.cells ?? [];
    const values = figure.series.flatMap(({ points }) => points).toSorted((a, b) => a.x - b.x);
    expect(values.map(({ x }) => x)).toEqual(values.map((_, index) => index + 1));
    for (const [column, series] of figure.series.entries()) {
      const value = cells[column]?.values.operations ?? cells[column]?.values.bytes;
      expect(series.label).toBe(runs[column]?.label);
      expect([value?.value, cells[column]?.values.bytes?.value]).toContain(series.median);
      expect(series.points).toHaveLength(value?.samples.length ?? -1);
    }
  }
});

describe("curves", () => {
  const counts = (cell: number, count: number) => ({
    cells: Int32Array.of(cell),
    counts: Float64Array.of(count),
  });
  const source: TimeSeriesSource = () => ({
    widthsNs: Float64Array.of(1e9, 1e9),
    operations: Float64Array.of(90, 10),
    bytes: Float64Array.of(1, 1),
    latencies: { service: [counts(20_000, 90), counts(24_000, 10)] },
  });

  test("merge the histograms of all compared repetitions of a column", () => {
    const runs = [repeated(), { ...repeated(), id: "other", target: { ...VOLUME, name: "b" } }];
    const comparison = compareRuns(runs, { force: false });
    const curves = pooledCurves(comparison, source);
    const cells = comparison.scenarios[0]?.rows[0]?.cells ?? [];
    expect(curves.map(({ column }) => column)).toEqual([0, 1]);
    for (const { column, count, repetitions, metric } of curves) {
      expect(metric).toBe("service");
      expect(repetitions).toBe(cells[column]?.compared);
      expect(count).toBe(100 * (cells[column]?.compared ?? 0));
    }
    const [first] = curves;
    const at = (share: number) => first?.points.find((point) => point.share === share)?.ns ?? 0;
    expect(at(0.9)).toBeLessThan(at(0.99));
    const [chart] = charts(comparisonView(comparison, curves), "percentiles");
    if (chart?.figure.kind !== "percentiles") throw new Error("no curves");
    expect(chart.figure.curves.map(({ points }) => points)).toEqual(
      curves.map(({ points }) => points),
    );
    expect(new Set(chart.figure.curves.map(({ dashed }) => dashed)).size).toBe(2);
  });

  test("are left out without stored histograms", () => {
    const comparison = compareRuns([single(), single(BUCKET)], { force: false });
    expect(pooledCurves(comparison, () => null)).toEqual([]);
  });
});
