import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  existingPath,
  mountOf,
  parseMountinfo,
  readMounts,
} from "../../../src/environment/machine/mount.ts";
import { EC2, recorded } from "../recorded.ts";

const mounts = parseMountinfo(EC2["proc/self/mountinfo"]);

test.each([
  ["/", "/", "xfs"],
  ["/data", "/data", "ext4"],
  ["/data/deep/folder", "/data", "ext4"],
  ["/database", "/", "xfs"],
  ["/mnt/efs/x", "/mnt/efs", "nfs4"],
  ["/mnt/my lustre/x", "/mnt/my lustre", "lustre"],
  ["/box/tmp/X", "/box/tmp", "tmpfs"],
  ["/box/tmpfile", "/box", "overlay"],
])("finds for %s the mount at %s", (path, mountPoint, type) => {
  expect(mountOf(path, mounts)).toMatchObject({ mountPoint, type });
});

test("returns the last of two mounts on one mount point", () => {
  const over = "160 101 0:70 / /data rw - tmpfs tmpfs rw";
  const stacked = parseMountinfo(`${EC2["proc/self/mountinfo"]}\n${over}`);
  expect(mountOf("/data/x", stacked)?.type).toBe("tmpfs");
});

test("lists options of mount and file system without duplicates", () => {
  expect(mountOf("/data", mounts)?.options).toEqual(["rw", "relatime", "stripe=4"]);
});

test("returns null without mounts", () => {
  expect(readMounts(recorded())).toEqual([]);
  expect(mountOf("/data", [])).toBeNull();
});

test("resolves a missing path by its nearest existing parent", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "real"));
  symlinkSync(join(folder, "real"), join(folder, "link"));
  expect(existingPath(join(folder, "link", "not", "yet"))).toBe(existingPath(join(folder, "real")));
});

test.each([
  "30 1 0:26 /  / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
  "30 1 0:26 / data rw - ext4 d rw",
])("ignores a line with a relative mount point: %s", (line) => {
  expect(parseMountinfo(line)).toEqual([]);
});
