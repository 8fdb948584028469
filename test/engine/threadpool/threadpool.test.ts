// @module-tag system
import { readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { operationCode } from "../../../src/model/plan/operation.ts";
import { slowMount } from "../../storage/directory/slow-mount.ts";
import { smallFileSystem } from "../../storage/loop.ts";
import { directorySpec, filesPlan, scratch } from "../../storage/support.ts";
import { openBench, type Prepared, prepare, sinkOf, taskOf } from "../support.ts";

const BLOCK = 4096;

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function pathOf({ location, dataset }: Prepared, file: number): string {
  return join(location.kind === "directory" ? location.root : "", fileName(dataset, file));
}

async function data(count: number, bytes: number, path = scratch()) {
  const plan = filesPlan({ count, size: { kind: "fixed", bytes } });
  const prepared = await prepare(directorySpec(path), plan, "present");
  onTestFinished(() => prepared.target.close());
  return prepared;
}

test("has the threads that libuv has", async () => {
  const bench = await openBench("threadpool", taskOf(await data(1, BLOCK), ["stat"]));
  await bench.perform([{ operation: "stat", file: 0, length: 0 }]);
  await bench.session.close();
  const names = readdirSync("/proc/self/task").map((task) =>
    readFileSync(`/proc/self/task/${task}/comm`, "utf8").trim(),
  );
  const workers = names.filter((name) => name === "libuv-worker");
  expect(workers).toHaveLength(ENGINES.threadpool.poolThreads ?? 0);
});

test("reads every byte with direct I/O, also of odd sizes", async () => {
  const prepared = await data(2, 10_001);
  const task = taskOf(prepared, ["read", "fetch"], { direct: true, depth: 2 });
  const bench = await openBench("threadpool", task);
  expect(
    await bench.perform([
      { operation: "fetch", file: 0, length: 10_001 },
      { operation: "read", file: 1, offset: BLOCK, length: BLOCK },
    ]),
  ).toEqual([10_001, BLOCK]);
  const there = readFileSync(pathOf(prepared, 1)).subarray(BLOCK, 2 * BLOCK);
  expect(task.buffers.views[1]?.subarray(0, BLOCK).equals(there)).toBe(true);
  const [odd = 0] = await bench.perform([{ operation: "read", file: 1, offset: 10, length: 1000 }]);
  expect(bench.session.explain(odd).code).toBe("EINVAL");
  await bench.session.close();
});

test("reports ESHORT for blocks that a truncated file lacks", async () => {
  const prepared = await data(1, 4 * BLOCK);
  const bench = await openBench("threadpool", taskOf(prepared, ["read"]));
  truncateSync(pathOf(prepared, 0), 9000);
  const results = await bench.perform(
    [0, 2, 3].map((block) => ({
      operation: "read",
      file: 0,
      offset: block * BLOCK,
      length: BLOCK,
    })),
  );
  const codes = results.map((result) => (result < 0 ? bench.session.explain(result).code : "ok"));
  expect(codes).toEqual(["ok", "ESHORT", "ESHORT"]);
  await bench.session.close();
});

test("counts ENOSPC of a full file system and keeps complete files", async ({ skip }) => {
  const root = smallFileSystem(16);
  if (root === null) return skip();
  const MIB = 2 ** 20;
  const plan = filesPlan({ count: 8, size: { kind: "fixed", bytes: MIB } });
  const prepared = await prepare(directorySpec(root), plan, "absent");
  onTestFinished(() => prepared.target.close());
  const before = descriptors();
  const task = taskOf(prepared, ["create"], { blockBytes: MIB, depth: 4 });
  const bench = await openBench("threadpool", task);
  const results = await bench.perform(
    [1, 32, 2].map((mib, file) => ({ operation: "create", file, length: mib * MIB })),
  );
  expect(results[0]).toBe(MIB);
  expect(bench.session.explain(results[1] ?? 0)).toEqual({
    code: "ENOSPC",
    message: expect.stringMatching(/^no space left on the device \(ENOSPC\); free some/),
  });
  await bench.session.close();
  expect(descriptors()).toBe(before);
});

test("an abort is reported immediately, and a close waits for what is in flight", async () => {
  const mount = await slowMount({ attributesMs: 60_000, bypass: true });
  if (mount === null) return;
  const prepared = await data(4, BLOCK, mount.path);
  const before = descriptors();
  const task = taskOf(prepared, ["write"], { depth: 4, direct: true });
  for (const view of task.buffers.views) view.fill(0x5a);
  const { session } = await openBench("threadpool", task);
  if (session.drives !== "event-loop") throw new Error("the session does not call back");
  mount.setDelay(300);
  const results: number[] = [];
  for (let slot = 0; slot < 4; slot++) {
    task.slots.operation[slot] = operationCode("write");
    task.slots.file[slot] = slot;
    task.slots.length[slot] = BLOCK;
    session.start(
      slot,
      sinkOf((result) => results.push(result)),
    );
  }
  session.abort();
  expect(results.map((one) => session.explain(one).code)).toEqual(Array(4).fill("ECANCELED"));
  await session.close();
  expect(descriptors()).toBe(before);
  // Each is reported once, although the storage has performed it.
  expect(results).toHaveLength(4);
  expect(
    readFileSync(join(mount.backing, "assay-run-files-present", fileName(prepared.dataset, 0)))[0],
  ).toBe(0x5a);
});
