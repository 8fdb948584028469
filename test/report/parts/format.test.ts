import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFactor,
  formatInstant,
  formatIops,
  formatLatency,
  formatLatencyIn,
  formatNumber,
  formatRate,
  formatRatio,
  formatShare,
  LATENCY_UNITS,
  MISSING,
  sentence,
  unitFor,
} from "../../../src/report/parts/format.ts";

describe("latency", () => {
  test.each([
    [1, "1 ns"],
    [812, "812 ns"],
    [999.4, "999 ns"],
    [999.9, "1.00 µs"],
    [12_345, "12.3 µs"],
    [999_600, "1.00 ms"],
    [1_270_000, "1.27 ms"],
    [42.22e6, "42.2 ms"],
    [1.94e9, "1.94 s"],
    [3480e9, "3,480 s"],
    [3600e9, "1.00 h"],
    [9.2 * 3600e9, "9.20 h"],
  ])("%d ns is %s", (ns, text) => {
    expect(formatLatency(ns)).toBe(text);
  });

  test.each([null, undefined, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "%s is missing, never a number",
    (value) => {
      expect(formatLatency(value)).toBe(MISSING);
      expect(formatLatencyIn(value, { name: "ms", size: 1e6 })).toBe(MISSING);
    },
  );

  test("reads back within its three digits, always with a unit", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 3.6e12, noNaN: true }), (ns) => {
        const [digits = "", unit = ""] = formatLatency(ns).split(" ");
        const size = LATENCY_UNITS.find((one) => one.name === unit)?.size ?? Number.NaN;
        const back = Number(digits.replaceAll(",", "")) * size;
        // Nanoseconds are whole; everything else keeps three digits.
        expect(Math.abs(back - ns)).toBeLessThanOrEqual(Math.max(0.5, ns * 0.0051));
      }),
    );
  });

  test("a longer latency never gets a smaller unit", () => {
    const ns = fc.double({ min: 1, max: 1e13, noNaN: true });
    fc.assert(
      fc.property(ns, ns, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const sizes = [low, high].map((value) => unitFor(value, LATENCY_UNITS).size);
        expect(sizes[0]).toBeLessThanOrEqual(sizes[1] ?? 0);
      }),
    );
  });
});

describe("rates and counts", () => {
  test("IOPS have thousands separators and keep small rates visible", () => {
    expect(formatIops(1_234_567.8)).toBe("1,234,568");
    expect(formatIops(5987.4)).toBe("5,987");
    expect(formatIops(3.2)).toBe("3.20");
    expect(formatIops(0.0123)).toBe("0.0123");
    expect(formatIops(99.96)).toBe("100");
    expect(formatIops(0)).toBe("0");
    expect(formatIops(null)).toBe(MISSING);
  });

  test("a megabyte is a million bytes, and is named", () => {
    expect(formatRate(1_048_576)).toBe("1.05 MB/s");
    expect(formatRate(125 * 2 ** 20)).toBe("131 MB/s");
    expect(formatRate(0)).toBe("0 MB/s");
    expect(formatRate(null)).toBe(MISSING);
  });

  test("counts are whole", () => {
    expect(formatCount(1_281_167)).toBe("1,281,167");
    expect(formatCount(0)).toBe("0");
    expect(formatCount(undefined)).toBe(MISSING);
  });

  test("any number reads back within half a percent", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (value) => {
        const back = Number(formatNumber(value).replaceAll(",", ""));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(value * 0.00501);
      }),
    );
  });
});

describe("sizes, shares, ratios, times", () => {
  test.each([
    [0, "0 B"],
    [512, "512 B"],
    [4096, "4 KiB"],
    [1.5 * 2 ** 30, "1.50 GiB"],
    [2 ** 50, "1 PiB"],
    [114_660, "112 KiB"],
    [null, MISSING],
  ])("%s bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [0, "0%"],
    [0.0001, "< 0.1%"],
    [0.034, "3.4%"],
    [0.62, "62%"],
    [0.9999, "> 99.9%"],
    [1, "100%"],
    [1.015, "101.5%"],
    [null, MISSING],
  ])("a share of %s is %s", (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  test("ratios", () => {
    expect(formatRatio(1.2734)).toBe("1.27x");
    expect(formatRatio(0)).toBe("0x");
    expect(formatRatio(1391.3)).toBe("1,391x");
    expect(formatRatio(null)).toBe(MISSING);
  });

  test("shows a ratio as a factor from 1 with its direction", () => {
    expect(formatFactor(0.00388, "more")).toBe("258x slower");
    expect(formatFactor(258, "more")).toBe("258x faster");
    expect(formatFactor(258, "less")).toBe("258x slower");
    expect(formatFactor(0.1, "less")).toBe("10.0x faster");
    expect(formatFactor(9.99, "less")).toBe("9.99x slower");
    expect(formatFactor(0.181, "more")).toBe("5.52x slower");
    expect(formatFactor(0.999, "more")).toBe("1.00x");
    expect(formatFactor(0, "more")).toBe("0x");
    expect(formatFactor(null, "more")).toBe(MISSING);
  });

  test.each([
    [0, "0 s"],
    [250e6, "250 ms"],
    [10e9, "10 s"],
    [12.34e9, "12.3 s"],
    [59.96e9, "1 min 0 s"],
    [125e9, "2 min 5 s"],
    [3780e9, "1 h 3 min"],
    [null, MISSING],
  ])("%s ns last %s", (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });

  test("instants are in UTC, and what is none is kept", () => {
    expect(formatInstant("2026-11-23T09:15:42.123+01:00")).toBe("2026-11-23 08:15:42 UTC");
    expect(formatInstant("yesterday")).toBe("yesterday");
    expect(formatInstant(null)).toBe(MISSING);
  });

  test("a sentence ends once", () => {
    expect(sentence("It failed")).toBe("It failed.");
    expect(sentence("It failed. ")).toBe("It failed.");
  });
});
