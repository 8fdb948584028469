import { expect, test } from "vitest";
import { UNFINISHED } from "../../src/model/measurement.ts";
import { executeRun } from "../../src/run/execute.ts";
import { scratch } from "../target/support.ts";
import { requestOf, resultOf, SILENT, syntheticTarget } from "./support.ts";

/** Four slots of which each hangs soon, and an interruption so long after measuring begins. */
async function interrupted(afterMs: number) {
  const abort = new AbortController();
  const run = {
    target: syntheticTarget({ latency: { kind: "fixed", ns: 5e6 }, hangEvery: 20 }),
    engine: "synthetic",
    phases: [{ limit: { kind: "duration", durationNs: 1e9 }, queueDepth: 4 }],
  } as const;
  const events = {
    ...SILENT,
    measuring: () => void setTimeout(() => abort.abort(), afterMs),
  };
  const request = requestOf(run, scratch());
  return resultOf(await executeRun({ ...request, events, signal: abort.signal }));
}

test("an interruption in the drain excuses nothing that the drain waited for", async () => {
  const { result, all } = await interrupted(4000);
  expect(all).toMatchObject({ unfinished: 4, errors: 4 });
  expect(result.errors).toMatchObject([{ code: UNFINISHED, count: 4 }]);
  const codes = result.warnings.map(({ code }) => code);
  expect(codes).toContain("unfinished");
  expect(codes).not.toContain("cut-off");
}, 30_000);

test("an interruption that ends the load excuses what it cut off", async () => {
  const { result, all } = await interrupted(500);
  expect(all).toMatchObject({ unfinished: 4, errors: 0 });
  expect(result.errors).toEqual([]);
  const codes = result.warnings.map(({ code }) => code);
  expect(codes).toContain("cut-off");
  expect(codes).not.toContain("unfinished");
}, 30_000);
