import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import type { PhasePlan } from "../../src/model/plan/plan.ts";
import type { CacheEvidence } from "../../src/model/run/cache.ts";
import { cacheWarnings } from "../../src/run/result/cache-warnings.ts";
import { filesOf, phasePlan } from "../load/support.ts";
import { undisturbed } from "../storage/directory/page-cache.ts";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, NULL_TARGET } from "./support.ts";

const READS: Partial<PhasePlan> = { limit: { kind: "operations", operations: 20 } };

test("before a phase the cache is empty where dropped and full where warm", () =>
  undisturbed(async (drops) => {
    const { run } = await execute({
      target: directorySpec(scratch()),
      engine: "sync",
      dataset: { count: 300, size: { kind: "fixed", bytes: 8192 } },
      phases: [
        { ...READS, cache: "dropped" },
        { ...READS, cache: "warm" },
        { ...READS, cache: "direct" },
      ],
    });
    drops.own++;
    const [dropped, warm, direct] = run.phases.map(({ cache }) => cache);
    expect(dropped?.residentShareBefore).toBe(0);
    expect(dropped?.residentShareAfter).toBeGreaterThan(0);
    expect(dropped?.residentShareAfter).toBeLessThan(1);
    expect(warm).toMatchObject({ residentShareBefore: 1, residentShareAfter: 1 });
    // Of 300 files every second one is looked at, and forgotten before.
    expect(direct).toMatchObject({ residentShareBefore: 0, residentShareAfter: 0 });
    expect(direct).toMatchObject({ cacheFilled: false, servedFromCacheShare: 0 });
    const codes = run.phases.flatMap(({ warnings }) => warnings.map(({ code }) => code));
    expect(codes.filter((code) => /^cache-not/.test(code))).toEqual([]);
  }));

test("tmpfs cannot be dropped, and the kernel confirms it", async ({ skip }) => {
  if (!existsSync("/dev/shm")) {
    process.stderr.write("skipped: no tmpfs at /dev/shm\n");
    return skip();
  }
  const { run } = await execute({
    target: directorySpec(scratch("/dev/shm")),
    engine: "sync",
    phases: [{ ...READS, cache: "dropped" }],
  });
  const [result] = run.phases;
  expect(result?.cache).toMatchObject({ residentShareBefore: 1, residentShareAfter: 1 });
  const messages = result?.warnings.map(({ message }) => message) ?? [];
  expect(messages[0]).toMatch(/is on tmpfs, which keeps files in memory/);
  expect(messages).toContainEqual(
    expect.stringMatching(/^100% of the dataset was still in the page cache after dropping it\./),
  );
});

test("nothing is said of files that are not there, and of targets without files", async () => {
  const created = await execute({
    target: directorySpec(scratch()),
    engine: "sync",
    phases: [
      {
        mix: [{ operation: "create", weight: 1 }],
        access: "sequential",
        limit: { kind: "epochs", epochs: 1 },
        cache: "dropped",
      },
    ],
  });
  expect(created.run.phases[0]?.cache.residentShareBefore).toBeNull();
  const nothing = await execute({ target: NULL_TARGET, engine: "null", phases: [READS] });
  expect(nothing.run.phases[0]?.cache).toMatchObject({
    residentShareBefore: null,
    residentShareAfter: null,
  });
});

test.each([
  ["dropped", 0.12, /^12% of the dataset was still in the page cache after dropping it\./],
  ["dropped", 0.006, /^1% of the dataset was still in the page cache after dropping it\./],
  ["dropped", 0.004, null],
  ["dropped", null, null],
  ["warm", 0.63, /^Only 63% of the dataset was in the page cache after warming it/],
  ["warm", 0.994, /^Only 99% of the dataset/],
  ["warm", 1, null],
  ["direct", 1, null],
] as const)("%s with %s of the dataset resident", (cache, residentShareBefore, message) => {
  const evidence: CacheEvidence = {
    servedFromCacheShare: null,
    logicalReadBytes: 0,
    logicalWriteBytes: 0,
    deviceReadBytes: null,
    deviceWriteBytes: null,
    residentShareBefore,
    residentShareAfter: null,
    source: "",
  };
  const warnings = cacheWarnings(evidence, phasePlan({ cache }), filesOf([4096]), 1e9);
  if (message === null) expect(warnings).toEqual([]);
  else
    expect(warnings).toEqual([
      {
        code: expect.any(String),
        message: expect.stringMatching(message),
        event: expect.objectContaining({ value: residentShareBefore, unit: "share" }),
      },
    ]);
});
