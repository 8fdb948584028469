// @module-tag system
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { uringRefusal } from "../../src/engine/uring/refusal.ts";
import type { EngineName, PhasePlan } from "../../src/model/plan/plan.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { undisturbed } from "../storage/directory/page-cache.ts";
import { slowMount } from "../storage/directory/slow-mount.ts";
import { loopDevice, type MountedVolume, overlayOn, volume } from "../storage/loop.ts";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, resultOf } from "./support.ts";

const DATASET = { count: 2, size: { kind: "fixed", bytes: 8 * 2 ** 20 } } as const;
const BYTES = 16 * 2 ** 20;
const ENGINES: readonly EngineName[] = uringRefusal() === null ? ["sync", "uring"] : ["sync"];

/** Measures one phase of random reads of 4 KiB, unless told otherwise. */
async function measured(
  target: TargetSpec,
  phase: Partial<PhasePlan>,
  engine: EngineName = "sync",
  dataset: Parameters<typeof execute>[0]["dataset"] = DATASET,
) {
  const limit = { kind: "operations", operations: 3000 } as const;
  const finished = await execute({
    target,
    engine,
    dataset,
    phases: [{ limit, workers: 2, queueDepth: engine === "uring" ? 8 : 1, ...phase }],
  });
  const { result, all } = resultOf(finished);
  expect(result.state).toBe("complete");
  expect(all.errors).toBe(0);
  return { result, cache: result.cache, codes: result.warnings.map(({ code }) => code) };
}

const TYPES: readonly (readonly [name: string, make: () => MountedVolume | null])[] = [
  ["ext4", () => volume("ext4")],
  ["XFS", () => volume("xfs")],
  ["btrfs", () => volume("btrfs")],
  [
    "an overlay",
    () => {
      const below = volume("ext4");
      const path = below === null ? null : overlayOn(below.path);
      return below === null || path === null ? null : { path, device: below.device };
    },
  ],
];

describe.each(TYPES)("on %s", (_, make) => {
  test.each(ENGINES)("%s: direct reads come from the storage, all of them", async (engine) => {
    const made = make();
    if (made === null) return;
    // The process may load a page of code during the phase, with 128 KiB of readahead: below 1% of
    // so many operations.
    const limit = { kind: "operations", operations: 12_000 } as const;
    const phase = { cache: "direct", limit } as const;
    const { cache, codes } = await measured(directorySpec(made.path), phase, engine);
    expect(cache.ownReadBytes).toBeGreaterThanOrEqual(cache.logicalReadBytes);
    expect(cache.ownReadBytes).toBeLessThan(cache.logicalReadBytes * 1.01);
    expect(cache).toMatchObject({ cacheFilled: false, servedFromCacheShareHigh: 0 });
    expect(codes).not.toContain("direct-not-direct");
  });

  test.each(ENGINES)("%s: warm reads come from memory, all of them", async (engine) => {
    const made = make();
    if (made === null) return;
    await undisturbed(async () => {
      const phase = { cache: "warm" } as const;
      const { cache } = await measured(directorySpec(made.path), phase, engine);
      expect(cache).toMatchObject({ residentShareBefore: 1, servedFromCacheShare: 1 });
    });
  });

  test("what is read once, and first, is not from memory", async () => {
    const made = make();
    if (made === null) return;
    await undisturbed(async (drops) => {
      const limit = { kind: "epochs", epochs: 1 } as const;
      const phase = { cache: "dropped", access: "sequential", limit, blockBytes: 65_536 } as const;
      const { cache } = await measured(directorySpec(made.path), phase);
      drops.own += 2;
      expect(cache.logicalReadBytes).toBe(BYTES);
      expect(cache.servedFromCacheShare).toBeLessThan(0.01);
      expect(cache.residentShareAfter).toBe(1);
    });
  });

  test.each(ENGINES)("%s: second reads of a block come from memory", async (engine) => {
    const made = make();
    if (made === null) return;
    await undisturbed(async (drops) => {
      const limit = { kind: "operations", operations: 8000 } as const;
      const phase = { cache: "dropped", limit } as const;
      const { cache } = await measured(directorySpec(made.path), phase, engine);
      drops.own += 2;
      // 8,000 draws among 4,096 blocks: 3,515 different ones, so that 56 % were there before.
      const { servedFromCacheShareLow: low = 0, servedFromCacheShareHigh: high = 1 } = cache;
      expect(high).toBeGreaterThan(0.54);
      expect(high).toBeLessThan(0.58);
      const fetched = (cache.ownReadBytes ?? 0) / cache.logicalReadBytes;
      expect(low).toBeLessThanOrEqual(1 - fetched + 1e-9);
    });
  });
});

test("what another program reads hides nothing", async ({ skip }) => {
  const made = volume("ext4");
  if (made === null) return skip();
  const loop = `while :; do dd if=${made.device} of=/dev/null bs=1M count=64 iflag=direct; done`;
  const reader = spawn("sh", ["-c", `exec 2>/dev/null; ${loop}`], { detached: true });
  onTestFinished(() => {
    if (reader.pid !== undefined) process.kill(-reader.pid, "SIGKILL");
  });
  const step = { fromPerSecond: 500, toPerSecond: 500, durationNs: null };
  const rate = { arrivals: "fixed", steps: [step], mostBacklog: 1000 } as const;
  await undisturbed(async () => {
    const limit = { kind: "duration", durationNs: 1e9 } as const;
    const phase = { cache: "warm", limit, rate } as const;
    const { cache, codes } = await measured(directorySpec(made.path), phase);
    // The device delivered more than was read: by its counters nothing came from memory.
    expect(cache.deviceReadBytes).toBeGreaterThan(cache.logicalReadBytes);
    expect(cache).toMatchObject({ ownReadBytes: 0, servedFromCacheShare: 1 });
    expect(codes).toContain("served-from-cache");
  });
});

test("of compressed files nothing is said to come from memory that was fetched", async ({
  skip,
}) => {
  const made = volume("btrfs", { options: "compress-force=zstd" });
  if (made === null) return skip();
  const data = { compressible: 8, dedupable: 1, verifiable: false };
  const limit = { kind: "epochs", epochs: 1 } as const;
  const once = { access: "sequential", limit, blockBytes: 65_536 } as const;
  const dropped = await measured(directorySpec(made.path), { ...once, cache: "dropped" }, "sync", {
    ...DATASET,
    data,
  });
  expect(dropped.cache.ownReadBytes).toBeLessThan(BYTES / 2);
  expect(dropped.cache.servedFromCacheShareLow).toBe(0);
  expect(dropped.cache.servedFromCacheShare).toBeNull();
  expect(dropped.codes).not.toContain("served-from-cache");
  const direct = await measured(directorySpec(made.path), { ...once, cache: "direct" }, "sync", {
    ...DATASET,
    data,
  });
  expect(direct.cache.cacheFilled).toBe(true);
  expect(direct.codes).toContain("direct-not-direct");
});

describe("with data=journal, direct I/O", () => {
  test.each(ENGINES)("%s: of reads is seen to be buffered", async (engine) => {
    const made = volume("ext4", { options: "data=journal" });
    if (made === null) return;
    const { cache, codes } = await measured(directorySpec(made.path), { cache: "direct" }, engine);
    expect(cache.cacheFilled).toBe(true);
    expect(cache.servedFromCacheShareHigh).toBeGreaterThan(0.2);
    expect(codes).toContain("direct-not-direct");
  });

  test("of writes is seen to be buffered", async ({ skip }) => {
    const made = volume("ext4", { options: "data=journal" });
    const plain = volume("ext4");
    if (made === null || plain === null) return skip();
    const phase: Partial<PhasePlan> = {
      cache: "direct",
      mix: [{ operation: "write", weight: 1 }],
    };
    const journal = await measured(directorySpec(made.path), phase);
    expect(journal.cache.cacheFilled).toBe(true);
    expect(journal.codes).toContain("direct-not-direct");
    const direct = await measured(directorySpec(plain.path), phase);
    expect(direct.cache.cacheFilled).toBe(false);
    expect(direct.codes).not.toContain("direct-not-direct");
  });
});

describe("a cache that nobody can watch is said to be there", () => {
  test("the page cache of a loop device's file", async ({ skip }) => {
    const made = volume("ext4", { directIo: false });
    if (made === null) return skip();
    const { cache, codes } = await measured(directorySpec(made.path), { cache: "direct" });
    expect(cache).toMatchObject({ servedFromCacheShare: null, servedFromCacheShareHigh: 1 });
    expect(cache.unseenCache).toMatch(/reads its file through this host's page cache/);
    expect(codes).toContain("unseen-cache");
  });

  test("that of a FUSE daemon", async ({ skip }) => {
    const mount = await slowMount({ remembers: true });
    if (mount === null) return skip();
    const { cache, codes } = await measured(directorySpec(mount.path), { cache: "direct" });
    expect(cache).toMatchObject({ servedFromCacheShare: null, servedFromCacheShareHigh: 1 });
    expect(cache.unseenCache).toMatch(/FUSE/);
    expect(codes).toContain("unseen-cache");
  });
});

test("tmpfs is memory, whatever the policy", async ({ skip }) => {
  if (!existsSync("/dev/shm")) return skip();
  const target = directorySpec(scratch("/dev/shm"));
  const { cache } = await measured(target, { cache: "dropped" });
  expect(cache).toMatchObject({ servedFromCacheShare: 1, servedFromCacheShareLow: 1 });
});

describe("of a block device", () => {
  const target = (path: string): TargetSpec => ({
    name: "device",
    kind: "block-device",
    address: { kind: "device", path, writable: true },
    provisioned: {},
  });

  test.each(ENGINES)("%s: direct reads come from it, warm ones from memory", async (engine) => {
    const device = loopDevice(32, { directIo: true });
    if (device === null) return;
    const direct = await measured(target(device.path), { cache: "direct" }, engine);
    expect(direct.cache).toMatchObject({ cacheFilled: false, servedFromCacheShareHigh: 0 });
    await undisturbed(async () => {
      const warm = await measured(target(device.path), { cache: "warm" }, engine);
      expect(warm.cache).toMatchObject({ residentShareBefore: 1, servedFromCacheShare: 1 });
    });
  });
});
