import { describe, expect, test } from "vitest";
import { code, layerOf, read, sources, tracked } from "./tree.ts";

describe("sizes", () => {
  // The linter checks function lengths: noExcessiveLinesPerFunction in biome.json.
  test("no file is longer than 250 lines", () => {
    const long = code.filter((path) => read(path).split("\n").length - 1 > 250);
    expect(long).toEqual([]);
  });

  test("no line is longer than 100 columns", () => {
    const long = code.flatMap((path) =>
      read(path)
        .split("\n")
        .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
        .filter(({ line }) => line.length > 100)
        .map(({ at }) => at),
    );
    expect(long).toEqual([]);
  });

  test("the linter limits functions to 60 lines, everywhere", () => {
    const config = JSON.parse(read("biome.json"));
    expect(config.linter.rules.complexity.noExcessiveLinesPerFunction.options.maxLines).toBe(60);
    expect(JSON.stringify(config.overrides)).not.toContain("noExcessiveLines");
    expect(code.map(read).join("\n")).not.toMatch(/biome-ignore\s/);
  });
});

describe("names and words", () => {
  test("no directory or file has a collective name", () => {
    const banned = /^(utils?|helpers?|common|services?|misc|shared|lib|manager)(\.|$)/;
    const wrong = code.filter((path) => path.split("/").some((part) => banned.test(part)));
    expect(wrong).toEqual([]);
  });

  test("no file is an old copy of another", () => {
    // "threshold" ends in "old" but is allowed.
    const siblings = /[-_.]?(?<!thresh)(old|new|copy|backup|orig|v\d+)\.(ts|mjs|yaml|md)$/;
    expect(tracked.filter((path) => siblings.test(path))).toEqual([]);
  });

  test("no open task is left in the code, and no type check is disabled", () => {
    const promises = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "place" + "holder"];
    const types = ["@ts-" + "ignore", "@ts-expect-" + "error", "\\bas " + "any\\b"];
    const banned = new RegExp(`\\b(${promises.join("|")})\\b|${types.join("|")}`);
    expect(code.filter((path) => banned.test(read(path)))).toEqual([]);
  });

  test("no file contains a path of one host", () => {
    const machine = new RegExp(["/wo" + "rk/", "/tm" + "p/[a-z]", "/ho" + "me/[a-z]"].join("|"));
    const texts = tracked.filter((path) => !/\.(png|tar|hlog)$|package-lock/.test(path));
    expect(texts.filter((path) => machine.test(read(path)))).toEqual([]);
  });

  test("only latency-figure.ts reads percentiles of a distribution", () => {
    // With too few operations, the stored fields contain the maximum.
    const direct = /(latency|response|firstByte|sync)\?*\.p\d+Ns\b|\.\[`\$\{\w+\}Ns`\]/;
    const code = (path: string) => read(path).replaceAll(/^ *\*.*$/gm, "");
    const reading = sources.filter((path) => direct.test(code(path)));
    // The medians of a whole phase, and of a selftest with thousands of operations.
    const allowed = ["src/metrics/cache/fast-share.ts", "src/run/selftest/client-limits.ts"];
    expect(reading.filter((path) => !allowed.includes(path))).toEqual([]);
  });

  test("only main ends the process, and only cli and scripts print", () => {
    const exits = sources.filter((path) => /process\.(exit|abort|reallyExit)\(/.test(read(path)));
    // Processes of their own: a keeper answers its parent on stdout.
    const processes = ["src/main.ts", "src/testbed/volume/keeper.ts"];
    expect(exits).toEqual(processes);
    const prints = /console\.(log|error|warn|info)|process\.std(out|err)/;
    const printing = sources.filter((path) => prints.test(read(path)));
    expect(printing.filter((path) => layerOf(path) !== "cli")).toEqual(processes.slice(1));
  });
});
