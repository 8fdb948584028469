import { expect, test } from "vitest";
import { sampleDoubts } from "../../src/metrics/sample-size.ts";
import { latency, summary } from "../report/fixture.ts";

const of = (count: number) =>
  summary("all", count / 10, 4096, 1000, { latency: latency(1000, count), drained: 0 });

test.each([
  [10e9, 1_000_000, []],
  [1e9, 1000, []],
  [1e9, 999, [/p99\.9 is/]],
  [1e9, 100, [/p99\.9 is/]],
  [1e9, 99, [/p99 and p99\.9/]],
  [1e9, 20, [/p99 and p99\.9/]],
  [1e9, 19, [/Only 19 operations/, /p99 and p99\.9/]],
  [1e9, 1, [/Only 1 operation /, /p99 and p99\.9/]],
  [0.9e9, 1000, [/less than a second/]],
])("%d ns and %d operations", (elapsedNs, count, expected) => {
  const doubts = sampleDoubts(elapsedNs, of(count));
  expect(doubts).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(doubts[index]).toMatch(pattern);
});

test("what measured nothing is not called a small sample", () => {
  expect(sampleDoubts(0, null)).toEqual([]);
  expect(sampleDoubts(10e9, summary("all", 0, 0, 0, { latency: null }))).toEqual([]);
});
