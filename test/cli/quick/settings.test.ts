import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { environmentOf, quickSettings } from "../../../src/cli/quick/settings.ts";

const MIB = 2 ** 20;

describe("settings of a quick run", () => {
  test("allow 1 GiB and 9 s per phase with 3 minutes", () => {
    const settings = quickSettings(180e9, 12);
    expect(settings).toEqual({
      maxFileBytes: 256 * MIB,
      maxFiles: 2000,
      warmupNs: 1.5e9,
      durationNs: 7.5e9,
    });
    expect(environmentOf(settings)).toEqual({
      MAX_FILE_SIZE: "256MiB",
      MAX_FILES: "2000",
      ENGINE: "s3-wire",
      WARMUP: "1500ms",
      DURATION: "7500ms",
    });
  });

  test("are smaller with 1 minute", () => {
    const settings = { maxFileBytes: 64 * MIB, maxFiles: 500, warmupNs: 0.5e9, durationNs: 2e9 };
    expect(quickSettings(60e9, 12)).toEqual(settings);
  });

  test("use at most 65% of the budget for timed phases of at least 2 s", () => {
    fc.assert(
      fc.property(fc.integer({ min: 55, max: 3600 }), (seconds) => {
        const { warmupNs, durationNs } = quickSettings(seconds * 1e9, 12);
        expect(12 * (warmupNs + durationNs)).toBeLessThanOrEqual(0.65 * seconds * 1e9 + 1);
        expect(durationNs).toBeGreaterThanOrEqual(2e9);
      }),
    );
  });

  test("name the shortest budget, which is accepted", () => {
    expect(() => quickSettings(30e9, 12)).toThrow(
      "--budget: 30 s is too short for 12 phases of at least 2.50 s; use --budget 55s or more",
    );
    expect(quickSettings(55e9, 12).durationNs).toBe(2e9);
  });
});
