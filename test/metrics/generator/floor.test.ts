import { describe, expect, test } from "vitest";
import { clientLimitOf } from "../../../src/metrics/generator/client-bound.ts";
import type { ClientLimit } from "../../../src/model/run/harness.ts";

function floor(
  engine: ClientLimit["engine"],
  direction: ClientLimit["direction"],
  queueDepth: number,
  operationsPerSecond: number,
): ClientLimit {
  const latency = { latencyP50Ns: 1000, latencyP99Ns: 2000 };
  const cpuPerOperationNs = 1e9 / operationsPerSecond;
  const blockBytes = 4096;
  return {
    engine,
    direction,
    queueDepth,
    operationsPerSecond,
    cpuPerOperationNs,
    blockBytes,
    ...latency,
  };
}

const FLOORS = [
  floor("uring", "read", 1, 200_000),
  floor("uring", "read", 32, 1_100_000),
  floor("uring", "write", 32, 900_000),
  floor("s3-sdk", "read", 16, 3000),
];

describe("the floor of a phase", () => {
  test.each<[string, Parameters<typeof clientLimitOf>[1], number | null]>([
    ["one in flight", { engine: "uring", operations: ["read"], queueDepth: 1 }, 200_000],
    ["any depth beyond", { engine: "uring", operations: ["read"], queueDepth: 4 }, 1_100_000],
    ["writes", { engine: "uring", operations: ["write"], queueDepth: 64 }, 900_000],
    [
      "a mix: the faster",
      { engine: "uring", operations: ["write", "read"], queueDepth: 8 },
      1_100_000,
    ],
    ["whole objects", { engine: "s3-sdk", operations: ["fetch"], queueDepth: 8 }, 3000],
    ["not measured at that depth", { engine: "uring", operations: ["write"], queueDepth: 1 }, null],
    ["another engine", { engine: "sync", operations: ["read"], queueDepth: 1 }, null],
    ["without bytes", { engine: "s3-sdk", operations: ["fetch", "stat"], queueDepth: 8 }, null],
  ])("%s", (_, key, expected) => {
    expect(clientLimitOf(FLOORS, key)?.operationsPerSecond ?? null).toBe(expected);
  });
});
