import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { cleanTarget, findLeftovers, openTarget } from "../../../src/storage/index.ts";
import type { TargetSession } from "../../../src/storage/target/target.ts";
import { mountMemory } from "../loop.ts";
import { directorySpec, filesPlan, openOptions, prepareOptions } from "../support.ts";

/** Their manifest needs more than one block of any file system, and more than a page. */
const PLANS = Array.from({ length: 40 }, (_, number) =>
  filesPlan({ name: `d${number}`, count: 1, size: { kind: "fixed", bytes: 100 } }),
);
const [FIRST = filesPlan()] = PLANS;
const LATER = filesPlan({ name: "later", count: 1 });

/** Steps of a run that rewrite the manifest. */
const STEPS: readonly (readonly [string, (session: TargetSession) => Promise<unknown>])[] = [
  ["keeping the data", (session) => session.keep()],
  ["letting go of the data", (session) => session.close()],
  ["another dataset", (session) => session.prepare(LATER, "absent", prepareOptions())],
];

/** Fills a file system up to a number of free blocks. */
function fill(path: string, blocks: number): void {
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(join(path, "of-another-program"), Buffer.alloc((bavail - blocks) * bsize));
}

describe.each(STEPS)("a disk that fills up before %s", (_, step) => {
  test.each([0, 1, 2, 3, 4, 5, 6, 8])(
    "%i blocks free: keeps the manifest complete",
    async (blocks) => {
      const path = mountMemory("tmpfs", "size=2m");
      if (path === null) return;
      const spec = directorySpec(path);
      const session = await openTarget(spec, openOptions({ datasets: PLANS }));
      await session.prepare(FIRST, "present", prepareOptions());
      const manifest = join(path, "assay-run-1", "manifest.json");
      const before = readFileSync(manifest, "utf8");
      fill(path, blocks);
      const error = await step(session).catch((thrown: unknown) => thrown);
      if (error instanceof Error) {
        expect(error).toBeInstanceOf(PreflightError);
        expect(error.message).toMatch(/cannot write the manifest in .*no space left.*ENOSPC/);
        expect(readFileSync(manifest, "utf8")).toBe(before);
        expect(readdirSync(join(path, "assay-run-1")).sort()).toEqual(["d0", "manifest.json"]);
      } else expect(blocks).toBeGreaterThan(3);
      await session.close().catch(() => {});
      expect((await findLeftovers(spec)).map(({ problem }) => problem)).toEqual([null]);
      rmSync(join(path, "of-another-program"));
      // As if its process had ended.
      const ended = { ...JSON.parse(readFileSync(manifest, "utf8")), holder: null };
      writeFileSync(manifest, JSON.stringify(ended));
      expect(await cleanTarget(spec, "run-1")).toMatchObject({ removedFiles: 2, left: [] });
      expect(existsSync(join(path, "assay-run-1"))).toBe(false);
    },
  );
});

test.each([0, 1, 2, 3, 4])(
  "%i blocks free: a run that cannot start leaves nothing",
  async (blocks) => {
    const path = mountMemory("tmpfs", "size=2m");
    if (path === null) return;
    fill(path, blocks);
    const error = await openTarget(directorySpec(path), openOptions({ datasets: PLANS })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PreflightError);
    expect(readdirSync(path)).toEqual(["of-another-program"]);
  },
);
