import { expect, test } from "vitest";
import { assay, onlyRun } from "./assay.ts";
import { makeBench } from "./bench.ts";

const scenario = (phase: string) =>
  "name: open\ndatasets: { data: { count: 2, size: 1MiB } }\nphases:\n" +
  `  - { name: p, operation: read, access: random, blockSize: 4KiB, ${phase} }\n`;

test("warns of a rate above the capacity of the slots, also in the result", async () => {
  const bench = makeBench();
  const path = bench.scenario("open", scenario("rate: 300/s, queueDepth: 2, duration: 500ms"));
  const args = ["run", path, "-q", "-t", "synthetic:latency=20ms", "--print", "nothing"];
  const { code, stderr } = await assay(args, bench);
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^warning: p: 300\/s is more than 2 operations in flight can sustain: the median latency /,
  );
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  const [result] = onlyRun(bench.results).phases;
  expect(result?.warnings.map(({ code }) => code)).toContain("too-few-slots");
});

test.each([
  ["rate: 0/s", "`rate`: expected more than 0/s and at most 100000000/s, got `0/s`"],
  ["rate: 300", "`rate`: the number 300 has no unit; expected a rate such as `300/s`"],
  ["rate: { arrivals: poisson }", "`rate`: expected either `offered` or `steps`"],
  [
    "rate: { steps: [{ offered: 5/s, for: 3s }] }, duration: 2s",
    "the steps take 3 s, but the phase ends after 2 s",
  ],
  [
    "until: { steady: { window: 2m, atMost: 1m } }",
    "the window of 120 s exceeds the maximum length of the phase",
  ],
  ["warmup: auto, epochs: 1", "`warmup: auto` requires a phase with `duration`"],
])("%s: one sentence, and nothing is run", async (phase, sentence) => {
  const bench = makeBench();
  const path = bench.scenario("open", scenario(phase));
  const { code, stderr } = await assay(["run", path, "-q", "-t", "null:"], bench);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});
