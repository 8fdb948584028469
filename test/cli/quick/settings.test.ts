import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { environmentOf, LARGE_FILES, quickSettings } from "../../../src/cli/quick/settings.ts";

const MIB = 2 ** 20;
const MINUTE_NS = 60e9;
const PLENTY = { bytes: null, inodes: null };

function sizes(bytes: number, budgetNs = 3 * MINUTE_NS) {
  return quickSettings({ bytes, inodes: null }, budgetNs, 12, true);
}

describe("settings of a quick run", () => {
  test("use 1 GiB and 9 s per phase with 3 minutes and much space", () => {
    const settings = quickSettings(PLENTY, 3 * MINUTE_NS, 12, true);
    expect(settings).toEqual({
      fileBytes: 256 * MIB,
      files: 2000,
      warmupNs: 1.5e9,
      durationNs: 9e9,
    });
    expect(environmentOf(settings)).toMatchObject({
      FILE_SIZE: "256MiB",
      FILES: "2000",
      WARMUP: "1500ms",
      DURATION: "9000ms",
    });
  });

  test("are smaller on a small volume", () => {
    expect(sizes(1024 * MIB)).toMatchObject({ fileBytes: 64 * MIB, files: 2000 });
    expect(sizes(50 * MIB)).toMatchObject({ fileBytes: 2 * MIB, files: 100 });
  });

  test("use no more than a third of the free space, and the budget", () => {
    const bytes = fc.integer({ min: 32 * MIB, max: 2 ** 45 });
    const budget = fc.integer({ min: 45, max: 3600 });
    fc.assert(
      fc.property(bytes, budget, (free, seconds) => {
        const found = sizes(free, seconds * 1e9);
        expect(LARGE_FILES * found.fileBytes + found.files * 32 * 1024).toBeLessThan(0.36 * free);
        expect(12 * (found.warmupNs + found.durationNs)).toBeLessThanOrEqual(
          0.7 * seconds * 1e9 + 1,
        );
        expect(found.durationNs).toBeGreaterThanOrEqual(2e9);
      }),
    );
  });

  test("do not exceed the free inodes", () => {
    const few = quickSettings({ bytes: null, inodes: 450 }, 3 * MINUTE_NS, 12, true);
    expect(few.files).toBe(200);
  });

  test("are refused without space, with the least that is needed", () => {
    expect(() => sizes(8 * MIB)).toThrow(
      "8 MiB are free, but `assay quick` needs at least 32 MiB; free some space",
    );
    const device = { bytes: 2 * MIB, inodes: null, isDevice: true } as const;
    expect(() => quickSettings(device, 3 * MINUTE_NS, 8, false)).toThrow(
      "the device has 2 MiB, but `assay quick` needs 4 MiB",
    );
    const none = { bytes: null, inodes: 10 };
    expect(() => quickSettings(none, 3 * MINUTE_NS, 12, true)).toThrow(
      "10 inodes are free, but `assay quick` needs at least 200; delete some files",
    );
    expect(quickSettings(none, 3 * MINUTE_NS, 8, false).fileBytes).toBe(256 * MIB);
  });

  test("name the shortest budget, which is accepted", () => {
    const free = { bytes: null, inodes: null };
    expect(() => quickSettings(free, 30e9, 12, true)).toThrow(
      "--budget: 30 s is too short for 12 phases of at least 2.50 s; use --budget 45s or more",
    );
    expect(quickSettings(free, 45e9, 12, true).durationNs).toBe(2e9);
  });
});
