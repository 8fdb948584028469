// @module-tag system
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { syncCall } from "../../../src/engine/sync/durable.ts";
import { open as openSync } from "../../../src/engine/sync/sync.ts";
import { describeEnvironment } from "../../../src/environment/index.ts";
import { readDeviceCounters } from "../../../src/environment/machine/counters.ts";
import type { SyncPlan } from "../../../src/model/plan/plan.ts";
import { smallFileSystem } from "../../storage/loop.ts";
import { directorySpec, filesPlan, scratch } from "../../storage/support.ts";
import { benchOf, openBench, prepare, sync, taskOf } from "../support.ts";

const PLAN = filesPlan({ count: 2, size: { kind: "fixed", bytes: 1_048_576 } });
const BLOCKS = 64;
const O_DSYNC = 0o10000;

/** Flags of the dataset's files as this process has them open. */
function flagsOf(root: string): readonly number[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    const path = linkOf(fd);
    if (!path.startsWith(root) || !path.endsWith(".bin")) return [];
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    return [Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? "0", 8)];
  });
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

describe.each(["sync", "uring", "threadpool"] as const)("durability through %s", (engine) => {
  test.for(["fsync", "fdatasync"] as const)("%s brings writes to the device", async (call, t) => {
    const path = smallFileSystem(32);
    if (path === null) return t.skip();
    const { mount } = await describeEnvironment(path);
    const written = () => readDeviceCounters(mount).counters?.writeBytes ?? Number.NaN;
    const data = await prepare(directorySpec(path), PLAN, "present");
    onTestFinished(() => data.target.close());
    const plan: SyncPlan = { call, every: 1, directory: false };
    const task = taskOf(data, ["write"], { depth: 4, sync: plan });
    const bench = await openBench(engine, task);
    const before = written();
    const wanted = Array.from({ length: BLOCKS }, (_, block) => ({
      operation: "write" as const,
      file: block % 2,
      offset: block * 8192,
      length: 4096,
    }));
    expect(await bench.perform(wanted)).toEqual(Array(BLOCKS).fill(4096));
    for (const file of [0, 1]) expect(await sync(bench.session, task, file)).toBe(0);
    expect(written() - before).toBeGreaterThanOrEqual(BLOCKS * 4096);
    // Existing blocks have only time stamps as metadata, which fsync writes too.
    // Every five seconds the journal does, which is not in all of three rounds.
    const metadataBytes: number[] = [];
    for (let round = 0; round < 3; round++) {
      // Time stamps move with the kernel's ticks: within one of them there is nothing to write.
      await sleep(30);
      const settled = written();
      await bench.perform(wanted);
      for (const file of [0, 1]) await sync(bench.session, task, file);
      metadataBytes.push(written() - settled - BLOCKS * 4096);
    }
    expect(Math.min(...metadataBytes) > 0).toBe(call === "fsync");
    await bench.session.close();
  });

  test("opens only written files with O_DSYNC", async () => {
    const root = scratch();
    const data = await prepare(directorySpec(root), PLAN, "present");
    onTestFinished(() => data.target.close());
    for (const dsync of [false, true]) {
      for (const operation of ["read", "write"] as const) {
        const task = taskOf(data, [operation], { dsync });
        const { session } = await openBench(engine, task);
        const wanted = dsync && operation === "write" ? O_DSYNC : 0;
        const flags = flagsOf(root).map((flag) => flag & O_DSYNC);
        expect(flags).toEqual([wanted, wanted]);
        await session.close();
      }
    }
  });
});

test("syncs through Node without koffi", async () => {
  const data = await prepare(directorySpec(scratch()), PLAN, "present");
  onTestFinished(() => data.target.close());
  for (const call of ["fsync", "fdatasync"] as const) {
    const task = taskOf(data, ["write"], { sync: { call, every: 1, directory: false } });
    const bench = benchOf(await openSync(task, null), task);
    expect(await sync(bench.session, task, 1)).toBe(0);
    await bench.session.close();
    expect(syncCall({ call, every: 1, directory: false }, null)(9999)).toBe(-constants.errno.EBADF);
  }
});

test("times the syncs of a create, and closes its directory", async () => {
  const plan = filesPlan({ count: 30, filesPerDirectory: 10 });
  const data = await prepare(directorySpec(scratch()), plan, "absent");
  onTestFinished(() => data.target.close());
  const told: string[] = [];
  const stages = {
    look: () => void told.push("look"),
    opened: () => void told.push("open"),
    transferred: () => void told.push("transfer"),
    synced: () => void told.push("sync"),
  };
  const sync = { call: "fsync", every: 1, directory: true } as const;
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  const task = taskOf(data, ["create"], { sync, stages });
  const bench = await openBench("sync", task);
  const all = Array.from({ length: 30 }, (_, file) => ({
    operation: "create" as const,
    file,
    length: 5000,
  }));
  expect(await bench.perform(all)).toEqual(Array(30).fill(5000));
  const each = ["look", "open", "look", "transfer", "look", "sync"];
  expect(told).toEqual(Array(30).fill(each).flat());
  // An existing file is an error without a sync.
  const [again = 0] = await bench.perform(all.slice(0, 1));
  expect(bench.session.explain(again).code).toBe("EEXIST");
  expect(told).toHaveLength(180);
  await bench.session.close();
  expect(open()).toBe(before);
});
