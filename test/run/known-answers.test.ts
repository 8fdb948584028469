import { expect, test } from "vitest";
import type { PhasePlan } from "../../src/model/plan.ts";
import type { TargetSpec } from "../../src/model/target.ts";
import { readLog } from "./log.ts";
import { starvedNs } from "./starvation.ts";
import {
  execute,
  NULL_TARGET,
  readIntervals,
  resultOf,
  SILENT,
  syntheticTarget,
} from "./support.ts";

const LATENCY_NS = 20e6;
const duration = (seconds: number) => ({ kind: "duration", durationNs: seconds * 1e9 }) as const;

/** Runs one phase and says for which share of its time this process had to wait for a processor. */
async function measured(target: TargetSpec, phase: Partial<PhasePlan>) {
  let starved = 0;
  const events = {
    ...SILENT,
    measuring: () => {
      starved = -starvedNs();
    },
    finished: () => {
      starved += starvedNs();
    },
  };
  const request = { events };
  const finished = await execute({ target, engine: "synthetic", phases: [phase], request });
  const { result, all } = resultOf(finished);
  return { result, all, starvedShare: starved / result.elapsedNs };
}

test.each([
  { queueDepth: 1, workers: 1 },
  { queueDepth: 8, workers: 1 },
  { queueDepth: 32, workers: 1 },
  { queueDepth: 4, workers: 2 },
])(
  "latency L at depth $queueDepth with $workers workers: Q/L operations a second",
  async (load) => {
    const latency = { kind: "fixed", ns: LATENCY_NS } as const;
    const phase = { ...load, limit: duration(2) };
    const { result, all, starvedShare } = await measured(syntheticTarget({ latency }), phase);
    const inFlight = load.queueDepth * load.workers;
    const due = inFlight / (LATENCY_NS / 1e9);
    expect(result).toMatchObject({ state: "complete", elapsedNs: 2e9, intervals: 20 });
    // Two percent, and what the machine itself was late by.
    expect(all.operationsPerSecond / due).toBeGreaterThanOrEqual(0.98 - starvedShare);
    expect(all.operationsPerSecond / due).toBeLessThanOrEqual(1.02);
    expect(all.bytesPerSecond).toBeCloseTo(all.operationsPerSecond * 4096, 3);
    // Little's law holds on any machine: what is in flight is rate times time.
    const littles = (all.operationsPerSecond * ((all.latency?.meanNs ?? 0) / 1e9)) / inFlight;
    expect(Math.abs(littles - 1)).toBeLessThanOrEqual(0.03 + starvedShare);
    expect(all.latency?.minNs).toBeLessThanOrEqual(LATENCY_NS * 1.02);
    expect(all.latency?.minNs).toBeGreaterThanOrEqual(LATENCY_NS * 0.999);
    // What is in flight at the deadline completes after it, once for each slot.
    expect(all.drained).toBe(inFlight);
    expect(all.latency?.count).toBe(all.operations + all.drained);
  },
);

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

test("a stall is in the maximum of every slot it held up, and in its intervals", async () => {
  const stall = { atNs: 300e6, durationNs: 400e6 };
  const finished = await execute({
    target: syntheticTarget({ stalls: [stall] }),
    engine: "synthetic",
    phases: [{ queueDepth: 4, limit: duration(1.5) }],
  });
  const { all } = resultOf(finished);
  expect(all.latency?.maxNs).toBeGreaterThanOrEqual(390e6);
  // Nothing is served inside the stall: three whole intervals at least, wherever the grid lies.
  const perInterval = readIntervals(finished.folder).map((row) => Number(row.operations));
  expect(perInterval).toHaveLength(15);
  expect(perInterval.map((count) => (count === 0 ? "-" : "x")).join("")).toMatch(/x.*---.*x/);
  // 1.1 s of service at 4 operations in 10 ms is the most there can be.
  expect(all.operations).toBeLessThanOrEqual(440);
});

test("a bandwidth cap holds, whatever the depth", async () => {
  const latency = { kind: "fixed", ns: 1e6 } as const;
  const { all, starvedShare } = await measured(syntheticTarget({ latency, bytesPerSecond: 50e6 }), {
    queueDepth: 16,
    blockBytes: 65_536,
    limit: duration(2),
  });
  expect(all.bytesPerSecond).toBeLessThanOrEqual(50e6 * 1.02);
  expect(all.bytesPerSecond).toBeGreaterThanOrEqual(50e6 * (0.98 - starvedShare));
  // Little's law: 16 in flight at the rate the cap leaves.
  const littles = (all.operationsPerSecond * (all.latency?.meanNs ?? 0)) / 1e9 / 16;
  expect(Math.abs(littles - 1)).toBeLessThanOrEqual(0.05 + starvedShare);
});

test("the distribution drawn is the distribution measured", async () => {
  const latency = { kind: "bimodal", fastNs: 5e6, slowNs: 50e6, slowShare: 0.1 } as const;
  const finished = await execute({
    target: syntheticTarget({ latency }),
    engine: "synthetic",
    phases: [{ queueDepth: 32, limit: { kind: "operations", operations: 4000 } }],
  });
  const { all } = resultOf(finished);
  expect(all.latency?.minNs).toBeGreaterThanOrEqual(4.995e6);
  expect(all.latency?.p50Ns).toBeLessThan(50e6);
  expect(all.latency?.p99Ns).toBeGreaterThanOrEqual(49.95e6);
  // One in ten is slow: binomial, six standard deviations are 2.8 of 4000's hundredths.
  const [logged] = readLog(finished.folder).values();
  expect(logged?.total.getValueAtPercentile(87)).toBeLessThan(49e6);
  expect(logged?.total.getValueAtPercentile(93)).toBeGreaterThanOrEqual(49.95e6);
});

test("warm-up is no part of any number", async () => {
  const finished = await execute({
    target: syntheticTarget({ latency: { kind: "fixed", ns: LATENCY_NS }, errorEvery: 1000 }),
    engine: "synthetic",
    phases: [{ queueDepth: 2, warmupNs: 500e6, limit: duration(0.6) }],
  });
  const { result, all } = resultOf(finished);
  expect(result).toMatchObject({ elapsedNs: 600e6, intervals: 6 });
  // 30 rounds of two; had the half second before it counted, there would be 55.
  expect(all.operations).toBeLessThanOrEqual(62);
  expect(all.latency?.count).toBe(all.operations + all.drained);
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
  const phase = { warmupNs: 2e9, limit: duration(0.2) };
  const finished = await execute({ target: NULL_TARGET, engine: "null", phases: [phase] });
  const { cpu } = resultOf(finished).result;
  expect(cpu.workersUserNs).toBeGreaterThan(0);
  expect(cpu.workersUserNs + cpu.workersSystemNs).toBeLessThan(1e9);
  expect(cpu.processUserNs).toBeLessThan(1.5e9);
});
