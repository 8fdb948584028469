// @module-tag system
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type DatasetLocation, fileName } from "../../../src/model/plan/dataset.ts";
import { Folder } from "../../../src/posix/folder.ts";
import { loadLibc } from "../../../src/posix/libc.ts";
import {
  applyCachePolicy,
  type CacheControls,
  residentShare,
} from "../../../src/storage/directory/cache.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { mountMemory, smallFileSystem } from "../loop.ts";
import { directorySpec, filesPlan, openOptions, prepareOptions, scratch } from "../support.ts";
import { undisturbed } from "./page-cache.ts";

const plan = filesPlan({ count: 20, size: { kind: "fixed", bytes: 256 * 1024 } });
/** Lists the pages of a file in memory; part of util-linux. */
const FINCORE = "fincore";
const canLook = spawnSync(FINCORE, ["--version"]).status === 0;
if (!canLook)
  process.stderr.write("skipped: fincore (util-linux) is not here to look at the cache\n");

/** Prepares the dataset in a new directory of `parent`. */
async function prepared(parent?: string) {
  const path = scratch(parent);
  const session = await openTarget(directorySpec(path), openOptions({ datasets: [plan] }));
  onTestFinished(() => session.close());
  const location = await session.prepare(plan, "present", prepareOptions());
  const root = join(path, "assay-run-1");
  const folder = Folder.open(root);
  onTestFinished(() => folder.close());
  return { session, location, root, folder };
}

/** Bytes of a dataset that are in the page cache. */
function cached(root: string, location: DatasetLocation): number {
  const paths = Array.from(location.sizes, (_, i) => join(root, fileName(location, i)));
  const output = execFileSync(FINCORE, ["-b", "-n", "-o", "RES", ...paths], { encoding: "utf8" });
  return output
    .trim()
    .split(/\s+/)
    .map(Number)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** A sparse file that takes seconds to read. */
const LARGE_BYTES = 32 * 1024 ** 3;

describe("preparing the page cache", () => {
  test.each(["warm", "dropped", "direct"] as const)(
    "%s: is given up when aborted",
    async (policy) => {
      const { session, location } = await prepared();
      const reason = new Error("stopped");
      const stopped = AbortSignal.abort(reason);
      await expect(session.setCache?.(location, policy, stopped)).rejects.toBe(reason);
      await expect(session.residency(location, policy, stopped)).rejects.toBe(reason);
    },
  );

  test("stops within a file", async () => {
    const { session, location, root } = await prepared();
    // Without its pages: a file that is cached is not read.
    for (const bytes of [0, LARGE_BYTES]) truncateSync(join(root, fileName(location, 0)), bytes);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stopped")), 50);
    await expect(session.setCache?.(location, "warm", controller.signal)).rejects.toThrow(
      "stopped",
    );
    truncateSync(join(root, fileName(location, 0)), location.sizes[0]);
  });
});

const refused: CacheControls = {
  libc: null,
  dropAll: () => {
    throw Object.assign(new Error("no"), { code: "EACCES" });
  },
  dropNames: () => {},
};

test("drops names of the host for files on storage, but not for files in memory", async () => {
  const calls = async (parent: string | null) => {
    if (parent === null) return null;
    let count = 0;
    const { location, folder, session } = await prepared(parent);
    const controls = { dropNames: () => void count++ };
    await residentShare(folder, location, "dropped", null, controls);
    await residentShare(folder, location, "warm", null, controls);
    await session.clean();
    return count;
  };
  expect([1, null]).toContain(await calls(smallFileSystem(64)));
  expect([0, null]).toContain(await calls(mountMemory("tmpfs", "size=16m")));
});

test.skipIf(!canLook)(
  "is left alone for direct I/O where it is empty: a sync may flush the device",
  async ({ skip }) => {
    const path = smallFileSystem(64);
    const libc = loadLibc();
    if (path === null || libc === null) return skip();
    await undisturbed(async () => {
      const { session, location, folder } = await prepared(path);
      let evicted = 0;
      const fadviseDontNeed = (fd: number) => {
        evicted++;
        return libc.fadviseDontNeed(fd);
      };
      const counted = { ...refused, libc: { ...libc, fadviseDontNeed } };
      await applyCachePolicy(folder, location, "direct", null, counted);
      expect(evicted).toBe(location.count);
      await applyCachePolicy(folder, location, "direct", null, counted);
      expect(evicted).toBe(location.count);
      await session.clean();
    });
  },
);

describe.skipIf(!canLook)("the page cache of a dataset", () => {
  test("is empty if dropped by fadvise and for direct I/O, and full if warm", async ({ skip }) => {
    const path = smallFileSystem(64);
    if (path === null) return skip();
    await undisturbed(async () => {
      const { session, location, root, folder } = await prepared(path);
      expect(cached(root, location)).toBe(location.totalBytes);
      const advice = { ...refused, libc: loadLibc() };
      const warnings = await applyCachePolicy(folder, location, "dropped", null, advice);
      expect(cached(root, location)).toBe(0);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(
        /^Names and inodes of .* are still cached \(drop_caches: EACCES\)/,
      );
      expect(await session.setCache?.(location, "warm")).toEqual([]);
      expect(cached(root, location)).toBe(location.totalBytes);
      expect(await session.setCache?.(location, "direct")).toEqual([]);
      expect(cached(root, location)).toBe(0);
      await session.clean();
    });
  });

  test("is empty if root drops it", async ({ skip }) => {
    const path = smallFileSystem(64);
    if (path === null) return skip();
    const { session, location, root } = await prepared(path);
    expect(await session.setCache?.(location, "dropped")).toEqual([]);
    expect(cached(root, location)).toBe(0);
    await session.clean();
  });

  test("has the residency that fincore reports", () =>
    undisturbed(async (drops) => {
      const { session, location, root, folder } = await prepared();
      await session.setCache?.(location, "warm");
      expect(await residentShare(folder, location, "warm")).toBe(1);
      await applyCachePolicy(folder, location, "dropped", null, refused);
      expect(await residentShare(folder, location, "warm")).toBe(1);
      for (let i = 0; i < 15; i++) {
        const fd = openSync(join(root, fileName(location, i)), "r");
        loadLibc()?.fadviseDontNeed(fd);
        closeSync(fd);
      }
      expect(await residentShare(folder, location, "warm")).toBe(0.25);
      expect(cached(root, location)).toBe(location.totalBytes / 4);
      await session.setCache?.(location, "warm");
      expect(cached(root, location)).toBe(location.totalBytes);
      drops.own++;
      await session.setCache?.(location, "dropped");
      expect(await session.residency(location, "dropped")).toBe(0);
      await session.clean();
      expect(await session.residency(location, "dropped")).toBeNull();
    }));
});

test("warns if no method can drop the cache", async () => {
  const { session, location, folder } = await prepared();
  const warnings = await applyCachePolicy(folder, location, "dropped", null, refused);
  expect(warnings).toEqual([
    'The page cache of dataset "files" could not be dropped (posix_fadvise needs the package ' +
      "koffi; drop_caches: EACCES). Reads may come from memory. Run as root, or use " +
      "`cache: direct`.",
  ]);
  await session.clean();
});

test("warns that tmpfs has no cache to drop", async ({ skip }) => {
  if (!existsSync("/dev/shm")) {
    process.stderr.write("skipped: no tmpfs at /dev/shm\n");
    return skip();
  }
  const { session, location } = await prepared("/dev/shm");
  expect((await session.setCache?.(location, "dropped"))?.[0]).toMatch(
    /is on tmpfs, which keeps files in memory/,
  );
  await session.clean();
});

test("ignores missing files", async () => {
  const path = scratch(tmpdir());
  const session = await openTarget(directorySpec(path), openOptions({ datasets: [plan] }));
  const location = await session.prepare(plan, "absent", prepareOptions());
  expect(await session.setCache?.(location, "warm")).toEqual([]);
  await session.setCache?.(location, "dropped");
  expect((await session.clean()).left).toEqual([]);
});
