import { expect, test } from "vitest";
import { usualIntervals } from "../../../src/model/plan/intervals.ts";

test.each([
  [10, 100, 0.1],
  [20, 200, 1],
  [60, 600, 1],
  [61, 244, 1],
  [150, 600, 1],
  [151, 302, 1],
  [300, 600, 1],
  [301, 301, 1],
  [3600, 3600, 1],
])("a phase of %i s has %i intervals and rates of %f s", (seconds, count, rateS) => {
  const { intervalNs, perRate } = usualIntervals(seconds * 1e9);
  expect((seconds * 1e9) / intervalNs).toBe(count);
  expect((intervalNs * perRate) / 1e9).toBe(rateS);
});

test("a phase that a count ends has rates of a second", () => {
  const { intervalNs, perRate } = usualIntervals(null);
  expect(intervalNs).toBe(250e6);
  expect(intervalNs * perRate).toBe(1e9);
});
