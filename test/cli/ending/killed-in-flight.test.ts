// @module-tag system
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { assay, intervalRows, onlyRun, runFolders } from "../assay.ts";
import { makeBench } from "../bench.ts";

/** Loaded first in every thread; a worker looks at the clock between its reaped batches. */
const DIES = `
import { isMainThread } from "node:worker_threads";
const now = performance.now.bind(performance);
let looks = 0;
if (!isMainThread) performance.now = () => {
  if (++looks > 300) process.exit(7);
  return now();
};
`;

const IN_FLIGHT = `
name: in-flight
interval: 10ms
datasets: { data: { count: 2, size: 8MiB } }
phases:
  - { name: io, access: random, blockSize: 4KiB, queueDepth: 32, duration: 60s, MORE }
`;

it.each([
  ["reads past the cache", "operation: read, cache: direct"],
  ["writes past the cache", "operation: write, cache: direct"],
  ["writes that are synced", "operation: write, cache: warm, sync: { every: 40 }"],
])("a worker that dies with %s in flight ends the run, and nothing hangs", async (_, more) => {
  const bench = makeBench();
  const hook = join(bench.cwd, "dies.mjs");
  writeFileSync(hook, DIES);
  const path = bench.scenario("in-flight", IN_FLIGHT.replace("MORE", `${more}, engine: uring`));
  const around = { cwd: bench.cwd, env: { NODE_OPTIONS: `--import ${hook}` } };
  const { code, stderr } = await assay(["run", path, "-q", "-t", bench.target], around);
  expect(code).toBe(70);
  expect(stderr).toMatch(/worker 0: its thread ended: .*7/);
  expect(runFolders(bench.target)).toEqual([]);
  const run = onlyRun(bench.results);
  expect(run.state).toBe("failed");
  const rows = intervalRows(bench.results).map((row) => row.split(","));
  const operations = rows.reduce((sum, row) => sum + Number(row[6]), 0);
  expect(run.phases[0]?.summaries[0]?.operations).toBe(operations);
});
