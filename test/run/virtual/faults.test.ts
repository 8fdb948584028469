// @module-tag system
import { describe, expect, test } from "vitest";
import { measured } from "./virtual.ts";

const LOOPS = [
  ["closed", ""],
  ["open", ", rate: 100/s"],
] as const;

describe.each(LOOPS)("faults of the synthetic engine in a loop that is %s", (loop, pace) => {
  test("what hangs is unfinished, at least as old as the drain is long", async () => {
    const { results } = await measured("latency=10ms,hangEvery=50", [`queueDepth: 4${pace}`]);
    const [{ all, latency, ...result } = expect.fail()] = results;
    // Every fiftieth of one worker, until it has no slot left; at 100/s that is at the end.
    const hung = 4;
    expect(result.state).toBe("complete");
    expect(all).toMatchObject({ errors: hung, unfinished: hung });
    expect(result.errors).toMatchObject([{ code: "UNFINISHED", count: hung }]);
    expect(result.warnings.map(({ code }) => code)).toContain("unfinished");
    expect((result.errors[0]?.leastAgeNs ?? 0) / 1e9).toBeGreaterThanOrEqual(10);
    expect(latency.maxNs / 1e9).toBeGreaterThan(10.9);
    expect(latency.maxNs / 1e9).toBeLessThanOrEqual(12.1);
    expect(latency.atLeastNs ?? 0).toBeGreaterThan(9.9e9);
    const response = all.response?.maxNs ?? null;
    if (loop === "open") expect((response ?? 0) / 1e9).toBeGreaterThan(10.9);
    else expect(response).toBeNull();
  });

  test("a stall across the deadline is in the latencies and in no rate", async () => {
    const { results } = await measured("latency=10ms,stall=3s@1s", [`queueDepth: 4${pace}`]);
    const [{ all, latency, ...result } = expect.fail()] = results;
    expect(result).toMatchObject({ state: "complete", errors: [], elapsedNs: 2e9 });
    expect(all).toMatchObject({ errors: 0, unfinished: 0 });
    expect(all.operations).toBeLessThanOrEqual(loop === "closed" ? 400 : 100);
    expect(all.operations).toBeGreaterThanOrEqual(loop === "closed" ? 396 : 98);
    expect(latency.maxNs / 1e9).toBeCloseTo(3, 1);
    // What fell due while nothing was served is issued and answered after the deadline.
    if (loop === "open") expect(all.operations + all.drained).toBe(200);
    else expect(all.drained).toBe(4);
  });

  test("a failing stretch is counted, and the load goes on after it", async () => {
    const { results } = await measured("latency=10ms,fail=500ms@1s", [`queueDepth: 4${pace}`]);
    const [{ all, latency, ...result } = expect.fail()] = results;
    expect(result.state).toBe("complete");
    const failed = loop === "closed" ? 200 : 50;
    expect(Math.abs(all.errors - failed)).toBeLessThanOrEqual(4);
    expect(Math.abs(all.operations - 3 * failed)).toBeLessThanOrEqual(8);
    expect(result.errors).toMatchObject([{ code: "EIO", count: all.errors }]);
    expect(latency.maxNs / 1e6).toBeLessThan(15);
  });
});
