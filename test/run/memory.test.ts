// @module-tag system
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { execute, NULL_TARGET, resultOf, SILENT } from "./support.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** What this thread holds besides its code, after the garbage is gone. */
function heldBytes(): number {
  collectGarbage();
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
  const finished = await execute({
    target: NULL_TARGET,
    engine: "null",
    intervalNs: 10e6,
    phases: [{ workers: 2, queueDepth: 4, limit: { kind: "duration", durationNs: 2e9 } }],
    request: { events },
  });
  expect(resultOf(finished).result.intervals).toBe(200);
  expect(held).toHaveLength(10);
  const [early = 0] = held;
  const late = held.at(-1) ?? Number.NaN;
  // Kept whole, the histograms of 180 intervals of two workers would be over 100 MB.
  expect(late - early).toBeLessThan(8 * 1024 * 1024);
});
