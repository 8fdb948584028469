// @module-tag system
import { expect, test } from "vitest";
import { UNFINISHED } from "../../src/model/run/measurement.ts";
import { executeRun } from "../../src/run/execute.ts";
import type { RunEvents } from "../../src/run/request.ts";
import { scratch } from "../storage/support.ts";
import { requestOf, resultOf, SILENT, syntheticTarget } from "./support.ts";

/** By when all slots hang, nanoseconds from the start of the load. */
const ALL_HANG_NS = 700e6;

/**
 * Four slots of which each hangs soon, in a phase of a length, and an interruption so long after
 * they are known to.
 */
async function interrupted(seconds: number, afterMs: number) {
  const abort = new AbortController();
  const run = {
    target: syntheticTarget({ latency: { kind: "fixed", ns: 5e6 }, hangEvery: 20 }),
    engine: "synthetic",
    phases: [{ limit: { kind: "duration", durationNs: seconds * 1e9 }, queueDepth: 4 }],
  } as const;
  // Told by the load itself: how long workers take to start depends on the machine.
  const events: RunEvents = {
    ...SILENT,
    progress: ({ elapsedNs }) => {
      if (elapsedNs === ALL_HANG_NS) setTimeout(() => abort.abort(), afterMs);
    },
  };
  const request = requestOf(run, scratch());
  return resultOf(await executeRun({ ...request, events, signal: abort.signal }));
}

test("an interruption in the drain excuses nothing that the drain waited for", async () => {
  const { result, all } = await interrupted(1, 3000);
  expect(all).toMatchObject({ unfinished: 4, errors: 4 });
  expect(result.errors).toMatchObject([{ code: UNFINISHED, count: 4 }]);
  const codes = result.warnings.map(({ code }) => code);
  expect(codes).toContain("unfinished");
  expect(codes).not.toContain("cut-off");
}, 30_000);

test("an interruption that ends the load excuses what it cut off", async () => {
  const { result, all } = await interrupted(5, 0);
  expect(all).toMatchObject({ unfinished: 4, errors: 0 });
  expect(result.errors).toEqual([]);
  const codes = result.warnings.map(({ code }) => code);
  expect(codes).toContain("cut-off");
  expect(codes).not.toContain("unfinished");
}, 30_000);
