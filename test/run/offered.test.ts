// @module-tag system
import { expect, test } from "vitest";
import { execute, resultOf, syntheticTarget } from "./support.ts";

const rate = (arrivals: "fixed" | "poisson") => ({
  arrivals,
  steps: [{ fromPerSecond: 700, toPerSecond: 700, durationNs: null }],
  mostBacklog: 1000,
});

test.each(["fixed", "poisson"] as const)(
  "a count that ends an open loop is the number of its arrivals: %s",
  async (arrivals) => {
    const finished = await execute({
      // 30 ms: 21 more fall due while the last operation is in flight.
      target: syntheticTarget({ latency: { kind: "fixed", ns: 30e6 } }),
      engine: "synthetic",
      phases: [
        { queueDepth: 40, rate: rate(arrivals), limit: { kind: "operations", operations: 500 } },
        { queueDepth: 40, rate: rate(arrivals), limit: { kind: "bytes", bytes: 500 * 4096 } },
      ],
    });
    for (const index of [0, 1]) {
      const { result, all } = resultOf(finished, index);
      expect(result.openLoop).toMatchObject({ offered: 500, unissued: 0, dropped: 0 });
      expect(all.operations + all.drained).toBe(500);
    }
  },
  30_000,
);
