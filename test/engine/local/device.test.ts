// @module-tag system
import { closeSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { probeEngines } from "../../../src/engine/index.ts";
import { readDeviceCounters } from "../../../src/environment/machine/counters.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { loadLibc } from "../../../src/posix/libc.ts";
import { asDevice } from "../../../src/storage/device/address.ts";
import { applyDeviceCache } from "../../../src/storage/device/cache.ts";
import { openToRead } from "../../../src/storage/device/guard.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { undisturbed } from "../../storage/directory/page-cache.ts";
import { loopDevice } from "../../storage/loop.ts";
import {
  directorySpec,
  filesPlan,
  openOptions,
  prepareOptions,
  rejection,
} from "../../storage/support.ts";
import { openBench, taskOf } from "../support.ts";

const BLOCK = 4096;
const BLOCKS = 256;
const PLAN = filesPlan({ count: 4, size: { kind: "fixed", bytes: (BLOCKS / 4) * BLOCK } });

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped for uring: ${refusal}\n`);
const ENGINES = (["sync", "uring", "threadpool"] as const).filter(
  (one) => one !== "uring" || refusal === undefined,
);

/** A device of 2 MiB whose every block begins with its number; null where none can be had. */
async function data({ writes = false, sectorBytes = 512 } = {}) {
  const device = loopDevice(2, { sectorBytes });
  if (device === null) return null;
  const spec = asDevice(directorySpec(device.path), writes);
  const target = await openTarget(spec, openOptions({ datasets: [PLAN], writes }));
  onTestFinished(() => target.close());
  if (!writes) {
    const bytes = Buffer.alloc(2 * BLOCKS * BLOCK);
    for (let i = 0; i < 2 * BLOCKS; i++) bytes.writeUInt32LE(i, i * BLOCK);
    writeFileSync(device.path, bytes, { flag: "r+", flush: true });
  }
  const dataset = await target.prepare(PLAN, "present", prepareOptions());
  return { ...device, target, location: target.location, dataset };
}

function blocks(operation: Operation) {
  return Array.from({ length: BLOCKS }, (_, i) => ({
    operation,
    file: 0,
    offset: i * BLOCK,
    length: BLOCK,
  }));
}

describe.each(ENGINES)("%s on a device", (engine) => {
  test.each([true, false])("reads the bytes at each offset (direct: %s)", async (direct) => {
    const prepared = await data();
    if (prepared === null) return;
    const depth = engine === "sync" ? 1 : 16;
    const task = taskOf(prepared, ["read"], { depth, direct });
    const bench = await openBench(engine, task);
    onTestFinished(async () => bench.session.close());
    const all = blocks("read");
    for (let from = 0; from < BLOCKS; from += depth) {
      const wanted = all.slice(from, from + depth);
      expect(await bench.perform(wanted)).toEqual(wanted.map(() => BLOCK));
      expect(task.buffers.views.map((view) => view.readUInt32LE(0))).toEqual(
        wanted.map(({ offset }) => offset / BLOCK),
      );
    }
  });

  test("writes at the given offset and nowhere else", async () => {
    const prepared = await data({ writes: true });
    if (prepared === null) return;
    const task = taskOf(prepared, ["write"], { direct: true });
    const bench = await openBench(engine, task);
    task.buffers.views[0]?.fill(0xa5);
    const [first, ...others] = blocks("write").filter((_, i) => i % 2 === 1);
    if (first === undefined) throw new Error("no block to write");
    const wanted = [first, ...others];
    expect(await bench.perform(wanted)).toEqual(wanted.map(() => BLOCK));
    await bench.session.close();
    const written = readFileSync(prepared.path);
    for (let i = 0; i < 2 * BLOCKS; i++) {
      const byte = i < BLOCKS && i % 2 === 1 ? 0xa5 : 0;
      expect(written.subarray(i * BLOCK, (i + 1) * BLOCK).every((one) => one === byte)).toBe(true);
    }
  });

  test("rejects blocks smaller than the device's own, only with direct I/O", async () => {
    const prepared = await data({ sectorBytes: 4096 });
    if (prepared === null) return;
    expect(prepared.location).toMatchObject({ logicalBlockBytes: 4096 });
    const small = { blockBytes: 512 };
    const direct = taskOf(prepared, ["read"], { ...small, direct: true });
    const error = await rejection(openBench(engine, direct));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toContain("blocks of 4096 B, blockSize is 512 B");
    const bench = await openBench(engine, taskOf(prepared, ["read"], small));
    const read = { operation: "read", file: 0, offset: 512, length: 512 } as const;
    expect(await bench.perform([read])).toEqual([512]);
    await bench.session.close();
  });

  test("rejects another device in place of the checked one", async () => {
    const prepared = await data();
    if (prepared?.location.kind !== "device") return;
    const location = { ...prepared.location, deviceNumber: "1:1" };
    const error = await rejection(openBench(engine, taskOf({ ...prepared, location }, ["read"])));
    expect(error.message).toContain("is no longer the device 1:1");
  });
});

describe("the page cache of a device", () => {
  test("is emptied and filled as the policy requires", () =>
    undisturbed(async () => {
      const prepared = await data();
      if (prepared?.location.kind !== "device") return;
      const { path, dataset, target, location } = prepared;
      const bench = await openBench("sync", taskOf(prepared, ["read"]));
      onTestFinished(async () => bench.session.close());
      const bytesRead = async () => {
        const before = readDeviceCounters(location.deviceNumber).counters?.readBytes ?? 0;
        await bench.perform(blocks("read"));
        return (readDeviceCounters(location.deviceNumber).counters?.readBytes ?? 0) - before;
      };
      expect(await target.setCache?.(dataset, "warm")).toEqual([]);
      expect(await bytesRead()).toBe(0);
      expect(await target.setCache?.(dataset, "dropped")).toEqual([]);
      expect(await bytesRead()).toBeGreaterThanOrEqual(dataset.totalBytes);
      // Direct I/O begins without pages, so that growth shows I/O that was not direct.
      expect(await target.setCache?.(dataset, "direct")).toEqual([]);
      expect(await bytesRead()).toBeGreaterThanOrEqual(dataset.totalBytes);
      // Without the right to flush a device, advice does it, page by page.
      const libc = loadLibc();
      const fd = openToRead({ path });
      onTestFinished(() => closeSync(fd));
      const refused = libc === null ? null : { ...libc, flushDevice: () => -13 };
      const doubts = await applyDeviceCache(fd, path, dataset, "dropped", null, refused);
      expect(doubts).toHaveLength(libc === null ? 1 : 0);
      if (libc !== null) expect(await bytesRead()).toBeGreaterThanOrEqual(dataset.totalBytes);
      const never = await applyDeviceCache(fd, path, dataset, "dropped", null, null);
      expect(never).toEqual([expect.stringContaining("could not be dropped")]);
    }));
});
