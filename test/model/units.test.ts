import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseBytes,
  parseBytesPerSecond,
  parseDurationNs,
  parseRate,
  UNIT_PATTERNS,
} from "../../src/model/units.ts";

/** Why a number in the right form may be refused all the same. */
const TOO_FINE_OR_TOO_LARGE = /expected a whole number of|expected less than 2\^53 base units/;

describe("quantities", () => {
  it.each([
    ["16KiB", 16_384],
    ["16 KiB", 16_384],
    ["100MB", 100_000_000],
    ["100kB", 100_000],
    ["100KB", 100_000],
    ["1.5GiB", 1_610_612_736],
    ["1.1MB", 1_100_000],
    ["1.2TiB", 1_319_413_953_331],
    ["0.1KiB", 102],
    ["4096B", 4096],
    ["0B", 0],
    ["2TiB", 2 * 1024 ** 4],
  ])("%s is %d bytes", (text, value) => {
    expect(parseBytes(text)).toEqual({ value });
  });

  it.each([
    ["1ns", 1],
    ["250us", 250_000],
    ["250µs", 250_000],
    ["10ms", 10_000_000],
    ["30s", 30e9],
    ["2m", 120e9],
    ["1.5h", 5400e9],
  ])("%s is %d ns", (text, value) => {
    expect(parseDurationNs(text)).toEqual({ value });
  });

  it("reads rates", () => {
    expect(parseRate("3000/s")).toEqual({ value: 3000 });
    expect(parseRate("0.5/s")).toEqual({ value: 0.5 });
    expect(parseBytesPerSecond("125MiB/s")).toEqual({ value: 125 * 1024 ** 2 });
    expect(parseBytesPerSecond("1.5GB/s")).toEqual({ value: 1.5e9 });
  });
});

describe("an invalid quantity", () => {
  it.each([
    [parseBytes(4096), "the number 4096 has no unit; expected a size such as `4096B` or `4KiB`"],
    [parseBytes("100"), "the number 100 has no unit; expected a size such as `100B` or `100KiB`"],
    [parseDurationNs(30), "the number 30 has no unit; expected a duration such as `30s` or `30ms`"],
    [parseRate(3000), "the number 3000 has no unit; expected a rate such as `3000/s`"],
    [
      parseBytesPerSecond("125"),
      "the number 125 has no unit; expected a throughput such as `125B/s` or `125MiB/s`",
    ],
    [
      parseBytes("16K"),
      "invalid unit `K`; expected a size with a unit such as `4096B`, `16KiB` (1024) or " +
        "`16KB` (1000); did you mean `16KiB`?",
    ],
    [
      parseBytes("16kib"),
      "invalid unit `kib`; expected a size with a unit such as `4096B`, `16KiB` (1024) or " +
        "`16KB` (1000); did you mean `16KiB`?",
    ],
    [
      parseDurationNs("5min"),
      "invalid unit `min`; expected a duration with a unit such as `250us`, `10ms`, `30s`, " +
        "`2m` or `1h`; did you mean `5m`?",
    ],
    [
      parseDurationNs("-3s"),
      "expected a duration with a unit such as `250us`, `10ms`, `30s`, `2m` or `1h`, got `-3s`",
    ],
    [
      parseBytes(true),
      "expected a size with a unit such as `4096B`, `16KiB` (1024) or `16KB` (1000)",
    ],
    [parseBytes("1.5B"), "expected a whole number of bytes, got `1.5B`"],
    [parseDurationNs("0.5ns"), "expected a whole number of nanoseconds, got `0.5ns`"],
    [parseBytes("9000000TiB"), "expected less than 2^53 base units, got `9000000TiB`"],
  ])("says what was expected: %j", (parsed, problem) => {
    expect(parsed).toEqual({ problem });
  });

  it("has no unit that is a property of every object", () => {
    expect(parseBytes("1constructor")).toHaveProperty("problem");
  });
});

describe("laws of quantities", () => {
  const units = { B: 1, KB: 1e3, KiB: 1024, MB: 1e6, MiB: 1024 ** 2, GB: 1e9, GiB: 1024 ** 3 };

  it("scales whole numbers exactly", () => {
    const unit = fc.constantFrom(...Object.entries(units));
    fc.assert(
      fc.property(fc.nat(8_000_000), unit, (n, [name, bytes]) => {
        expect(parseBytes(`${n}${name}`)).toEqual({ value: n * bytes });
        expect(parseBytesPerSecond(`${n}${name}/s`)).toEqual({ value: n * bytes });
      }),
    );
  });

  it("reads back any duration written in nanoseconds or, exactly, in seconds", () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (ns) => {
        const seconds = `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, "0")}s`;
        expect(parseDurationNs(`${ns}ns`)).toEqual({ value: ns });
        expect(parseDurationNs(seconds)).toEqual({ value: ns });
      }),
    );
  });

  it("never throws, and takes what its JSON Schema pattern takes unless it is inexact", () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9]{1,4}(\.[0-9]{1,3})? ?[A-Za-z/]{0,5}$/),
    );
    fc.assert(
      fc.property(text, (input) => {
        const cases = [
          [parseBytes, UNIT_PATTERNS.bytes],
          [parseDurationNs, UNIT_PATTERNS.durationNs],
          [parseRate, UNIT_PATTERNS.rate],
          [parseBytesPerSecond, UNIT_PATTERNS.bytesPerSecond],
        ] as const;
        for (const [parse, pattern] of cases) {
          const parsed = parse(input);
          if ("value" in parsed) expect(input.trim()).toMatch(new RegExp(pattern));
          else if (new RegExp(pattern).test(input))
            expect(parsed.problem).toMatch(TOO_FINE_OR_TOO_LARGE);
        }
      }),
      { numRuns: 500 },
    );
  });
});
