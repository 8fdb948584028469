// @module-tag system
import { expect, test } from "vitest";
import { readLog } from "../log.ts";
import { readIntervals } from "../support.ts";
import { measured } from "./virtual.ts";

/** A clock moved by looks alone is off by some of them: far less than this. */
const FAR_MORE_THAN_LOOKS = 1.003;

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
