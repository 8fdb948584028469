import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import type { DeviceNode } from "../../../src/storage/device/node.ts";
import { deviceUses } from "../../../src/storage/device/use.ts";
import { scratch } from "../support.ts";

/** Kernel files of a fictional host: two disks, the first with two partitions. */
const MACHINE = {
  "sys/devices/vda/dev": "254:0",
  "sys/devices/vda/vda1/partition": "1",
  "sys/devices/vda/vda2/partition": "2",
  "sys/devices/vdb/dev": "254:16",
  "sys/devices/dm-0/dm/name": "vg-root",
};
const NUMBERS = {
  "254:0": "vda",
  "254:1": "vda/vda1",
  "254:2": "vda/vda2",
  "254:16": "vdb",
  "253:0": "dm-0",
};

/** Writes the kernel files, with more files and links (from, to; both below the root). */
function machine(
  more: Readonly<Record<string, string>>,
  links: readonly (readonly [from: string, to: string])[] = [],
) {
  const root = scratch();
  const write = (path: string, make: (at: string) => void) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    make(join(root, path));
  };
  for (const [path, text] of Object.entries({ ...MACHINE, ...more })) {
    write(path, (at) => writeFileSync(at, `${text}\n`));
  }
  const numbers = Object.entries(NUMBERS).map(
    ([number, name]) => [`sys/dev/block/${number}`, `sys/devices/${name}`] as const,
  );
  for (const [from, to] of [...numbers, ...links]) {
    write(from, (at) => symlinkSync(relative(dirname(at), join(root, to)), at));
  }
  const node = (name: string, disk = name): DeviceNode => ({
    path: `/dev/${name}`,
    number: "0:0",
    folder: join(root, "sys/devices", name),
    disk: join(root, "sys/devices", disk),
    sizeBytes: 1,
    logicalBlockBytes: 512,
    readOnly: false,
  });
  return { roots: { proc: join(root, "proc"), sys: join(root, "sys") }, node };
}

const mounted = (number: string, point: string, source = "none") =>
  `22 1 ${number} / ${point} rw,relatime shared:1 - ext4 ${source} rw`;

test("reports no use of an unused disk", () => {
  const { roots, node } = machine({ "proc/self/mountinfo": mounted("254:0", "/") });
  expect(deviceUses(node("vdb"), roots)).toEqual([]);
});

test("reports mounts of the device, its partitions and its disk", () => {
  const mountinfo = `${mounted("254:1", "/my\\040data")}\n${mounted("254:16", "/")}`;
  const { roots, node } = machine({ "proc/self/mountinfo": mountinfo });
  expect(deviceUses(node("vda/vda1", "vda"), roots)).toEqual(["it is mounted on /my data"]);
  expect(deviceUses(node("vda"), roots)).toEqual([
    "vda1 is mounted on /my data",
    "it has partitions: vda1, vda2",
  ]);
  expect(deviceUses(node("vda/vda2", "vda"), roots)).toEqual([]);
  const both = `${mounted("254:0", "/data")}\n${mounted("254:16", "/")}`;
  const whole = machine({ "proc/self/mountinfo": both });
  expect(deviceUses(whole.node("vda/vda1", "vda"), whole.roots)).toEqual([
    "vda is mounted on /data",
  ]);
});

test("reports a partition of the root disk, also below a volume group", () => {
  const plain = machine({ "proc/self/mountinfo": mounted("254:1", "/") });
  expect(deviceUses(plain.node("vda/vda2", "vda"), plain.roots)).toEqual([
    "the root file system is on this disk",
  ]);
  const stacked = machine({ "proc/self/mountinfo": mounted("253:0", "/") }, [
    ["sys/devices/dm-0/slaves/vda1", "sys/devices/vda/vda1"],
  ]);
  expect(deviceUses(stacked.node("vda/vda2", "vda"), stacked.roots)).toEqual([
    "the root file system is on this disk",
  ]);
});

test("reports every mounted disk in a container, which may hold the root", () => {
  const lent = `${mounted("0:31", "/")}\n${mounted("254:1", "/etc/hosts")}`;
  const { roots, node } = machine({ "proc/self/mountinfo": lent });
  expect(deviceUses(node("vda/vda2", "vda"), roots)).toEqual([
    expect.stringContaining("may be the host's root file system"),
  ]);
  expect(deviceUses(node("vdb"), roots)).toEqual([]);
});

test("reports a device built on it with its name", () => {
  const { roots, node } = machine({}, [
    ["sys/devices/vdb/holders/dm-0", "sys/devices/dm-0"],
    ["sys/devices/vda/vda1/holders/md127", "sys/devices/vdb"],
  ]);
  expect(deviceUses(node("vdb"), roots)).toEqual(["the device dm-0 (vg-root) is built on it"]);
  expect(deviceUses(node("vda"), roots)).toContain("the device md127 is built on vda1");
});
