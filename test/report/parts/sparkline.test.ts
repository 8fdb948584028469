import { expect, test } from "vitest";
import { peakSparkline, sparkline } from "../../../src/report/parts/sparkline.ts";

test("scales values from 0 to the highest one", () => {
  expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8)).toBe("▁▂▃▄▅▆▇█");
  expect(sparkline([800, 100], 8)).toBe("█▁");
});

test("shows a rate of 0 as a blank", () => {
  expect(sparkline([5, 0, 5], 8)).toBe("█ █");
  expect(sparkline([0, 0], 8)).toBe("  ");
  expect(sparkline([], 8)).toBe("");
});

test("averages neighboring values that do not fit", () => {
  expect(sparkline([8, 8, 1, 3, 4, 4], 3)).toBe("█▂▄");
  for (const length of [1, 7, 48, 49, 1000]) {
    const values = Array.from({ length }, (_, index) => index + 1);
    expect([...sparkline(values, 48)].length).toBeLessThanOrEqual(48);
  }
});

test("shows peaks on a logarithmic scale, and times without a value as blanks", () => {
  expect(peakSparkline([1, 10, 100, null, 1000], 5)).toBe("▁▃▆ █");
  expect(peakSparkline([5, 5], 2)).toBe("▁▁");
  expect(peakSparkline([null, 0], 2)).toBe("  ");
  expect(peakSparkline([], 5)).toBe("");
});

test("shows the highest of neighboring values, never their mean", () => {
  expect(peakSparkline([1, 1000, 1, 1, null, null], 3)).toBe("█▁ ");
});
