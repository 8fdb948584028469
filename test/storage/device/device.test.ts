// @module-tag system
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { asDevice } from "../../../src/storage/device/address.ts";
import { findDevice } from "../../../src/storage/device/node.ts";
import { deviceUses } from "../../../src/storage/device/use.ts";
import { findLeftovers, openTarget } from "../../../src/storage/index.ts";
import { loopDevice, makeExt4, mountDevice } from "../loop.ts";
import {
  directorySpec,
  filesPlan,
  listener,
  openOptions,
  prepareOptions,
  rejection,
  scratch,
  shardsPlan,
} from "../support.ts";

const MIB = 2 ** 20;
const PLAN = filesPlan({ count: 4, size: { kind: "fixed", bytes: MIB } });

function deviceSpec(path: string, writable = false, overwritten: readonly string[] = []) {
  return asDevice(directorySpec(path), writable, overwritten);
}

/** Opens a device as a run with writes does. */
function openToWrite(path: string, overwritten: readonly string[] = []) {
  const spec = deviceSpec(path, true, overwritten);
  return openTarget(spec, openOptions({ datasets: [PLAN], writes: true }));
}

/** The error of opening a device for writes. */
async function refusal(path: string): Promise<string> {
  const error = await rejection(openToWrite(path));
  expect(error).toBeInstanceOf(PreflightError);
  expect(error.message).toContain(
    `assay does not write to ${path}, even with --allow-destructive:`,
  );
  // `assay check` reports the same.
  const checked = await rejection(findLeftovers(deviceSpec(path, true)));
  expect(checked.message).toBe(error.message);
  return error.message;
}

function put(path: string, ...marks: readonly (readonly [at: number, mark: string])[]): void {
  const fd = openSync(path, "r+");
  for (const [at, mark] of marks) writeSync(fd, Buffer.from(mark, "latin1"), 0, mark.length, at);
  closeSync(fd);
}

describe("a device as a dataset", () => {
  test("stops on abort while it is read into the cache", async (context) => {
    const device = loopDevice(32 * 1024) ?? context.skip();
    const session = await openTarget(deviceSpec(device.path), openOptions({ datasets: [PLAN] }));
    onTestFinished(() => session.close());
    const dataset = await session.prepare(PLAN, "present", prepareOptions());
    const whole = { ...dataset, totalBytes: 32 * 1024 * MIB };
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stopped")), 50);
    await expect(session.setCache?.(whole, "warm", controller.signal)).rejects.toThrow("stopped");
  });

  test("is a region at its start, and preparation writes nothing", async (context) => {
    const device = loopDevice(8) ?? context.skip();
    makeExt4(device.path);
    const before = readFileSync(device.image);
    const { warnings, onWarning } = listener();
    const options = openOptions({ datasets: [PLAN], onWarning, reuse: true });
    const session = await openTarget(deviceSpec(device.path), options);
    onTestFinished(() => session.close());
    const number = findDevice(device.path).number;
    expect(session.location).toEqual({
      kind: "device",
      path: device.path,
      deviceNumber: number,
      sizeBytes: 8 * MIB,
      logicalBlockBytes: 512,
    });
    const dataset = await session.prepare(PLAN, "present", prepareOptions());
    expect(dataset).toMatchObject({ count: 1, totalBytes: 4 * MIB, samples: null });
    expect([...dataset.sizes]).toEqual([4 * MIB]);
    await session.keep();
    expect(await session.clean()).toEqual({ removedFiles: 0, removedBytes: 0, left: [] });
    expect(warnings).toEqual([expect.stringContaining("holds no kept data")]);
    expect(await findLeftovers(deviceSpec(device.path))).toEqual([]);
    execFileSync("sync");
    expect(readFileSync(device.image).equals(before)).toBe(true);
  });

  test("is rejected if too small, and for shards and creates", async (context) => {
    const device = loopDevice(8) ?? context.skip();
    const session = await openTarget(deviceSpec(device.path), openOptions());
    onTestFinished(() => session.close());
    const large = filesPlan({ count: 9, size: { kind: "fixed", bytes: MIB } });
    const prepare = (plan = PLAN, needs: "present" | "absent" = "present") =>
      rejection(session.prepare(plan, needs, prepareOptions())).then(({ message }) => message);
    expect(await prepare(large)).toContain(`needs 9437184 B, but ${device.path} has 8388608 B`);
    expect(await prepare(shardsPlan())).toContain("has no tar shards");
    expect(await prepare(PLAN, "absent")).toContain("no files that can be created");
  });
});

describe("writing", () => {
  test("needs --allow-destructive", async (context) => {
    const device = loopDevice(8) ?? context.skip();
    const options = openOptions({ datasets: [PLAN], writes: true });
    const error = await rejection(openTarget(deviceSpec(device.path), options));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toContain("--allow-destructive");
  });

  test("to an empty device is allowed, exclusive and reported", async (context) => {
    const device = loopDevice(8) ?? context.skip();
    await findLeftovers(deviceSpec(device.path, true));
    const session = await openToWrite(device.path);
    expect((await session.clean()).left).toEqual([]);
    await session.prepare(PLAN, "present", prepareOptions());
    expect(() => openSync(device.path, constants.O_RDWR | constants.O_EXCL)).toThrow("EBUSY");
    const [left] = (await session.clean()).left;
    expect(left).toContain(`first ${4 * MIB} B of ${device.path}`);
    await session.close();
    await session.close();
    closeSync(openSync(device.path, constants.O_RDWR | constants.O_EXCL));
  });

  test("is rejected on a file system, mounted or not", async (context) => {
    const device = loopDevice(8) ?? context.skip();
    makeExt4(device.path);
    const said = await refusal(device.path);
    expect(said).toContain("it holds an ext2, ext3 or ext4 file system (signature at byte 1080)");
    expect(said).not.toContain("mounted");
    const mountPoint = mountDevice(device.path);
    expect(await refusal(device.path)).toContain(`it is mounted on ${mountPoint}`);
  });

  test.each([
    ["GPT", "a GPT partition table (signature at byte 512)", [[512, "EFI PART"]]],
    ["MBR", "an MBR partition table or a boot sector (signature at byte 510)", [[510, "\x55\xaa"]]],
    [
      "LVM",
      "an LVM2 physical volume (signature at byte 512)",
      [
        [512, "LABELONE"],
        [536, "LVM2 001"],
      ],
    ],
    ["swap", "a swap area (signature at byte 4086)", [[4086, "SWAPSPACE2"]]],
  ] as const)("is rejected on %s", async (_, what, marks) => {
    const device = loopDevice(8);
    if (device === null) return;
    put(device.path, ...marks);
    expect(await refusal(device.path)).toContain(`it holds ${what}`);
  });
});

describe("data of unknown format", () => {
  test.each([
    ["in its first MiB", 8192, 8192],
    ["in its last block", 16 * MIB - 1, 16 * MIB - 4096],
  ])("%s is not overwritten by --allow-destructive alone", async (_, at, unit) => {
    const device = loopDevice(16);
    if (device === null) return;
    put(device.path, [at, "x"]);
    const before = readFileSync(device.image);
    const said = await refusal(device.path);
    expect(said).toContain(`it holds data of unknown format (at byte ${unit})`);
    expect(said).toContain(`add --overwrite-data ${device.path}, or erase it first`);
    expect(readFileSync(device.image).equals(before)).toBe(true);
    await (await openToWrite(device.path, [device.path])).close();
  });

  test("is found in samples between the first and the last MiB", async (context) => {
    const device = loopDevice(16) ?? context.skip();
    writeFileSync(device.path, randomBytes(10 * MIB), { flag: "r+" });
    execFileSync("blkdiscard", ["--zeroout", "--length", `${MIB}`, device.path]);
    expect(await refusal(device.path)).toMatch(/data of unknown format \(at byte \d{7,}\)/);
  });

  test("is not seen in a device that an erasure filled with one byte", async (context) => {
    const device = loopDevice(8) ?? context.skip();
    writeFileSync(device.path, Buffer.alloc(8 * MIB, 0xff), { flag: "r+" });
    await (await openToWrite(device.path)).close();
  });

  test("known formats and uses are refused even with --overwrite-data", async (context) => {
    const device = loopDevice(8) ?? context.skip();
    makeExt4(device.path);
    const error = await rejection(openToWrite(device.path, [device.path]));
    expect(error.message).toContain("it holds an ext2, ext3 or ext4 file system");
  });
});

describe("a device in use", () => {
  test("is not written if used as swap", (context) => {
    const device = loopDevice(8) ?? context.skip();
    const proc = scratch();
    const swaps = `Filename\tType\tSize\tUsed\tPriority\n${device.path} partition\t8188\t0\t-2\n`;
    writeFileSync(join(proc, "swaps"), swaps);
    expect(deviceUses(findDevice(device.path), { proc, sys: "/sys" })).toEqual([
      `it is used as swap (${device.path})`,
    ]);
  });

  test("is not written if read-only or opened by another program", async (context) => {
    const locked = loopDevice(8, { readOnly: true }) ?? context.skip();
    expect(await refusal(locked.path)).toContain("the kernel marks it as read-only");
    const taken = loopDevice(8) ?? context.skip();
    const fd = openSync(taken.path, constants.O_RDWR | constants.O_EXCL);
    onTestFinished(() => closeSync(fd));
    const error = await rejection(openToWrite(taken.path));
    expect(error.message).toContain(`cannot write to ${taken.path}: it is in use (EBUSY)`);
  });
});

describe("a path that is not a device", () => {
  test("remains a directory, or is rejected with one message", () => {
    const folder = directorySpec(scratch());
    expect(asDevice(folder, false)).toEqual(folder);
    expect(() => asDevice(directorySpec("/dev/null"), false)).toThrow("is a character device");
    const declared = { ...folder, kind: "block-device" } as const;
    expect(() => asDevice(declared, false)).toThrow("is not a block device");
    const gone = { ...directorySpec("/dev/none"), kind: "block-device" } as const;
    expect(() => asDevice(gone, false)).toThrow("/dev/none does not exist");
    expect(() => findDevice("/dev/none")).toThrow("the device /dev/none does not exist");
    expect(() => findDevice("/dev/null")).toThrow("expected a block device");
  });

  test("keeps its declared kind, except a file system", (context) => {
    const { path } = loopDevice(8) ?? context.skip();
    const volume: TargetSpec = { ...directorySpec(path), kind: "ebs-gp3" };
    const address = { kind: "device", path, writable: false };
    expect(asDevice(volume, false)).toMatchObject({ kind: "ebs-gp3", address });
    expect(deviceSpec(path)).toMatchObject({ kind: "block-device", address });
    expect(() => asDevice({ ...volume, kind: "efs" }, false)).toThrow(
      "kind `efs` needs a directory",
    );
  });
});
