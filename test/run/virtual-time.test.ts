import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { PhaseResult } from "../../src/model/run.ts";
import { assay, onlyRun } from "../cli/assay.ts";
import { makeBench } from "../cli/bench.ts";
import { readLog } from "./log.ts";
import { readIntervals } from "./support.ts";

const CLOCK = fileURLToPath(new URL("./virtual-clock.ts", import.meta.url));
const DEFAULTS = "operation: read, access: random, blockSize: 4KiB, warmup: 0s, duration: 2s";

/** A clock moved by looks alone is off by some of them: far less than this. */
const FAR_MORE_THAN_LOOKS = 1.003;

/** What phases measure of a synthetic target while time goes by as the workers look at it. */
async function measured(behaviour: string, phases: readonly string[]) {
  const bench = makeBench();
  const path = bench.scenario(
    "known",
    [
      "name: known",
      "interval: 100ms",
      "datasets: { data: { count: 4, size: 1MiB } }",
      `defaults: { ${DEFAULTS} }`,
      "phases:",
      ...phases.map((phase, index) => `  - { name: phase-${index}, ${phase} }`),
      "",
    ].join("\n"),
  );
  const args = ["run", path, "-q", "-t", `synthetic:${behaviour}`, "--print", "nothing"];
  const ended = await assay(args, { cwd: bench.cwd, node: ["--import", CLOCK] });
  expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  const run = onlyRun(bench.results);
  return { results: run.phases.map(withAll), folder: join(bench.results, run.id) };
}

function withAll(result: PhaseResult) {
  const [all] = result.summaries;
  if (all?.latency == null) throw new Error("nothing was measured");
  return { ...result, all, latency: all.latency };
}

/** Holds for a value in [expected, expected × (1 + what the looks at the clock may cost)]. */
function expectExactly(value: number, expected: number): void {
  expect(value / expected).toBeGreaterThan(1 / FAR_MORE_THAN_LOOKS);
  expect(value / expected).toBeLessThan(FAR_MORE_THAN_LOOKS);
}

test("latency L, Q in flight: every slot completes once in L, from start to deadline", async () => {
  const loads = [
    { queueDepth: 1, workers: 1 },
    { queueDepth: 8, workers: 1 },
    { queueDepth: 32, workers: 1 },
    { queueDepth: 4, workers: 2 },
  ];
  const { results } = await measured(
    "latency=20ms",
    loads.map(({ queueDepth, workers }) => `queueDepth: ${queueDepth}, workers: ${workers}`),
  );
  expect(results).toHaveLength(loads.length);
  for (const [index, { queueDepth, workers }] of loads.entries()) {
    const { all, latency, ...result } = results[index] ?? results[0] ?? expect.fail();
    const inFlight = queueDepth * workers;
    expect(result).toMatchObject({ state: "complete", elapsedNs: 2e9, intervals: 20 });
    // Each round takes a few looks more than 20 ms, so the hundredth ends after the deadline.
    expect(all).toMatchObject({ operations: 99 * inFlight, drained: inFlight, errors: 0 });
    expect(all.operationsPerSecond).toBe((99 * inFlight) / 2);
    expect(all.bytes).toBe(99 * inFlight * 4096);
    expect(all.bytesPerSecond).toBe(all.operationsPerSecond * 4096);
    expect(latency.count).toBe(100 * inFlight);
    for (const ns of [latency.minNs, latency.meanNs, latency.p50Ns, latency.maxNs]) {
      expectExactly(ns, 20e6);
    }
  }
});

test("the warm-up is in no number", async () => {
  const { results } = await measured("latency=20ms", [
    "queueDepth: 2, warmup: 500ms, duration: 600ms",
  ]);
  const [{ all, latency, ...result } = expect.fail()] = results;
  expect(result).toMatchObject({ elapsedNs: 600e6, intervals: 6 });
  // The round that was under way as measuring began is the first of thirty.
  expect(all).toMatchObject({ operations: 30 * 2, drained: 2 });
  expect(latency.count).toBe(31 * 2);
  expectExactly(latency.maxNs, 20e6);
});

test("a stall is in the maximum of every slot it held up, and in its intervals", async () => {
  const { results, folder } = await measured("latency=10ms,stall=400ms@300ms", [
    "queueDepth: 4, duration: 1500ms",
  ]);
  const [{ all, latency } = expect.fail()] = results;
  // Issued at 290 ms, due at 300 ms, served at 700 ms: one of each slot.
  expectExactly(latency.maxNs, 410e6);
  const completed = readIntervals(folder).map((row) => Number(row.operations));
  expect(completed).toEqual([36, 40, 40, 0, 0, 0, 0, 40, 40, 40, 40, 40, 40, 40, 40]);
  expect(all.operations).toBe(completed.reduce((a, b) => a + b, 0));
  const slowest = readIntervals(folder).map((row) => Number(row.latency_max_ns));
  expect(slowest.map((ns) => ns > 20e6)).toEqual(completed.map((_, index) => index === 7));
});

test("a bandwidth cap holds, and what waits for it is in the latency", async () => {
  const { results } = await measured("latency=1ms,bandwidth=50MB/s", [
    "queueDepth: 16, blockSize: 64KiB",
  ]);
  const [{ all, latency } = expect.fail()] = results;
  expectExactly(all.bytesPerSecond, 50e6);
  // Sixteen wait for each other, but for the first sixteen, which begin with none before them.
  expectExactly(latency.maxNs, (16 * 65_536 * 1e9) / 50e6);
  expectExactly(latency.minNs, (65_536 * 1e9) / 50e6);
  expectExactly(latency.p50Ns, latency.maxNs);
});

test("the distribution drawn is the distribution measured", async () => {
  const { results, folder } = await measured("latency=bimodal:5ms:50ms:10%", [
    "queueDepth: 32, operations: 4000",
  ]);
  const [{ all, latency } = expect.fail()] = results;
  expect(all).toMatchObject({ operations: 4000, drained: 0 });
  expectExactly(latency.minNs, 5e6);
  expectExactly(latency.p50Ns, 5e6);
  expectExactly(latency.p99Ns, 50e6);
  expectExactly(latency.maxNs, 50e6);
  // One in ten is slow: binomial, six standard deviations are 2.8 of 4000's hundredths.
  const [logged] = readLog(folder).values();
  expectExactly(logged?.total.getValueAtPercentile(87) ?? 0, 5e6);
  expectExactly(logged?.total.getValueAtPercentile(93) ?? 0, 50e6);
});
