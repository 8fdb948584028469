import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { compareRuns } from "../../src/metrics/compare.ts";
import type { Run } from "../../src/model/run.ts";
import { comparisonReport } from "../../src/report/comparison.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { runReport } from "../../src/report/run-report.ts";
import { readRun } from "../../src/run/read.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../results/examples");
const folders = readdirSync(EXAMPLES).filter((name) => /^\d{8}-/.test(name));

test("runs that an older version stored can still be read and compared", async () => {
  expect(folders.length).toBeGreaterThan(10);
  const runs: Run[] = [];
  for (const name of folders) runs.push((await readRun(join(EXAMPLES, name), EXAMPLES)).run);
  for (const run of runs) {
    const report = renderMarkdown(runReport(run));
    expect(report).toContain(run.id);
    expect(report).not.toMatch(/undefined|NaN/);
  }
  const comparison = renderMarkdown(comparisonReport(compareRuns(runs, { force: false })));
  expect(comparison).not.toMatch(/undefined|NaN/);
});
