// @module-tag system
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { errnoName } from "../../src/model/fault/errno.ts";
import { cleanTarget, openTarget } from "../../src/storage/index.ts";
import { CAN_MOUNT } from "./attacks.ts";
import { slowMount } from "./directory/slow-mount.ts";
import { directorySpec, filesPlan, openOptions, prepareOptions, scratch } from "./support.ts";

const PLAN = filesPlan({ count: 10 });
const NUMBERS = [5, 13, 22, 30, 36, 107, 110, 116, 117, 121];
/** Requests that a cleanup needs; one of them fails until it ends. */
const REQUESTS = ["lookup", "getattr", "opendir", "unlink", "rmdir"] as const;

async function prepared(path: string) {
  const session = await openTarget(directorySpec(path), openOptions({ datasets: [PLAN] }));
  onTestFinished(() => session.close().catch(() => {}));
  await session.prepare(PLAN, "present", prepareOptions());
  return session;
}

function isReadable(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

describe("a cleanup whose file system fails", () => {
  test.for(REQUESTS)("%s: reports the error and can be repeated", async (request, { skip }) => {
    const mount = await slowMount({ attributesMs: 0 });
    if (mount === null) return skip();
    for (const number of NUMBERS) {
      const session = await prepared(mount.path);
      mount.fail(request, number);
      const report = await session.clean();
      mount.heal();
      await expect.poll(() => isReadable(join(mount.path, "assay-run-1"))).toBe(true);
      await session.close();
      const said = report.left.join("\n");
      expect({ number, request, incomplete: report.incomplete }).toMatchObject({
        incomplete: true,
      });
      expect(said).toContain(errnoName(number));
      expect(said).toMatch(/`assay clean/);
      expect(said).not.toMatch(/is gone[:;]|another program|did not create|\/proc\/|errno \d/);
      expect(existsSync(join(mount.backing, "assay-run-1", "manifest.json"))).toBe(true);
      expect(await cleanTarget(directorySpec(mount.path), "run-1")).toMatchObject({ left: [] });
      expect(readdirSync(mount.backing)).toEqual([]);
    }
  });

  test.for([39, 17])(
    "rmdir: reports an empty directory as not empty (%i)",
    async (number, { skip }) => {
      const mount = await slowMount({ attributesMs: 0 });
      if (mount === null) return skip();
      const session = await prepared(mount.path);
      mount.fail("rmdir", number);
      const report = await session.clean();
      mount.heal();
      await expect.poll(() => isReadable(join(mount.path, "assay-run-1"))).toBe(true);
      await session.close();
      expect(report.incomplete).toBe(true);
      expect(report.left[0]).toMatch(
        /not empty \(E\w+\), but lists no files in it; removed files may still be open/,
      );
      expect(existsSync(join(mount.backing, "assay-run-1", "manifest.json"))).toBe(true);
      expect(await cleanTarget(directorySpec(mount.path), "run-1")).toMatchObject({ left: [] });
      expect(readdirSync(mount.backing)).toEqual([]);
    },
  );
});

test.skipIf(!CAN_MOUNT)("reports an unmounted file system as unmounted, not as moved", async () => {
  const path = join(scratch(), "m1");
  mkdirSync(path);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", path]);
  let mounted = true;
  onTestFinished(() => {
    if (mounted) execFileSync("umount", ["-l", path]);
  });
  const session = await prepared(path);
  execFileSync("umount", ["-l", path]);
  mounted = false;
  const report = await session.clean();
  expect(report.incomplete).toBe(true);
  expect(report.left).toEqual([
    expect.stringMatching(
      /is gone: its file system was unmounted .*mount it again, then `assay clean run-1`/,
    ),
  ]);
});
