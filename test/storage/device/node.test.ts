// @module-tag system
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDisk, deviceNumberAt } from "../../../src/environment/machine/device.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { findDevice } from "../../../src/storage/device/node.ts";
import { loopDevice } from "../loop.ts";
import { scratch } from "../support.ts";

/** A sysfs in which a device is partition `sdx1` of disk `sdx`. */
function partitionOf(path: string, sectors: number) {
  const roots = { proc: scratch(), sys: scratch() };
  const disk = join(roots.sys, "devices", "sdx");
  for (const folder of ["sdx1", "queue"]) mkdirSync(join(disk, folder), { recursive: true });
  mkdirSync(join(roots.sys, "dev", "block"), { recursive: true });
  const files = {
    size: "409600",
    "queue/logical_block_size": "4096",
    "sdx1/partition": "1",
    "sdx1/size": String(sectors),
    "sdx1/ro": "1",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(disk, name), `${text}\n`);
  const number = deviceNumberAt(path) ?? "none";
  symlinkSync(join(disk, "sdx1"), join(roots.sys, "dev", "block", number));
  return { roots, disk, number };
}

test("describes a partition with its size and its disk's blocks", (context) => {
  const { path } = loopDevice(1) ?? context.skip();
  const { roots, disk, number } = partitionOf(path, 2048);
  expect(findDevice(path, roots)).toEqual({
    path,
    number,
    folder: join(disk, "sdx1"),
    disk,
    sizeBytes: 2 ** 20,
    logicalBlockBytes: 4096,
    readOnly: true,
  });
  // The environment describes the disk, whose model and queue it is.
  expect(describeDisk(number, { ...roots, etc: "", run: "" })).toMatchObject({
    name: "sdx",
    sizeBytes: 200 * 2 ** 20,
  });
});

test("rejects an empty device and one missing from sysfs", (context) => {
  const { path } = loopDevice(1) ?? context.skip();
  const { roots } = partitionOf(path, 0);
  expect(() => findDevice(path, roots)).toThrow(PreflightError);
  expect(() => findDevice(path, roots)).toThrow("size of 0 bytes");
  expect(() => findDevice(path, { ...roots, sys: scratch() })).toThrow("mount sysfs");
});
