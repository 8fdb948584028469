// @module-tag system
import { expect, test } from "vitest";
import { execute, NULL_TARGET, readIntervals, resultOf, syntheticTarget } from "./support.ts";

const duration = (seconds: number) => ({ kind: "duration", durationNs: seconds * 1e9 }) as const;

// How much later is the machine's affair; what is exact is shown in virtual time.
test("on a real clock, however busy the machine: never faster than L, and never idle", async () => {
  const latencyNs = 20e6;
  const load = { queueDepth: 4, workers: 2 };
  const inFlight = load.queueDepth * load.workers;
  const finished = await execute({
    target: syntheticTarget({ latency: { kind: "fixed", ns: latencyNs } }),
    engine: "synthetic",
    phases: [{ ...load, limit: duration(0.5) }],
  });
  const { result, all } = resultOf(finished);
  expect(result).toMatchObject({ state: "complete", elapsedNs: 0.5e9, intervals: 5 });
  expect(all.operations).toBeLessThanOrEqual(25 * inFlight);
  expect(all.operationsPerSecond).toBe(all.operations / 0.5);
  expect(all.bytesPerSecond).toBe(all.operationsPerSecond * 4096);
  expect(all.latency?.minNs).toBeGreaterThanOrEqual(latencyNs * 0.999);
  // What is in flight at the deadline completes after it, once for each slot.
  expect(all.drained).toBe(inFlight);
  expect(all.latency?.count).toBe(all.operations + all.drained);
  // Little's law: each slot has one operation after the other, from the start to the last of them.
  const { meanNs = 0, maxNs = 0, count = 0 } = all.latency ?? {};
  expect(meanNs * count).toBeLessThanOrEqual(inFlight * (result.elapsedNs + maxNs) * 1.002);
});

test("injected errors are counted exactly, worker by worker, and nothing else is", async () => {
  const finished = await execute({
    target: syntheticTarget({ latency: { kind: "fixed", ns: 1e6 }, errorEvery: 7 }),
    engine: "synthetic",
    phases: [
      { workers: 2, queueDepth: 4, limit: { kind: "operations", operations: 1001 } },
      { workers: 1, queueDepth: 1, limit: { kind: "operations", operations: 6 } },
    ],
  });
  const { result, all } = resultOf(finished);
  // 501 and 500 operations: 71 times seven in each.
  expect(all).toMatchObject({ errors: 142, operations: 1001 - 142, drained: 0 });
  expect(all.bytes).toBe((1001 - 142) * 4096);
  expect(all.latency?.count).toBe(1001 - 142);
  expect(result.errors).toMatchObject([{ operation: "read", code: "EIO", count: 142 }]);
  expect(result.warnings.map(({ code }) => code)).toContain("errors");
  expect(resultOf(finished, 1).all).toMatchObject({ errors: 0, operations: 6 });
});

test("a count ends a phase with the last completion", async () => {
  const finished = await execute({
    target: syntheticTarget(),
    engine: "synthetic",
    phases: [{ queueDepth: 4, limit: { kind: "operations", operations: 100 } }],
  });
  const { result, all } = resultOf(finished);
  expect(all).toMatchObject({ operations: 100, drained: 0 });
  // 25 rounds of 10 ms, and the last row of the time line ends with the last of them.
  expect(result.elapsedNs).toBeGreaterThanOrEqual(250e6);
  const rows = readIntervals(finished.folder);
  const widths = rows.map((row) => Math.round(Number(row.width_s) * 1e6));
  expect(result.intervals).toBe(Math.ceil(result.elapsedNs / 100e6));
  expect(widths).toHaveLength(result.intervals);
  expect(widths.slice(0, -1).every((width) => width === 100_000)).toBe(true);
  const total = widths.reduce((a, b) => a + b, 0);
  expect(Math.abs(total - result.elapsedNs / 1000)).toBeLessThanOrEqual(1);
});

test("many null workers: every operation is counted, by all of them together", async () => {
  const finished = await execute({
    target: NULL_TARGET,
    engine: "null",
    phases: [
      { workers: 8, queueDepth: 4, limit: { kind: "operations", operations: 1_000_003 } },
      { workers: 8, queueDepth: 1, limit: { kind: "bytes", bytes: 4096 * 80_001 - 5 } },
      { workers: 3, access: "sequential", limit: { kind: "epochs", epochs: 5 } },
    ],
  });
  expect(finished.run.state).toBe("complete");
  expect(resultOf(finished, 0).all).toMatchObject({ operations: 1_000_003, errors: 0 });
  expect(resultOf(finished, 0).all.latency?.count).toBe(1_000_003);
  expect(resultOf(finished, 1).all.operations).toBe(80_001);
  expect(resultOf(finished, 2).all.operations).toBe(5 * 4 * 256);
});

test("threads without a share of the dataset are named in a warning", async () => {
  const finished = await execute({
    target: NULL_TARGET,
    engine: "null",
    dataset: { count: 2 },
    phases: [
      {
        workers: 4,
        access: "shuffled",
        mix: [{ operation: "fetch", weight: 1 }],
        limit: { kind: "epochs", epochs: 3 },
      },
    ],
  });
  const { result, all } = resultOf(finished);
  expect(all.operations).toBe(6);
  expect(result.warnings).toMatchObject([
    { code: "idle-workers", message: expect.stringMatching(/^2 of 4 threads had nothing to do/) },
  ]);
});

test("the processor time of the warm-up is not the phase's", async () => {
  // The null engine never waits: a thread cannot use more processor time than time goes by.
  const phase = { warmupNs: 2e9, limit: duration(0.1) };
  const finished = await execute({ target: NULL_TARGET, engine: "null", phases: [phase] });
  const { cpu } = resultOf(finished).result;
  expect(cpu.workersUserNs).toBeGreaterThan(0);
  expect(cpu.workersUserNs + cpu.workersSystemNs).toBeLessThan(1e9);
  expect(cpu.processUserNs).toBeLessThan(1.75e9);
});
