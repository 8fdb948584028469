import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { compareRuns } from "../../src/metrics/compare/compare.ts";
import { comparisonReport } from "../../src/report/comparison/comparison.ts";
import { renderJson } from "../../src/report/format/json.ts";
import { renderMarkdown } from "../../src/report/format/markdown.ts";
import type { Document } from "../../src/report/report.ts";
import { runReport } from "../../src/report/run/run.ts";
import { readRun, type StoredRun } from "../../src/run/store/read.ts";
import { timeLinesOf } from "../../src/run/store/read-time-line.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../results/examples");
const OLDER = resolve(import.meta.dirname, "older-runs");

/** The examples are of one quickstart of today; the others are older than open loops. */
test.each([
  ["the runs kept for readers", EXAMPLES, 15],
  ["runs that an older version stored", OLDER, 6],
])("%s can be read, reported and compared", async (_, kept, count) => {
  const folders = readdirSync(kept).filter((name) => /^\d{8}-/.test(name));
  expect(folders).toHaveLength(count);
  const stored: StoredRun[] = [];
  for (const name of folders) stored.push(await readRun(join(kept, name), kept));
  const runs = stored.map(({ run }) => run);
  for (const run of runs) {
    const report = renderMarkdown(runReport(run));
    expect(report).toContain(run.id);
    expect(report).not.toMatch(/undefined|NaN/);
  }
  const timeSeries = timeLinesOf(stored);
  const compared = compareRuns(runs, { force: false, timeSeries });
  expectNumbers(comparisonReport(compared));
  const comparison = renderMarkdown(comparisonReport(compared));
  expect(comparison).toMatch(/operations \(ops\/s\) .* \d[\d.]* – \d/);
  expect(comparison).not.toMatch(/undefined|NaN/);
});

/** Intervals of ratios are two numbers in JSON, never a text. */
function expectNumbers(report: Document): void {
  const json = renderJson(report);
  expect(json).not.toMatch(/"\d[\d.e-]*\.\.\d/);
  expect(json).not.toContain('"interval": "');
  const lows = [...json.matchAll(/"interval_low": ([\d.e-]+),\s+"interval_high": ([\d.e-]+)/g)];
  expect(lows.length).toBeGreaterThan(5);
  for (const [, low, high] of lows) expect(Number(low)).toBeLessThanOrEqual(Number(high));
}
