import { expect, test } from "vitest";
import { assay, onlyRun } from "./assay.ts";
import { makeBench } from "./bench.ts";

const LIMITS = "latency=100us,credits=500/s:500/s:1,bandwidth=4MiB/s";
const GP3 = ["--kind", "ebs-gp3", "--provisioned", "iops=3000,throughput=125MiB/s,size=100GiB"];
const SIZES = {
  FILE_COUNT: "1",
  FILE_SIZE: "16MiB",
  WARMUP: "200ms",
  DURATION: "1s",
  WORKERS: "4",
};

/** Runs a scenario on a model; returns the rate of its only phase, in operations per second. */
async function rateOf(scenario: string, behavior: string, queueDepth: number): Promise<number> {
  const bench = makeBench();
  const target = ["-t", `synthetic:${behavior}`, "--emulated", ...GP3];
  const env = { ...SIZES, QUEUE_DEPTH: String(queueDepth) };
  const ended = await assay(["run", scenario, "-q", ...target], { ...bench, env });
  expect(ended.code).toBe(0);
  // A model has no instance; nothing else is missing.
  expect(ended.stderr).toMatch(/^warning: .* Declare them: --instance …, [^\n]*\n$/);
  expect(ended.stdout).toContain("(EBS gp3, model)");
  const run = onlyRun(bench.results);
  expect([run.target.kind, run.target.emulated]).toEqual(["ebs-gp3", { scale: 1 }]);
  return run.phases[0]?.summaries[0]?.operationsPerSecond ?? 0;
}

test("a model's limits apply to all workers together if they are shared", async () => {
  const shared = await rateOf("random-read", `${LIMITS},shared=true`, 4);
  expect(shared).toBeGreaterThan(400);
  expect(shared).toBeLessThan(510);
  expect(await rateOf("random-read", LIMITS, 4)).toBeGreaterThan(2 * shared);
});

test("a model's bandwidth limits large reads", async () => {
  const rate = await rateOf("sequential-read", `${LIMITS},shared=true`, 4);
  expect(rate).toBeGreaterThan(2);
  expect(rate).toBeLessThan(4.5);
});

test("a model must be declared as an emulation", async () => {
  const bench = makeBench();
  const target = ["-t", "synthetic:latency=1ms", "--kind", "ebs-gp3"];
  const ended = await assay(["run", "random-read", ...target], bench);
  expect([ended.code, ended.stderr]).toEqual([
    2,
    "--emulated: a synthetic target of kind `ebs-gp3` is a model; it requires `emulated`\n",
  ]);
  const real = await assay([
    "check",
    "random-read",
    "-t",
    "synthetic:latency=1ms",
    "--kind",
    "efs",
  ]);
  expect([real.code, real.stderr]).toEqual([2, expect.stringContaining("does not apply to kind")]);
});
