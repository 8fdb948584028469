import { expect, test } from "vitest";
import { ratesBySecond } from "../../src/claim/seconds.ts";

function line(widthNs: number, operations: readonly number[]) {
  return {
    widthsNs: Float64Array.from(operations, () => widthNs),
    operations: Float64Array.from(operations),
    bytes: Float64Array.from(operations, (count) => count * 4096),
    latencies: {},
  };
}

test("tenths of a second become seconds, and what is left is none", () => {
  const tenths = Array.from({ length: 25 }, (_, at) => (at < 10 ? 10 : 20));
  expect(ratesBySecond(line(1e8, tenths), "operations")).toEqual([100, 200]);
});

test("a wider interval stands for each of its seconds", () => {
  expect(ratesBySecond(line(3e9, [300, 600]), "operations")).toEqual([
    100, 100, 100, 200, 200, 200,
  ]);
  expect(ratesBySecond(line(1e9, [5, 7]), "bytes")).toEqual([5 * 4096, 7 * 4096]);
});
