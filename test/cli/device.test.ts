// @module-tag system
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/model/fault/errors.ts";
import type { Run } from "../../src/model/run/run.ts";
import { loopDevice } from "../storage/loop.ts";
import { scratch } from "../storage/support.ts";
import { assay, assayProcess } from "./assay.ts";

/** 500 blocks anywhere in 4 MiB. */
const scenario = (operation: "read" | "write") => `name: blocks
datasets: { data: { count: 4, size: 1MiB } }
phases:
  - { name: p, operation: ${operation}, access: random, blockSize: 4KiB, operations: 500 }
`;

/** Runs 500 reads or writes on a device and reads what was stored. */
async function run(operation: "read" | "write", path: string, ...more: readonly string[]) {
  const folder = scratch();
  const file = join(folder, "blocks.yaml");
  writeFileSync(file, scenario(operation));
  const place = ["--target", path, "--results", folder, "--print", "path", "--quiet"];
  const ended = await assay(["run", file, ...place, "--set", "cache=direct", ...more]);
  const printed = ended.stdout.trim();
  const stored = printed === "" ? null : readFileSync(join(printed, "run.json"), "utf8");
  return { ...ended, run: stored === null ? null : (JSON.parse(stored) as Run) };
}

test("a device is read, with its own counters and no mount", async (context) => {
  const device = loopDevice(8) ?? context.skip();
  const { code, run: stored } = await run("read", device.path, "--kind", "ebs-gp3", "--emulated");
  expect(code).toBe(EXIT.ok);
  const name = device.path.replace("/dev/", "");
  expect(stored).toMatchObject({
    target: { kind: "ebs-gp3", address: { kind: "device", path: device.path, writable: false } },
    environment: { mount: null, device: { name, sizeBytes: 8 * 2 ** 20 } },
    warnings: [],
  });
  const [phase] = stored?.phases ?? [];
  expect(phase?.summaries[0]?.operations).toBe(500);
  expect(phase?.datasetBytes).toBe(4 * 2 ** 20);
  expect(phase?.cache.source).toBe(`/proc/diskstats of ${name}`);
  // The device's file is in the page cache of this machine, and nobody sees how much of it.
  expect(phase?.cache).toMatchObject({ servedFromCacheShare: null, servedFromCacheShareHigh: 1 });
  expect(phase?.warnings.map(({ code }) => code)).toContain("unseen-cache");
});

test("writes a device only with the flag, and reports the data that remains", async (context) => {
  const device = loopDevice(8) ?? context.skip();
  const refused = await run("write", device.path);
  expect(refused).toMatchObject({ code: EXIT.machine, run: null });
  expect(refused.stderr).toContain("--allow-destructive");
  expect(readFileSync(device.image).every((byte) => byte === 0)).toBe(true);
  const { code, run: stored } = await run("write", device.path, "--allow-destructive");
  expect(code).toBe(EXIT.ok);
  expect(stored?.warnings).toEqual([
    {
      code: "left-behind",
      message: expect.stringContaining(`4194304 B of ${device.path} remains`),
    },
  ]);
  expect(
    readFileSync(device.path)
      .subarray(0, 4 * 2 ** 20)
      .some((byte) => byte !== 0),
  ).toBe(true);
  expect(
    readFileSync(device.path)
      .subarray(4 * 2 ** 20)
      .every((byte) => byte === 0),
  ).toBe(true);
});

test.each([
  ["random data", []],
  ["blocks smaller than 4 KiB", ["--set", "phases.p.blockSize=512B"]],
  ["sequential data", ["--set", "phases.p.access=sequential"]],
  ["compressible data", ["--set", "datasets.data.data={ compressible: 2 }"]],
  ["deduplicable data", ["--set", "datasets.data.data={ dedupable: 4 }"]],
])("writes again over %s that assay wrote, but not over other data", async (_, set) => {
  const device = loopDevice(8);
  if (device === null) return;
  const first = await run("write", device.path, "--allow-destructive", ...set);
  expect(first).toMatchObject({ code: EXIT.ok });
  const again = await run("write", device.path, "--allow-destructive", ...set);
  expect(again).toMatchObject({ code: EXIT.ok });
  writeFileSync(device.path, "my only copy", { flag: "r+" });
  const refused = await run("write", device.path, "--allow-destructive");
  expect(refused).toMatchObject({ code: EXIT.machine, run: null });
  expect(refused.stderr).toContain("it holds data of unknown format (at byte 0)");
  const named = await run("write", device.path, "--overwrite-data", device.path);
  expect(named.code).toBe(EXIT.ok);
  const address = { path: device.path, writable: true, losesData: true };
  expect(named.run).toMatchObject({ target: { address } });
});

test("--overwrite-data names a device that is a target", async (context) => {
  const device = loopDevice(8) ?? context.skip();
  const other = await assay(["check", "--target", device.path, "--overwrite-data", "/dev/none"]);
  expect(other.code).toBe(EXIT.usage);
  expect(other.stderr).toContain("a block device that is a target, got /dev/none");
});

test("one who may not read it is told so; the flag needs a device", async (context) => {
  const device = loopDevice(8) ?? context.skip();
  const denied = await assayProcess(["check", "--target", device.path], { uid: 65_534, cwd: "/" });
  expect(denied.code).toBe(EXIT.machine);
  expect(denied.stderr).toContain(`cannot read ${device.path}: no permission as user 65534`);
  const folder = await assay(["check", "--target", scratch(), "--allow-destructive"]);
  expect(folder.code).toBe(EXIT.usage);
  expect(folder.stderr).toContain("--allow-destructive requires a block device target");
});
