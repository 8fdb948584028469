import { describe, expect, test } from "vitest";
import { saturationOf } from "../../src/metrics/saturation.ts";

const DEPTHS = [1, 2, 4, 8, 16, 32, 64];

function sweep(...rates: readonly number[]) {
  return saturationOf(rates.map((perSecond, at) => ({ inFlight: DEPTHS[at] ?? 0, perSecond })));
}

describe("saturation of a sweep", () => {
  test("is the lowest depth within 5% of the highest rate, with the median rate from there", () => {
    const found = sweep(800, 1600, 2900, 3010, 2990, 3040, 3000);
    expect(found).toEqual({
      knee: { inFlight: 4, perSecond: 2900 },
      plateau: { inFlight: 64, perSecond: 3000 },
      isReached: true,
      fall: null,
    });
  });

  test("is not reached if the highest depth has the highest rate by more than 5%", () => {
    const found = sweep(10, 20, 40, 80, 160, 320, 640);
    expect(found?.isReached).toBe(false);
    expect(found?.plateau).toEqual({ inFlight: 64, perSecond: 640 });
  });

  test("is reached at depth 1 if the rate never grows", () => {
    const found = sweep(3000, 3001, 2999, 3000, 3000, 3000, 3000);
    expect(found?.knee.inFlight).toBe(1);
    expect(found?.plateau.perSecond).toBe(3000);
  });

  test("names a fall of more than 10%, and keeps it out of the rate", () => {
    const found = sweep(1000, 2000, 4000, 4100, 4050, 3000, 1500);
    expect(found?.knee.inFlight).toBe(4);
    expect(found?.fall).toEqual({ inFlight: 64, perSecond: 1500 });
    expect(found?.plateau.perSecond).toBe(4050);
  });

  test("is after a fall between two high rates", () => {
    const found = sweep(1000, 2000, 3000, 3581, 2960, 3541, 2889);
    expect(found?.knee).toEqual({ inFlight: 32, perSecond: 3541 });
    expect(found?.plateau.perSecond).toBe(3541);
    expect(found?.fall).toEqual({ inFlight: 64, perSecond: 2889 });
  });

  test("depends on the depth, not on the order of the points", () => {
    const points = [
      { inFlight: 8, perSecond: 900 },
      { inFlight: 1, perSecond: 500 },
      { inFlight: 4, perSecond: 890 },
    ];
    expect(saturationOf(points)?.knee.inFlight).toBe(4);
  });

  test("does not exist without a completed operation", () => {
    expect(sweep()).toBeNull();
    expect(sweep(0, 0)).toBeNull();
  });
});
