import { expect, test } from "vitest";
import { execute, NULL_TARGET, resultOf, SILENT } from "./support.ts";

/** What a process holds besides its code, after the garbage is gone. */
function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test("ten times the intervals need no more memory", async () => {
  const held: number[] = [];
  const events = {
    ...SILENT,
    progress: ({ elapsedNs }: { readonly elapsedNs: number }) => {
      const interval = Math.round(elapsedNs / 10e6);
      if (interval % 20 === 0) held.push(heldBytes());
    },
  };
  const { run, folder } = await execute({
    target: NULL_TARGET,
    engine: "null",
    intervalNs: 10e6,
    phases: [{ workers: 2, queueDepth: 4, limit: { kind: "duration", durationNs: 2e9 } }],
    request: { events },
  });
  expect(resultOf({ run, folder, error: null }).result.intervals).toBe(200);
  expect(held).toHaveLength(10);
  const [early = 0] = held;
  // Without a forced collection garbage is in both numbers; the lowest late one has the least.
  const late = Math.min(...held.slice(5));
  // An interval's histogram kept whole is 400 kB a worker: 180 intervals would be 140 MB.
  expect(late - early).toBeLessThan(16 * 1024 * 1024);
});
