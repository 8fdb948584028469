// @module-tag system
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { executeRun } from "../../../src/run/execute.ts";
import { requestOf } from "../../run/support.ts";
import { allocate, punchHole, volume } from "../loop.ts";
import { directorySpec, scratch } from "../support.ts";

const FILE_BYTES = 2 ** 20;

/** Replaces a file's content by holes or unwritten extents, at the same size. */
const SPOILED: readonly (readonly [string, (path: string) => void])[] = [
  ["a hole", (path) => punchHole(path, 65_536, 65_536)],
  [
    "only a hole",
    (path) => {
      writeFileSync(path, "");
      truncateSync(path, FILE_BYTES);
    },
  ],
  [
    "allocated extents that were never written",
    (path) => {
      rmSync(path);
      allocate(path, FILE_BYTES);
    },
  ],
];

function request(path: string, runId: string, changes: object) {
  const size = { kind: "fixed", bytes: FILE_BYTES } as const;
  const limit = { kind: "operations", operations: 50 } as const;
  const target = directorySpec(path);
  const dataset = { count: 3, size };
  const phases = [{ cache: "direct", limit } as const];
  return {
    ...requestOf({ target, engine: "sync", dataset, phases }, scratch()),
    runId,
    ...changes,
  };
}

describe.each(["ext4", "xfs", "btrfs"] as const)("kept data on %s", (type) => {
  test.each(SPOILED)("with %s is not reused", async (_, spoil) => {
    const made = volume(type);
    if (made === null) return;
    await executeRun(request(made.path, "run-kept", { keepData: true }));
    const folder = join(made.path, "assay-run-kept", "data");
    const files = readdirSync(folder);
    spoil(join(folder, files[1] ?? ""));
    expect(statSync(join(folder, files[1] ?? "")).size).toBe(FILE_BYTES);
    // With --keep-data as well, the run may write its own data.
    const both = { reuseData: true, keepData: true };
    const { run } = await executeRun(request(made.path, "run-next", both));
    expect(run.state).toBe("complete");
    expect(run.reusedData).toBeUndefined();
    expect(run.warnings).toContainEqual({
      code: "target",
      event: { name: "Target" },
      message: expect.stringMatching(/000000001.bin has holes, which read/),
    });
    expect(run.phases[0]?.cache.servedFromCacheShare).toBe(0);
  });

  test("without holes is reused", async () => {
    const made = volume(type);
    if (made === null) return;
    await executeRun(request(made.path, "run-kept", { keepData: true }));
    const { run } = await executeRun(request(made.path, "run-next", { reuseData: true }));
    expect(run.reusedData).toBe(true);
    expect(run.warnings.filter(({ code }) => code === "target")).toEqual([]);
  });
});
