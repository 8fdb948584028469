import { expect, test } from "vitest";
import { plannedTimeLines } from "../../../src/cli/running/planned.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { loadScenario } from "../../../src/scenario/index.ts";
import { makeBench } from "../bench.ts";

const TARGET: TargetSpec = {
  name: "vol",
  kind: "directory",
  address: { kind: "path", path: "/mnt/vol" },
  provisioned: {},
};

/** A plan of one read after the other, each as its line says. */
async function plan(name: string, phases: readonly string[], more = "") {
  const lines = phases.map(
    (phase, index) =>
      `  - { name: p${index}, operation: read, access: random, blockSize: 4KiB, ${phase} }`,
  );
  const data = "datasets: { data: { count: 1, size: 1MiB } }";
  const text = [`name: ${name}`, more, data, "phases:", ...lines, ""].join("\n");
  return loadScenario(makeBench().scenario(name, text), { env: {}, set: [] });
}

test("one run needs no line", async () => {
  const only = { plan: await plan("one", ["duration: 1h"]), target: TARGET };
  expect(plannedTimeLines([only], 1)).toEqual([]);
});

test("durations, warm-ups, repetitions and rounds add up", async () => {
  const short = await plan("short", ["duration: 20s, warmup: 10s"], "repetitions: 3");
  const long = await plan("long", ["duration: 5m", "operations: 1000"]);
  const pairs = [short, long].map((one) => ({ plan: one, target: TARGET }));
  // (3 x 30 s + 300 s) x 2
  expect(plannedTimeLines(pairs, 2)).toEqual([
    "4 runs, at most 13 min 0 s of load as planned; longest: long on vol, 5 min 0 s; " +
      "2 phases end by a count, without a planned time",
  ]);
});

test("runs that all end by a count have no time to tell", async () => {
  const counted = { plan: await plan("counted", ["operations: 1000"]), target: TARGET };
  expect(plannedTimeLines([counted, counted], 1)).toEqual([]);
});
