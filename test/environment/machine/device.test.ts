import { expect, test } from "vitest";
import { describeDevice } from "../../../src/environment/machine/device.ts";
import { mountOf, readMounts } from "../../../src/environment/machine/mount.ts";
import { EC2, EC2_BLOCK, recorded } from "../recorded.ts";

/** The device behind a path of the recorded host. */
function deviceOf(path: string, more: Readonly<Record<string, string>> = {}) {
  const roots = recorded({ ...EC2, ...EC2_BLOCK, ...more });
  const mount = mountOf(path, readMounts(roots));
  if (mount === null) throw new Error(`nothing mounted at ${path}`);
  return describeDevice(mount, roots);
}

const VOLUME = {
  name: "nvme1n1",
  model: "Amazon Elastic Block Store",
  serial: "vol0123456789abcdef0",
  scheduler: "none",
  rotational: false,
  sizeBytes: 107_374_182_400,
  logicalBlockBytes: 512,
  physicalBlockBytes: 4096,
  queueRequests: 63,
  maxSectorsKib: 256,
  readAheadKib: 128,
};

test("describes an EBS volume with its queue limits", () => {
  expect(deviceOf("/data")).toEqual(VOLUME);
});

test("describes the disk of a partition; unknown values are null", () => {
  expect(deviceOf("/")).toMatchObject({
    name: "nvme0n1",
    sizeBytes: 8_589_934_592,
    scheduler: "none",
    model: null,
    rotational: null,
  });
});

test("finds the device of a file system with its own device number by its source", () => {
  expect(deviceOf("/scratch")).toEqual(VOLUME);
});

test.each(["/mnt/efs", "/mnt/my lustre", "/box", "/box/tmp"])("%s has no block device", (path) => {
  expect(deviceOf(path)).toBeNull();
});

test.each([
  [
    "a logical volume",
    { "dm/name": "vg-data", "slaves/nvme2n1/dev": "1", "slaves/nvme1n1/dev": "1" },
    "device mapper on nvme1n1, nvme2n1",
  ],
  ["an array", { "md/level": "raid0", "slaves/nvme3n1/dev": "1" }, "raid0 on nvme3n1"],
])("describes the parts of %s", (_, files, model) => {
  const base = "sys/devices/virtual/block/stacked0";
  const tree = Object.fromEntries(
    Object.entries({ dev: "253:0", ...files }).map(([name, text]) => [`${base}/${name}`, text]),
  );
  const device = deviceOf("/lvm", {
    ...tree,
    "sys/dev/block/253:0": `-> ../../../${base}`,
    "proc/self/mountinfo": "1 0 253:0 / /lvm rw - ext4 /dev/mapper/vg-data rw",
  });
  expect(device).toMatchObject({ name: "stacked0", model });
});
