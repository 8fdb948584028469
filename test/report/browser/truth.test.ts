// @module-tag system
import { expect, test } from "vitest";
import type { Run, Summary } from "../../../src/model/run/run.ts";
import { readRun } from "../../../src/run/store/read.ts";
import { useBrowser, withBrowser } from "./browser.ts";
import { TILES, tableRows } from "./in-page.ts";
import { EXAMPLE_RUNS, EXAMPLES, madePage } from "./page-kinds.ts";

/** Base units of what pages show. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  "MB/s": 1e6,
  "": 1,
};

/** The number that a text shows, in base units; null for `–`. */
function numberOf(text: string, unit = ""): number | null {
  const [, digits = "", own = ""] = /^(?:≥ )?([\d,.]+) ?(\S*)$/.exec(text.trim()) ?? [];
  if (digits === "") return null;
  return Number(digits.replaceAll(",", "")) * (UNITS[own === "" ? unit : own] ?? Number.NaN);
}

/** Rounded to three digits, as pages do. */
function expectShown(text: string | undefined, value: number, unit: string, what: string): void {
  const shown = numberOf(text ?? "", unit);
  expect(shown, `${what}: ${text} for ${value}`).not.toBeNull();
  expect(Math.abs((shown ?? 0) - value), what).toBeLessThanOrEqual(Math.abs(value) * 0.005 + 1e-9);
}

const overallOf = (run: Run, phase: string): Summary =>
  run.phases
    .find((result) => result.phase.name === phase)
    ?.summaries.find(({ operation }) => operation === "all") ?? expect.fail(phase);

withBrowser("numbers of a page", () => {
  const here = useBrowser();

  test.for(EXAMPLE_RUNS.map((path) => path.slice(EXAMPLES.length + 17)))(
    "%s: results and tiles are those of run.json",
    async (name) => {
      const folder = EXAMPLE_RUNS.find((path) => path.endsWith(name)) ?? "";
      const { run } = await readRun(folder, EXAMPLES);
      const kind = { name: "numbers", maxBytes: 0, from: ["report", folder] };
      const { page } = await here.browser.open(await madePage(kind, here.bench));
      const rows = (await page.evaluate(tableRows("results"))) as Record<string, string>[];
      const tiles = (await page.evaluate(TILES)) as [string, string][];
      await page.close();
      const whole = rows.filter(({ Operation: of = "all" }) => of === "all" || isSingle(run));
      expect(whole.map(({ Phase: phase }) => phase)).toEqual(
        run.phases.map((one) => one.phase.name),
      );
      for (const { Phase: phase = "", ...row } of whole) {
        const all = overallOf(run, phase);
        const rate = row.IOPS ?? row["ops/s"] ?? row["requests/s"];
        expectShown(rate, all.operationsPerSecond, "", `${phase} rate`);
        if (all.bytes > 0) expectShown(row["MB/s"], all.bytesPerSecond, "MB/s", `${phase} MB/s`);
        if (all.latency === null) continue;
        expectShown(row.p50, all.latency.p50Ns, "ns", `${phase} p50`);
        // A p99 needs 100 operations; a column without any value is left out.
        if (all.latency.count >= 100) expectShown(row.p99, all.latency.p99Ns, "ns", phase);
        else expect(row.p99 ?? "–").toBe("–");
      }
      expectTiles(run, tiles);
    },
  );
});

function isSingle({ phases }: Run): boolean {
  return phases.every(({ phase }) => phase.mix.length === 1);
}

/** Tiles of rate and throughput show a number of some phase. */
function expectTiles(run: Run, tiles: readonly (readonly [string, string])[]): void {
  const all = run.phases.map(({ phase }) => overallOf(run, phase.name));
  expect(tiles.length).toBeGreaterThan(2);
  const known = all.flatMap((one) => [
    one.operationsPerSecond,
    one.bytesPerSecond,
    one.errors,
    ...(one.latency === null ? [] : [one.latency.p50Ns, one.latency.p99Ns, one.latency.maxNs]),
  ]);
  for (const [value, label] of tiles) {
    const shown = numberOf(value.replace(/^[✓✕?] /, ""));
    if (shown === null) continue;
    const near = known.some((one) => Math.abs(one - shown) <= Math.abs(one) * 0.005);
    expect(near, `${label}: ${value}`).toBe(true);
  }
}
