import { describe, expect, test } from "vitest";
import { growthOf } from "../../../../src/metrics/statistics/series/growth.ts";
import { autoregressive, shareOf } from "../noise.ts";

/** How often a series of n values seems to grow by more than chance. */
function alarms(n: number, phi: number): number {
  return shareOf(2000, (random) => {
    const { growth, reach } = growthOf(autoregressive(n, phi, random)) ?? expect.fail();
    return growth > reach;
  });
}

describe("growth of a series", () => {
  test.each([0, 0.5, 0.9, 0.99, 0.9999])("exceeds chance in 5 of 100 at most: phi %d", (phi) => {
    for (const n of [8, 20, 50, 300]) expect(alarms(n, phi), `${n} values`).toBeLessThan(0.075);
  });

  test("is exact without noise, and nothing in too few values", () => {
    const line = Array.from({ length: 40 }, (_, at) => 3 * at);
    expect(growthOf(line)?.growth).toBeCloseTo(117, 9);
    expect(growthOf(line)?.reach).toBeCloseTo(0, 6);
    expect(growthOf([1, 1, 1, 1, 1, 1, 1, 1])).toEqual({ growth: 0, reach: 0 });
    expect(growthOf([1, 2, 3, 4, 5, 6, 7])).toBeNull();
  });

  test("of a fifth of a deviation for each value is seen among 50 independent ones", () => {
    const seen = shareOf(500, (random) => {
      const values = autoregressive(50, 0, random).map((one, at) => one + 0.2 * at);
      const { growth, reach } = growthOf(values) ?? expect.fail();
      return growth > reach;
    });
    expect(seen).toBeGreaterThan(0.99);
  });
});
