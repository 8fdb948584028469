import { describe, expect, test } from "vitest";
import { thisHolder } from "../../../src/storage/ownership/lock.ts";
import {
  isRunId,
  makeManifest,
  makeRunId,
  manifestText,
  parseManifest,
  sameDatasets,
} from "../../../src/storage/ownership/manifest.ts";
import { filesPlan, shardsPlan } from "../support.ts";

function manifest(datasets = [filesPlan(), shardsPlan()]) {
  return makeManifest({
    runId: "run-1",
    assayVersion: "1.2.3",
    startedAt: "2026-01-01T00:00:00.000Z",
    holder: thisHolder("run-1"),
    datasets,
  });
}

describe("a manifest", () => {
  test("survives formatting and parsing", () => {
    expect(parseManifest(manifestText(manifest()))).toEqual(manifest());
  });

  test.each([
    ["no JSON", "{", /is not valid JSON/],
    ["something else", '{"name":"x"}', /is not an assay manifest \(format/],
    [
      "a later version",
      manifestText(manifest()).replace('"version": 1', '"version": 2'),
      /version/,
    ],
    [
      "a path outside its directory",
      manifestText(manifest()).replace('"folder": "files"', '"folder": "../x"'),
      /folder/,
    ],
    ["a suffix with a path", manifestText(manifest()).replace('".bin"', '"/../../x"'), /suffix/],
    ["a run id with a path", manifestText(manifest()).replace('"run-1"', '"../../run"'), /runId/],
  ])("is rejected if it is %s", (_, text, why) => {
    const parsed = parseManifest(text);
    expect("invalid" in parsed && parsed.invalid).toMatch(why);
  });

  test("is not written with a dataset name that is not a file name", () => {
    expect(() => manifestText(manifest([filesPlan({ name: "a/b" })]))).toThrow();
    expect(() => manifestText(manifest([filesPlan({ name: ".." })]))).toThrow();
  });
});

describe("a run id", () => {
  const at = new Date("2026-03-04T05:06:07.890Z");

  test("has the time, the names and random digits", () => {
    expect(makeRunId(["check"], at)).toMatch(/^20260304-050607-check-[0-9a-f]{4}$/);
    expect(makeRunId(["a b/c", "-x."], at)).toMatch(/^20260304-050607-a-b-c-x-[0-9a-f]{4}$/);
    const ids = new Set(Array.from({ length: 20 }, () => makeRunId(["a"], at)));
    expect(ids.size).toBeGreaterThan(15);
  });

  test.each([[""], ["../.."], ["é 表"], ["x".repeat(300)]])("is valid for the name %j", (name) => {
    expect(isRunId(makeRunId([name, name], at))).toBe(true);
  });
});

test("compares datasets independent of order", () => {
  const [one, other] = [filesPlan(), shardsPlan()];
  expect(sameDatasets([one, other], [{ ...other }, { ...one }])).toBe(true);
  expect(sameDatasets([one], [{ ...one, seed: 43 }])).toBe(false);
  expect(sameDatasets([one], [one, other])).toBe(false);
  expect(sameDatasets([one], [{ ...one, size: { kind: "fixed", bytes: 5001 } }])).toBe(false);
});

test("reads a manifest without data kinds as random data", () => {
  const text = JSON.stringify(JSON.parse(manifestText(manifest())), (key, value) =>
    key === "data" ? undefined : value,
  );
  expect(text).not.toContain("compressible");
  expect(parseManifest(text)).toEqual(manifest());
});
