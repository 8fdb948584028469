import { describe, expect, test } from "vitest";
import { sameWork } from "../../../src/metrics/difference/same-work.ts";
import { type RunTrend, trendsOf } from "../../../src/metrics/series/run-trend.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { overviewReport } from "../../../src/report/overview/overview.ts";
import type { RangeOf } from "../../../src/report/overview/trend.ts";
import { plain } from "../../../src/report/parts/document.ts";
import { summary, VOLUME } from "../fixture.ts";
import { LOST, NIGHTS, NOISE, night } from "./nights.ts";

function runTrends(runs: readonly Run[]): readonly RunTrend[] {
  return sameWork(runs).flatMap(trendsOf);
}

describe("15 runs at 1.00 ms, then 7 at 1.12 ms, eight of them disturbed,", () => {
  test("show 0.89x, the ratio of the storage, from the first clean run after the change", () => {
    const [trend] = runTrends(NIGHTS.toReversed());
    expect(trend?.runs.map(({ run: { id } }) => id)).toEqual(NIGHTS.map(({ id }) => id));
    expect(trend?.change?.ratio).toBeCloseTo(1 / 1.12, 2);
    expect(trend?.change?.at).toBe(16);
    expect(trend?.levels).toEqual([
      { from: 0, to: 13, median: expect.closeTo(1000, -1), runs: 8 },
      { from: 16, to: 21, median: expect.closeTo(893, -1), runs: 6 },
    ]);
    const excluded = trend?.runs.filter(({ excludedBy }) => excludedBy.length > 0) ?? [];
    expect(excluded).toHaveLength(8);
  });

  test("would show another ratio, or none, with the disturbed runs", () => {
    const all = NIGHTS.map((one) => ({
      ...one,
      phases: one.phases.map((phase) => ({ ...phase, warnings: [] })),
    }));
    const ratio = runTrends(all)[0]?.change?.ratio ?? 1;
    expect(Math.abs(ratio - 1 / 1.12)).toBeGreaterThan(0.02);
  });

  const range: RangeOf = (_, phase, repetition) => {
    const span = { low: 700, high: 1100 };
    return { phase, repetition, operations: span, bytes: span };
  };
  const document = overviewReport(
    NIGHTS.map((one) => ({ run: one, page: null })),
    range,
  );
  const view = document.view ?? [];

  test("are a sentence, and a chart that says which runs do not count", () => {
    const [notice, chart] = view;
    if (notice?.kind !== "notice" || chart?.kind !== "chart") throw new Error("no trend");
    expect(notice.tone).toBe("bad");
    const text = plain(notice.text);
    expect(text).toContain("nightly on gp3, read: slower since run 17 (2026-11-17 03:00:00 UTC): ");
    expect(text).toMatch(/: median 8\d\d ops\/s after 1,00\d ops\/s \(0\.89\dx\)\.$/);
    expect(plain(chart.reading)).toContain("The change came between run 14 and run 17.");
    expect(plain(chart.reading)).toContain("Gray squares: 8 of 22 runs are in no median");
    if (chart.figure.kind !== "trend") throw new Error("no trend");
    expect(chart.figure.points.map(({ excluded }) => excluded)).toEqual(
      NIGHTS.map((_, at) => at in LOST),
    );
    expect(chart.figure.points[0]).toMatchObject({ value: 1000, low: 700, high: 1100 });
    expect(chart.numbers?.rows).toHaveLength(22);
    const svg = renderHtml(document);
    // Wide and narrow drawing.
    expect(svg.match(/<rect [^>]*class="f-muted"/g)).toHaveLength(16);
  });
});

describe("a trend", () => {
  test("needs three runs of one plan on one target", () => {
    expect(runTrends(NIGHTS.slice(0, 2))).toEqual([]);
    const others = NIGHTS.slice(0, 4).map((one, at) => ({
      ...one,
      target: { ...VOLUME, name: `gp3-${at % 2}` },
    }));
    expect(runTrends(others)).toEqual([]);
    expect(runTrends(NIGHTS.slice(0, 3))).toHaveLength(1);
  });

  test("says that a change needs more runs", () => {
    const runs = NIGHTS.slice(0, 3).map((one) => ({ run: one, page: null }));
    const [chart] = overviewReport(runs).view ?? [];
    if (chart?.kind !== "chart") throw new Error("no trend");
    expect(plain(chart.reading)).toContain("3 runs are without caveats");
  });

  test("without a change is one level, and no notice", () => {
    const even = Array.from({ length: 10 }, (_, at) => night(at, 1, null));
    const [trend] = runTrends(even);
    expect(trend?.change).toBeNull();
    expect(trend?.levels).toEqual([{ from: 0, to: 9, median: expect.closeTo(1000, -1), runs: 10 }]);
    const view = overviewReport(even.map((one) => ({ run: one, page: null }))).view ?? [];
    expect(view.map(({ kind }) => kind)).toEqual(["chart"]);
  });

  test("of a latency that falls is faster", () => {
    const open = (at: number, p99Ns: number): Run => {
      const base = night(at, 1, null);
      const [phase] = base.phases;
      const response = phase?.summaries[0]?.latency;
      if (phase === undefined || response == null) throw new Error("no phase");
      const all = summary("all", 1000, 4096, 1e6, {
        response: { ...response, p99Ns: p99Ns * (1 + (NOISE[at % 8] ?? 0)) },
      });
      const openLoop = {
        ...{ offered: 10_000, offeredPerSecond: 1000, late: 0, dropped: 0, unissued: 0 },
        ...{ backlogMost: 0, backlogAtEnd: 0, pacing: null },
      };
      return { ...base, phases: [{ ...phase, summaries: [all], openLoop }] };
    };
    const runs = Array.from({ length: 14 }, (_, at) => open(at, at < 7 ? 9e6 : 6e6));
    const [trend] = runTrends(runs);
    expect(trend).toMatchObject({ metric: "responseP99" });
    expect(trend?.change?.ratio).toBeCloseTo(6 / 9, 2);
    const [notice] = overviewReport(runs.map((one) => ({ run: one, page: null }))).view ?? [];
    if (notice?.kind !== "notice") throw new Error("no notice");
    expect(notice.tone).toBe("good");
    expect(plain(notice.text)).toMatch(/faster since run 8 .*: median 6\.\d+ ms after 9\.\d+ ms/);
  });
});
