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
])("%s lies on the mount at %s", (path, mountPoint, type) => {
  expect(mountOf(path, mounts)).toMatchObject({ mountPoint, type });
});

test("of two mounts on one point the later hides the earlier", () => {
  const over = "160 101 0:70 / /data rw - tmpfs tmpfs rw";
  const stacked = parseMountinfo(`${EC2["proc/self/mountinfo"]}\n${over}`);
  expect(mountOf("/data/x", stacked)?.type).toBe("tmpfs");
});

test("options of the mount and of its file system are told once each", () => {
  expect(mountOf("/data", mounts)?.options).toEqual(["rw", "relatime", "stripe=4"]);
});

test("no mounts, no answer", () => {
  expect(readMounts(recorded())).toEqual([]);
  expect(mountOf("/data", [])).toBeNull();
});

test("a path that is not there yet lies where its nearest parent lies, links resolved", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "real"));
  symlinkSync(join(folder, "real"), join(folder, "link"));
  expect(existingPath(join(folder, "link", "not", "yet"))).toBe(existingPath(join(folder, "real")));
});

test.each([
  "30 1 0:26 /  / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
  "30 1 0:26 / data rw - ext4 d rw",
])("a line whose mount point is not absolute is no mount: %s", (line) => {
  expect(parseMountinfo(line)).toEqual([]);
});
