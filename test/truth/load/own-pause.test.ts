// @module-tag system
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { assay, onlyRun, startAssay, until } from "../../cli/assay.ts";
import { type Bench, makeBench } from "../../cli/bench.ts";

const STOPPED_MS = 2000;

function synthetic(bench: Bench, duration: string): string {
  return bench.scenario(
    "paused",
    [
      "name: paused",
      "datasets: { data: { count: 1, size: 1MiB } }",
      "phases:",
      "  - { name: before, operation: read, access: random, blockSize: 4KiB, duration: 200ms }",
      "  - name: paused",
      "    operation: read",
      "    access: random",
      "    blockSize: 4KiB",
      "    warmup: 200ms",
      `    duration: ${duration}`,
      "",
    ].join("\n"),
  );
}

/**
 * Stops a run in its second phase, half a second after that began. Returns what is stored, how long
 * it was stopped by this process's own clock, and what was printed.
 */
async function stopped(duration: string) {
  const bench = makeBench();
  const path = synthetic(bench, duration);
  const going = startAssay(["run", path, "-t", "synthetic:latency=1ms"], bench);
  await until("the second phase", () => going.stderr().includes("paused: load started"), going);
  await sleep(500);
  going.send("SIGSTOP");
  const fromMs = performance.now();
  await sleep(STOPPED_MS);
  going.send("SIGCONT");
  const stoppedMs = performance.now() - fromMs;
  const { code, stdout, stderr } = await going.ended;
  expect({ code, stderr: stderr.match(/internal error/) }).toEqual({ code: 0, stderr: null });
  const run = onlyRun(bench.results);
  const [before, paused] = run.phases;
  if (before === undefined || paused === undefined) throw new Error("two phases were to be run");
  return { bench, run, before, paused, stoppedMs, stdout };
}

test("reports two seconds of SIGSTOP as a pause of the load generator", async () => {
  const { bench, run, before, paused, stoppedMs, stdout } = await stopped("4s");
  const pauses = paused.harness?.pauses ?? expect.fail("nobody watched");
  const found = pauses.list.find(({ lengthNs }) => Math.abs(lengthNs / 1e6 / stoppedMs - 1) < 0.1);
  expect(found, JSON.stringify(pauses)).toBeDefined();
  expect(pauses.longestNs).toBeGreaterThanOrEqual(found?.lengthNs ?? Number.NaN);
  // It was not runnable during the pause: no other load caused it.
  expect(found?.readyShare ?? 0).toBeLessThan(0.2);

  const warning = paused.warnings.find(({ code }) => code === "own-pause");
  expect(warning?.message).toMatch(/^The load generator was not scheduled for [\d.]+ s \(/);
  expect(warning?.message).toContain("Rates and tail latencies are unreliable.");
  expect(before.harness?.pauses?.list.some(({ lengthNs }) => lengthNs > 1e9)).toBe(false);

  expect(stdout).toMatch(/^Caveats .*load generator/im);
  const report = await assay(["report", run.id], bench);
  expect(report.stdout).toContain("## Load generator");
  expect(report.stdout).toContain("was not scheduled for");
});

test("a pause that outlasts its phase is seen as well", async () => {
  const { paused, stoppedMs } = await stopped("1500ms");
  const pauses = paused.harness?.pauses ?? expect.fail("nobody watched");
  expect(pauses.longestNs / 1e6 / stoppedMs).toBeGreaterThan(0.9);
  expect(paused.warnings.map(({ code }) => code)).toContain("own-pause");
});
