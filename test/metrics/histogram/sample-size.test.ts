import { expect, test } from "vitest";
import { sampleCaveats } from "../../../src/metrics/histogram/sample-size.ts";
import { latency, summary } from "../../report/fixture.ts";

const of = (count: number) =>
  summary("all", count / 10, 4096, 1000, { latency: latency(1000, count), drained: 0 });

test.each([
  [10e9, 1_000_000, []],
  [1e9, 1000, []],
  [1e9, 999, [/^Only \d+ operations were recorded: p99\.9 needs 1,000\.$/]],
  [1e9, 100, [/^Only \d+ operations were recorded: p99\.9 needs 1,000\.$/]],
  [1e9, 99, [/p99 needs 100, p99\.9 needs 1,000/]],
  [1e9, 20, [/p99 needs 100, p99\.9 needs 1,000/]],
  [1e9, 19, [/Only 19 operations/, /p99 needs 100, p99\.9 needs 1,000/]],
  [1e9, 1, [/Only 1 operation /, /p99 needs 100, p99\.9 needs 1,000/]],
  [0.9e9, 1000, [/less than 1 s, too short/]],
])("%d ns and %d operations", (elapsedNs, count, expected) => {
  const caveats = sampleCaveats(elapsedNs, of(count));
  expect(caveats).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(caveats[index]).toMatch(pattern);
});

test("reports latencies that are lower bounds", () => {
  const bounded = { ...latency(1000, 5000), atLeastNs: 2000 };
  const caveats = sampleCaveats(10e9, summary("all", 500, 4096, 1000, { latency: bounded }));
  expect(caveats).toEqual([expect.stringMatching(/values marked ≥ and the mean are lower bounds/)]);
});

test("reports nothing for a phase without operations", () => {
  expect(sampleCaveats(0, null)).toEqual([]);
  expect(sampleCaveats(10e9, summary("all", 0, 0, 0, { latency: null }))).toEqual([]);
});
