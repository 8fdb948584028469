import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findHierarchy, ThrottledGroup } from "../../../src/testbed/volume/system/cgroup.ts";

/** A directory in place of the kernel's, to check what is read and written. */
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "assay-cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ROOT_MOUNT = "20 1 254:0 / / rw,relatime - ext4 /dev/root rw";
const limits = {
  read: { iops: 700, bytesPerSecond: null },
  write: { iops: 300, bytesPerSecond: 1024 },
};

function mountOf(path: string, type: string, options: string): string {
  return `${ROOT_MOUNT}\n31 20 0:27 / ${path} rw,nosuid shared:9 - ${type} cgroup ${options}\n`;
}

test("version 1: each direction and unit is a file, 0 lifts a limit", async () => {
  writeFileSync(join(root, "blkio.throttle.read_iops_device"), "");
  const hierarchy = await findHierarchy(mountOf(root, "cgroup", "rw,blkio"));
  expect(hierarchy).toEqual({ version: 1, root });
  if ("unavailable" in hierarchy) return;
  const group = new ThrottledGroup(hierarchy, "one");
  await group.create();
  await group.limit("7:3", limits);
  const read = (name: string) =>
    readFileSync(join(root, `one/blkio.throttle.${name}_device`), "utf8");
  expect(["read_iops", "read_bps", "write_iops", "write_bps"].map(read)).toEqual([
    "7:3 700",
    "7:3 0",
    "7:3 300",
    "7:3 1024",
  ]);
});

test("version 2: the controller is turned on, and one line has it all", async () => {
  writeFileSync(join(root, "cgroup.controllers"), "cpuset cpu io memory\n");
  writeFileSync(join(root, "cgroup.subtree_control"), "cpu memory\n");
  const hierarchy = await findHierarchy(mountOf(root, "cgroup2", "rw,nsdelegate"));
  expect(hierarchy).toEqual({ version: 2, root });
  if ("unavailable" in hierarchy) return;
  const group = new ThrottledGroup(hierarchy, "two");
  await group.create();
  expect(readFileSync(join(root, "cgroup.subtree_control"), "utf8")).toBe("+io");
  await expect(group.limit("7:3", limits)).rejects.toThrow("this kernel has no block throttle");
  writeFileSync(join(root, "two/io.max"), "");
  await group.limit("7:3", limits);
  expect(readFileSync(join(root, "two/io.max"), "utf8")).toBe(
    "7:3 rbps=max riops=700 wbps=1024 wiops=300",
  );
});

test("version 2: memory is turned on too, for buffered writes are counted by it", async () => {
  const control = join(root, "cgroup.subtree_control");
  writeFileSync(join(root, "cgroup.controllers"), "cpuset cpu io memory\n");
  writeFileSync(control, "cpu\n");
  await new ThrottledGroup({ version: 2, root }, "three").create();
  expect(readFileSync(control, "utf8")).toBe("+io +memory");
});

test("version 1: what is set already is not written again, as a change costs a slice", async () => {
  const group = new ThrottledGroup({ version: 1, root }, "four");
  await group.create();
  await group.limit("7:3", limits);
  writeFileSync(join(root, "four/blkio.throttle.read_iops_device"), "untouched");
  await group.limit("7:3", { ...limits, write: { iops: 400, bytesPerSecond: 1024 } });
  const read = (name: string) =>
    readFileSync(join(root, `four/blkio.throttle.${name}_device`), "utf8");
  expect([read("read_iops"), read("write_iops")]).toEqual(["untouched", "7:3 400"]);
});

test("version 1's is used where a version 2 without it is mounted too", async () => {
  const second = join(root, "unified");
  mkdirSync(second);
  writeFileSync(join(second, "cgroup.controllers"), "hugetlb\n");
  const alone = await findHierarchy(mountOf(second, "cgroup2", "rw"));
  expect(alone).toEqual({ unavailable: expect.stringMatching(/^the kernel's block throttle is/) });
  writeFileSync(join(root, "blkio.throttle.read_iops_device"), "");
  const both = mountOf(second, "cgroup2", "rw") + mountOf(root, "cgroup", "rw,blkio");
  expect(await findHierarchy(both)).toEqual({ version: 1, root });
});

test("a host without control groups gets an error with the missing part", async () => {
  expect(await findHierarchy(ROOT_MOUNT)).toEqual({
    unavailable: expect.stringContaining("cgroup v2 one with the `io` controller"),
  });
});
