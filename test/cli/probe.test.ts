// @module-tag system
import { expect, test } from "vitest";
import { assay, onlyRun } from "./assay.ts";
import { makeBench } from "./bench.ts";

const codesOf = async (target: string, phase: string) => {
  const bench = makeBench();
  const path = bench.scenario(
    "open",
    "name: open\ndatasets: { data: { count: 2, size: 1MiB } }\nphases:\n" +
      `  - { name: p, operation: read, access: random, blockSize: 4KiB, ${phase} }\n`,
  );
  const args = ["run", path, "-q", "-t", `synthetic:${target}`, "--print", "nothing"];
  const { stderr } = await assay(args, bench);
  const [result] = onlyRun(bench.results).phases;
  return { stderr, codes: result?.warnings.map(({ code }) => code) ?? [] };
};

test("a slow operation among those that were tried out is not what one takes", async () => {
  // 45 ms on average: 4 in flight carry 89/s. One of 1 s among a few is a mean of 200 ms.
  const found = await codesOf("latency=bimodal:5ms:1s:4%", "rate: 40/s, workers: 4, duration: 3s");
  expect(found.stderr).not.toContain("can sustain");
  expect(found.codes).not.toContain("too-few-slots");
}, 30_000);

test("one that never completes is told, and no rate is derived from it", async () => {
  const { stderr, codes } = await codesOf(
    "latency=5ms,hangEvery=20",
    "rate: 20/s, queueDepth: 8, duration: 500ms",
  );
  expect(stderr).toMatch(
    /^warning: p: 1 operation of the probe before the phase did not complete within/,
  );
  expect(stderr).not.toContain("in flight can sustain");
  expect(codes).toContain("probe-unfinished");
  expect(codes).not.toContain("too-few-slots");
}, 60_000);

test("operations slower than the probe are enough for the sentence", async () => {
  const found = await codesOf("latency=400ms", "rate: 20/s, queueDepth: 2, duration: 1s");
  expect(found.stderr).toContain("20/s is more than 2 operations in flight can sustain: ");
  const said = /median latency of 3 single operations was (\d+) ms, which allows ([\d.]+)\/s/;
  const [ms, perSecond] = (said.exec(found.stderr) ?? []).slice(1).map(Number);
  // A busy host adds to the latency; the rate is that of two in flight all the same.
  expect(ms).toBeGreaterThanOrEqual(400);
  expect(perSecond).toBeCloseTo(2000 / (ms ?? 0), 1);
  expect(found.codes).toContain("too-few-slots");
}, 60_000);

test("tries out no operation that removes files, which the phase would then miss", async () => {
  const bench = makeBench();
  const path = bench.scenario(
    "open",
    "name: open\ndatasets: { data: { count: 50, size: 1KiB } }\nphases:\n" +
      "  - { name: p, operation: delete, rate: 1000/s }\n",
  );
  const { code, stdout, stderr } = await assay(["run", path, "-q", "-t", bench.target], bench);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
  const [result] = onlyRun(bench.results).phases;
  expect(result?.summaries[0]).toMatchObject({ operations: 50, errors: 0 });
}, 60_000);
