import { describe, expect, test } from "vitest";
import type { PhaseSeries } from "../../../src/metrics/series/series.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { plain } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { detailOf } from "../../../src/report/run/view/detail.ts";
import { latency, phasePlan, result, summary } from "../fixture.ts";
import { openLoopRun } from "../series-fixture.ts";
import { chartsOf, noticesOf, pointOf, runOf, tilesOf, viewOf } from "./view-blocks.ts";

const DEPTHS = runOf([
  pointOf({ queueDepth: "1" }, 10_000, 1e5),
  pointOf({ queueDepth: "16" }, 29_000, 5e5),
  pointOf({ queueDepth: "4" }, 18_000, 2e5),
  pointOf({ queueDepth: "64" }, 32_000, 2e6),
]);

describe("the view of a matrix", () => {
  const view = viewOf(DEPTHS);
  const [chart] = chartsOf(view);

  test("has the best rate, the lowest latency and the p99 at the knee as tiles", () => {
    expect(tilesOf(view)).toEqual([
      "32,000 IOPS, the highest, at queue depth 64",
      "100 µs p50 at queue depth 1",
      "2.00 ms p99 at queue depth 16, with 90% of the highest rate",
    ]);
  });

  test("orders the settings by size and marks the first with 90% of the highest rate", () => {
    expect(chart?.figure).toMatchObject({
      kind: "load",
      mark: { rate: 29_000, label: "90% of the highest: queue depth 16" },
      lines: [{ label: "", points: [{ label: "1" }, { label: "4" }, { label: "16" }, {}] }],
    });
    expect(plain(chart?.reading ?? "")).toMatch(
      /^At queue depth 16, .* 29,000 IOPS, at least 90% of the highest, with p99 2\.00 ms\. Queue/,
    );
  });

  test("leaves out a point with too few operations for p99", () => {
    const few = { latency: latency(1e5, 50) };
    const phases = DEPTHS.phases.map((one, at) =>
      at === 0 ? pointOf({ queueDepth: "1" }, 10_000, 1e5, few) : one,
    );
    const [drawn] = chartsOf(viewOf(runOf(phases)));
    expect(drawn?.figure).toMatchObject({ lines: [{ points: [{ label: "4" }, {}, {}] }] });
    expect(drawn?.numbers?.rows[0]?.map(({ value }) => value)).toEqual(["1", 10_000, null]);
  });
});

describe("the view of a run with many phases", () => {
  const many = runOf(
    Array.from({ length: 40 }, (_, at) =>
      result(phasePlan(`phase-${at}`), [summary("all", 1000 + at, 4096, 1e6)]),
    ),
  );

  test("has one row per phase", () => {
    const rows = chartsOf(viewOf(many)).find(({ figure }) => figure.kind === "rows");
    expect(rows?.figure.kind === "rows" && rows.figure.rows).toHaveLength(40);
    expect(rows?.numbers?.rows).toHaveLength(40);
    expect(chartsOf(viewOf(DEPTHS)).some(({ figure }) => figure.kind === "rows")).toBe(false);
  });

  test("charts the first 4 phases and those with a caveat, and says so", () => {
    const { series } = openLoopRun();
    const warning = { code: "own-pause", message: "A pause." };
    const phases = many.phases.map((one, at) =>
      at === 30 ? { ...one, warnings: [warning] } : one,
    );
    const all = phases.map(({ phase }) => ({ ...series, phase: phase.name }));
    const view = runReport({ ...many, phases }, { phases: all, problem: null }).view ?? [];
    const folds = view.filter((block) => block.kind === "fold");
    const names = folds.map(({ title }) => plain(title).split(":")[0]);
    expect(names.filter((one) => one?.startsWith("phase-"))).toEqual([
      ...Array.from({ length: 4 }, (_, at) => `phase-${at}`),
      "phase-30",
    ]);
    const text = view.map((block) => (block.kind === "paragraph" ? plain(block.text) : ""));
    expect(text.join("")).toContain("Charts over time follow for 5 of 40 phases");
  });
});

describe("notices", () => {
  test("name the outcome of thresholds and the caveats", () => {
    const { run: open } = openLoopRun();
    const outcome = {
      text: "response.p99 < 50ms",
      phase: "lookups",
      unit: "ns",
      measured: 633e6,
      repetition: null,
      bound: 50e6,
      reason: null,
      baseline: null,
      place: null,
    } as const;
    const judged: Run = {
      ...open,
      thresholds: [
        { ...outcome, state: "broken" },
        { ...outcome, state: "met" },
      ],
    };
    expect(noticesOf(viewOf(judged))).toEqual([
      "neutral: The phase ran to the end. 1 of 2 thresholds passed.",
      "bad: Threshold failed: response.p99 < 50ms in lookups; it is 633 ms.",
      "caveat: Failed operations: rates and latencies cover successful operations only.",
    ]);
  });

  test("say that a clean run is complete, and leave other states to the lead", () => {
    expect(noticesOf(viewOf(DEPTHS))).toEqual(["good: All 4 phases ran to the end."]);
    const partial: Run = { ...DEPTHS, state: "partial", reason: "interrupted" };
    expect(noticesOf(viewOf(partial)).join(" ")).not.toContain("ran to the end");
  });

  test("say why there are no charts over time", () => {
    const view = runReport(DEPTHS, { phases: [], problem: "no file" }).view ?? [];
    expect(noticesOf(view)).toContain("caveat: The page has no charts over time: no file.");
  });
});

test("names of charts are unique and safe as file names", () => {
  const { series } = openLoopRun();
  const names = ["../../etc", "読む", "..\\x", "READ", "read", "a".repeat(300), "con", ""];
  const phases = names.map((name) => result(phasePlan(name), [summary("all", 10, 4096, 1e6)]));
  const all = names.map((phase) => ({ ...series, phase }));
  const charts = chartsOf(runReport(runOf(phases), { phases: all, problem: null }).view ?? []);
  const ids = charts.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(8);
  expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z0-9-]{1,80}$/.test(id))).toEqual([]);
});

/** Latencies, rates and shares that differ from each column to the next: nothing can be joined. */
function noisy(series: PhaseSeries, count: number): PhaseSeries {
  const columns = series.columns.slice(0, count).map((column, at) => {
    const cells = Array.from(
      { length: 16 },
      (_, row) => [55 + row, 1 + ((at * (row + 3)) % 97)] as const,
    );
    const noise = ((at * 7919) % 101) / 101;
    const [p50Ns, p99Ns, maxNs] = [1e5, 1e6, 1e7].map((ns) => ns * (1 + noise));
    return {
      ...column,
      ...{ p50Ns: p50Ns ?? null, p99Ns: p99Ns ?? null, maxNs: maxNs ?? null, cells },
      ...{ operations: Math.round(40 + 400 * noise), errors: 1, throttled: 1 },
      ...{ stealShare: 0.1 + noise / 2, cpuWaitShare: 0.9 - noise / 2 },
      ...{ deviceReadBytesPerSecond: 1e6 * noise, deviceWriteBytesPerSecond: 1e6 * (1 - noise) },
    };
  });
  return { ...series, columns };
}

test.each([1, 2, 3, 4, 6, 8, 9, 14, 40])("the page of %i phases keeps its budget", (count) => {
  const { run: one, series } = openLoopRun();
  const phases = Array.from({ length: count }, (_, at) => ({
    ...one.phases[0],
    ...result(phasePlan(`phase-${at}`), one.phases[0]?.summaries ?? [], {
      warnings: [{ code: `caveat-${at % 5}`, message: "A caveat." }],
    }),
  }));
  const { columns: most, results } = detailOf(runOf(phases));
  const all = results.map(({ phase }) => ({ ...noisy(series, most), phase: phase.name }));
  const before = process.cpuUsage();
  const html = renderHtml(runReport(runOf(phases), { phases: all, problem: null }));
  const { user, system } = process.cpuUsage(before);
  expect(html.length).toBeLessThan(300_000);
  expect(html.match(/<[a-z]/g)?.length).toBeLessThan(10_000);
  expect((user + system) / 1e6).toBeLessThan(1);
});
