import { describe, expect, test } from "vitest";
import { plain } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { phasePlan, result, summary } from "../fixture.ts";
import { openLoopRun } from "../series-fixture.ts";
import { chartsOf, pointOf, runOf, tilesOf, twoKeys, viewOf, wordsOf } from "./view-blocks.ts";

const DEPTHS = ["1", "4", "16"];
const SIZES = ["4KiB", "64KiB", "1MiB"];

describe("the view of a matrix with two keys", () => {
  const run = twoKeys(DEPTHS, SIZES);
  const { series } = openLoopRun();
  const all = run.phases.map(({ phase }) => ({ ...series, phase: phase.name }));
  const view = runReport(run, { phases: all, problem: null }).view ?? [];

  test("has one tile per line, which names all settings of its point", () => {
    expect(tilesOf(view)).toEqual([
      "20,400 IOPS, the highest with block size 4KiB, at queue depth 16, p99 1.20 ms",
      "10,200 IOPS, the highest with block size 64KiB, at queue depth 16, p99 1.60 ms",
      "6,800 IOPS, the highest with block size 1MiB, at queue depth 16, p99 2.00 ms",
    ]);
  });

  test("has percentile curves of each line, and names it", () => {
    const titles = chartsOf(view)
      .filter(({ id }) => id.startsWith("percentiles-by"))
      .map(({ title, id }) => [plain(title), id]);
    expect(titles).toEqual(
      SIZES.map((size) => [
        `Latency by percentile and queue depth: read, block size ${size}`,
        `percentiles-by-setting-read-block-size-${size.toLowerCase()}`,
      ]),
    );
  });

  test("marks the knee of each line, and has no mark for all of them", () => {
    const [chart] = chartsOf(view);
    if (chart?.figure.kind !== "load") throw new Error("no chart of load");
    expect(chart.figure.mark).toBeNull();
    const rings = chart.figure.lines.map(({ points }) =>
      points.filter(({ hasRing }) => hasRing).map(({ label }) => label),
    );
    expect(rings).toEqual([["4"], ["4"], ["4"]]);
    for (const size of SIZES) expect(plain(chart.reading)).toContain(`with block size ${size}, `);
  });
});

test.each([
  [2, 2],
  [3, 5],
  [4, 8],
])(
  "a number of a matrix of %i depths and %i sizes is not without its settings",
  (depths, sizes) => {
    const names = Array.from({ length: sizes }, (_, at) => `${4 * 2 ** at}KiB`);
    const run = twoKeys(DEPTHS.slice(0, depths).concat(depths > 3 ? ["64"] : []), names);
    const view = viewOf(run);
    const [chart] = chartsOf(view);
    const points = chart?.figure.kind === "load" ? chart.figure.lines.flatMap((l) => l.points) : [];
    const words = [...tilesOf(view), ...points.map(({ text }) => text)];
    expect(words.length).toBeGreaterThan(5);
    const bare = words.filter(
      (text) => !/queue depth \d+/.test(text) || !/block size \d+/.test(text),
    );
    expect(bare).toEqual([]);
  },
);

test("a chart of some lines has the one with the highest rate, and says how many there are", () => {
  const run = twoKeys(["1", "4"], ["1MiB", "512KiB", "256KiB", "128KiB", "64KiB", "4KiB"]);
  const phases = run.phases.toReversed();
  const [chart] = chartsOf(viewOf(runOf(phases)));
  if (chart?.figure.kind !== "load") throw new Error("no chart of load");
  expect(chart.figure.lines).toHaveLength(4);
  expect(chart.figure.lines.map(({ label }) => label)).toContain("block size 1MiB");
  expect(plain(chart.reading)).toContain("The chart has 4 of 6 lines; the table has all.");
  expect(chart.numbers?.rows).toHaveLength(12);
});

test("tiles of a matrix name its phase if the run has others", () => {
  const run = twoKeys(["1", "4", "16"], ["4KiB"]);
  const other = result(phasePlan("write"), [summary("all", 50_000, 4096, 1e5)]);
  const tiles = tilesOf(viewOf(runOf([...run.phases, other])));
  expect(tiles.length).toBeGreaterThan(1);
  expect(tiles.filter((text) => !text.includes(" in read"))).toEqual([]);
});

test("a point without a completed operation is counted, and not drawn as a rate of 0", () => {
  const run = twoKeys(["1", "4", "16"], ["4KiB"]);
  const [first, ...others] = run.phases;
  if (first === undefined) throw new Error("no phase");
  const failed = result(first.phase, [summary("all", 0, 4096, 1e5, { errors: 10, latency: null })]);
  const words = wordsOf(viewOf(runOf([failed, ...others, ...twoKeys(["2"], ["4KiB"]).phases])));
  expect(words.join(" ")).toContain("1 point has no completed operation");
  expect(words.filter((text) => /^0 |\b0 IOPS/.test(text))).toEqual([]);
});

test("a rate that still rises at the last value has no knee, and the page says so", () => {
  const rising = runOf(
    ["1", "2", "4", "8"].map((queueDepth) =>
      pointOf({ queueDepth }, 500 * Number(queueDepth), 2e6),
    ),
  );
  const view = viewOf(rising);
  const [chart] = chartsOf(view);
  expect(chart?.figure).toMatchObject({ mark: null });
  expect(plain(chart?.reading ?? "")).toContain("It is the last value, and the rate still rose");
  expect(tilesOf(view).join()).not.toContain("90%");
});
