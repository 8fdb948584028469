import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RANDOM_DATA } from "../../../src/model/plan/data.ts";
import { type DatasetPlan, tooManyFiles } from "../../../src/model/plan/dataset.ts";
import { cleanTarget, findLeftovers } from "../../../src/storage/index.ts";
import { parseManifest } from "../../../src/storage/ownership/manifest.ts";
import { scratch } from "../support.ts";

const PLAN: DatasetPlan = {
  name: "data",
  kind: "files",
  count: 10,
  size: { kind: "fixed", bytes: 4096 },
  seed: 1,
  shardBytes: 0,
  filesPerDirectory: 10_000,
  suffix: ".bin",
  data: RANDOM_DATA,
};

function manifest(...plans: readonly unknown[]): string {
  return JSON.stringify({
    format: "assay-manifest",
    version: 1,
    runId: "run-1",
    assayVersion: "0.1.0",
    startedAt: "2026-11-29T10:00:00.000Z",
    kept: false,
    holder: null,
    datasets: plans.map((plan, at) => ({ folder: `d${at}`, plan })),
  });
}

const LOGNORMAL = {
  kind: "lognormal",
  meanBytes: 1000,
  standardDeviationBytes: 10,
  minBytes: 1,
  maxBytes: 10_000,
} as const;

/** Small manifests that list too many files or invalid sizes. */
const TOO_LARGE: readonly (readonly [string, string, RegExp])[] = [
  ["a billion files", manifest({ ...PLAN, count: 999_999_999 }), /plan\.count: expected at most/],
  [
    "a billion files in ten datasets",
    manifest(...Array.from({ length: 10 }, () => ({ ...PLAN, count: 100_000_000 }))),
    /datasets: expected at most 100,000,000 files in all datasets, got 1,000,000,000/,
  ],
  [
    "a billion samples in shards",
    manifest(
      { ...PLAN, kind: "shards", shardBytes: 1, count: 60_000_000 },
      { ...PLAN, kind: "shards", shardBytes: 1, count: 60_000_000 },
    ),
    /got 120,000,000/,
  ],
  [
    "a directory for each file",
    manifest({ ...PLAN, count: 100_000_000, filesPerDirectory: 1 }),
    /at most 2,000,000 directories in all datasets, got 100,000,001/,
  ],
  [
    "sixteen levels of directories",
    manifest({ ...PLAN, count: 1e6, filesPerDirectory: 1, tree: { width: 1, depth: 16 } }),
    /directories in all datasets, got 16,000,001/,
  ],
  ["a fraction of a file", manifest({ ...PLAN, count: 0.5 }), /count: expected a whole number/],
  [
    "a minimum size above the maximum",
    manifest({ ...PLAN, size: { kind: "uniform", minBytes: 2, maxBytes: 1 } }),
    /maxBytes: expected a number of at least `minBytes`, got 1/,
  ],
  [
    "a mean of almost 0",
    manifest({ ...PLAN, size: { ...LOGNORMAL, meanBytes: 5e-324 } }),
    /meanBytes: expected at least 1, got 5e-324/,
  ],
  [
    "a long name",
    manifest({ ...PLAN, suffix: `.${"x".repeat(100_000)}` }),
    /suffix: expected at most 255 characters, got ".x+…"/,
  ],
  ["deep nesting", `${"[".repeat(1000)}${"]".repeat(1000)}`, /has more than 64 nested levels/],
];

describe("a manifest that lists too many files", () => {
  test.each(TOO_LARGE)("is rejected with its field: %s", (_, text, problem) => {
    expect(parseManifest(text)).toMatchObject({ invalid: expect.stringMatching(problem) });
  });

  test("needs no memory for list and clean, which removes nothing", async () => {
    const path = scratch();
    for (const [at, [, text]] of TOO_LARGE.entries()) {
      mkdirSync(join(path, `assay-run-${at}`));
      const own = text.replace('"run-1"', `"run-${at}"`);
      writeFileSync(join(path, `assay-run-${at}`, "manifest.json"), own);
    }
    const spec = {
      name: "t",
      kind: "directory",
      address: { kind: "path", path },
      provisioned: {},
    } as const;
    const before = process.resourceUsage().maxRSS;
    const found = await findLeftovers(spec, "look");
    expect(found.map(({ problem }) => problem !== null)).toEqual(TOO_LARGE.map(() => true));
    for (const { runId } of found) {
      await expect(cleanTarget(spec, runId)).rejects.toThrow(/nothing was removed/);
    }
    // In KiB; a single layout would need at least 760 MiB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100 * 1024);
  });

  test("is listed without layout at the maximum size of a scenario", async () => {
    const path = scratch();
    mkdirSync(join(path, "assay-run-1"));
    const text = manifest({ ...PLAN, count: 100_000_000, size: LOGNORMAL });
    writeFileSync(join(path, "assay-run-1", "manifest.json"), text);
    const spec = {
      name: "t",
      kind: "directory",
      address: { kind: "path", path },
      provisioned: {},
    } as const;
    const before = process.resourceUsage().maxRSS;
    expect(await findLeftovers(spec, "look")).toMatchObject([{ runId: "run-1", problem: null }]);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100 * 1024);
  });
});

test("counts directories on all levels", () => {
  const tree = { width: 100, depth: 2 };
  expect(tooManyFiles([{ count: 1e6, filesPerDirectory: 1, tree }])).toBeNull();
  expect(tooManyFiles([{ count: 1e7, filesPerDirectory: 10, tree }])).toBeNull();
  expect(tooManyFiles([{ count: 2e7, filesPerDirectory: 10, tree }])?.got).toBe("2,020,001");
});
