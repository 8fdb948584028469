// @module-tag system
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, resultOf, syntheticTarget } from "./support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped for uring: ${refusal}\n`);

const limit = { kind: "duration", durationNs: 0.6e9 } as const;

/** Four threads for each core: at most a quarter of them can read at any time. */
const IN_FLIGHT = 4 * availableParallelism();

test("threads that share cores do not reach their depth, and the client is the limit", async () => {
  const finished = await execute({
    target: directorySpec(scratch()),
    engine: "sync",
    phases: [{ queueDepth: IN_FLIGHT, cache: "warm", limit }],
  });
  const { result } = resultOf(finished);
  const { planned, waitingForCpu } = result.harness?.inFlight ?? {};
  expect(planned).toBe(IN_FLIGHT);
  expect(waitingForCpu).toBeGreaterThan(IN_FLIGHT / 2);
  const codes = result.warnings.map(({ code }) => code);
  expect(codes).toContain("depth-not-reached");
  expect(codes).toContain("client-bound");
});

test.skipIf(refusal !== undefined)("one thread carries its queue depth in a ring", async () => {
  const finished = await execute({
    target: directorySpec(scratch()),
    engine: "uring",
    phases: [{ queueDepth: IN_FLIGHT, cache: "warm", limit }],
  });
  const { result } = resultOf(finished);
  expect(result.harness?.kernelThreads).toBeDefined();
  expect((result.harness?.inFlight?.reached ?? 0) / IN_FLIGHT).toBeGreaterThan(0.9);
  expect((result.harness?.inFlight?.reached ?? 0) / IN_FLIGHT).toBeLessThan(1.1);
});

test.each([
  ["hang", { hangEvery: 800 }],
  ["stall", { stalls: [{ atNs: 0.5e9, durationNs: 3e9 }] }],
] as const)(
  "operations that outlast the phase make no depth beyond it: %s",
  async (_, fault) => {
    const finished = await execute({
      target: syntheticTarget({ latency: { kind: "fixed", ns: 1e6 }, ...fault }),
      engine: "synthetic",
      phases: [
        { queueDepth: 8, limit },
        { queueDepth: 8, limit, warmupNs: 0.2e9 },
      ],
    });
    for (const index of [0, 1]) {
      const { result } = resultOf(finished, index);
      expect(result.harness?.inFlight?.reached ?? 0).toBeLessThanOrEqual(8);
      expect(result.warnings.map(({ code }) => code)).not.toContain("depth-not-reached");
    }
  },
  60_000,
);

test("a storage of known latency has its depth in flight, through a warm-up as well", async () => {
  const finished = await execute({
    target: syntheticTarget({ latency: { kind: "fixed", ns: 5e6 } }),
    engine: "synthetic",
    phases: [
      { workers: 2, queueDepth: 8, limit },
      { workers: 2, queueDepth: 8, limit, warmupNs: 0.2e9 },
      { workers: 2, queueDepth: 8, limit: { kind: "operations", operations: 1600 } },
    ],
  });
  for (const index of [0, 1, 2]) {
    const { result } = resultOf(finished, index);
    expect((result.harness?.inFlight?.reached ?? 0) / 16).toBeGreaterThan(0.9);
    expect((result.harness?.inFlight?.reached ?? 0) / 16).toBeLessThan(1.1);
    expect(result.warnings.map(({ code }) => code)).not.toContain("depth-not-reached");
  }
});
