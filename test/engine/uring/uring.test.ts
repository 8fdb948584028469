// @module-tag system
import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { ENGINES, probeEngines } from "../../../src/engine/index.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { type DatasetLocation, fileName } from "../../../src/model/plan/dataset.ts";
import { type Operation, operationCode } from "../../../src/model/plan/operation.ts";
import { directorySpec, filesPlan, scratch } from "../../storage/support.ts";
import { openBench, prepare, sync, taskOf, type Wanted } from "../support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

const BLOCK = 4096;
const FILES = filesPlan({ count: 3, size: { kind: "fixed", bytes: 64 * BLOCK } });

/** Files in a temporary directory (default: three of 64 blocks). */
async function data(plan = FILES) {
  const prepared = await prepare(directorySpec(scratch()), plan, "present");
  onTestFinished(async () => {
    prepared.target.changed(plan.name);
    await prepared.target.clean();
    await prepared.target.close();
  });
  return prepared;
}

type Prepared = Awaited<ReturnType<typeof data>>;

function pathOf({ location, dataset }: Prepared, file: number): string {
  if (location.kind !== "directory") throw new Error("a directory");
  return join(location.root, fileName(dataset, file));
}

function block(operation: Operation, file: number, index: number): Wanted {
  return { operation, file, offset: index * BLOCK, length: BLOCK };
}

function everyBlock(dataset: DatasetLocation, operation: Operation): Wanted[] {
  return Array.from({ length: dataset.count * 64 }, (_, i) =>
    block(operation, Math.floor(i / 64), i % 64),
  );
}

describe.skipIf(refusal !== undefined)("uring", () => {
  test.each([1, 7, 64])("reads each block into its own slot at depth %i", async (depth) => {
    const prepared = await data();
    const task = taskOf(prepared, ["read"], { depth });
    const bench = await openBench("uring", task);
    const files = [0, 1, 2].map((file) => readFileSync(pathOf(prepared, file)));
    for (let from = 0; from + depth <= 64; from += depth) {
      const wanted = Array.from({ length: depth }, (_, slot) => block("read", 1, from + slot));
      expect(await bench.perform(wanted)).toEqual(wanted.map(() => BLOCK));
      const seen = task.buffers.views.map((view) => view.subarray(0, BLOCK).toString("hex"));
      const truth = wanted.map(({ offset = 0 }) =>
        files[1]?.subarray(offset, offset + BLOCK).toString("hex"),
      );
      expect(seen.sort()).toEqual(truth.sort());
    }
    await bench.session.close();
  });

  test.each([false, true])("writes its data to the file (direct: %s)", async (direct) => {
    const prepared = await data();
    const task = taskOf(prepared, ["read", "write"], { depth: 4, direct });
    for (const [slot, view] of task.buffers.views.entries()) view.fill(slot + 1);
    const bench = await openBench("uring", task);
    const wanted = everyBlock(prepared.dataset, "write");
    expect(await bench.perform(wanted)).toEqual(wanted.map(() => BLOCK));
    await bench.session.close();
    for (const file of [0, 1, 2]) {
      const bytes = readFileSync(pathOf(prepared, file));
      expect(bytes.length).toBe(64 * BLOCK);
      for (let at = 0; at < bytes.length; at += BLOCK) {
        const unit = bytes.subarray(at, at + BLOCK);
        expect(unit.every((byte) => byte === unit[0]) && [1, 2, 3, 4]).toContain(unit[0]);
      }
    }
  });

  test("handles offsets beyond 4 GiB", async () => {
    const prepared = await data();
    const fd = openSync(pathOf(prepared, 2), "r+");
    const far = 5 * 2 ** 30;
    writeSync(fd, Buffer.alloc(BLOCK, 7), 0, BLOCK, far);
    closeSync(fd);
    const task = taskOf(prepared, ["read"], { depth: 2 });
    const bench = await openBench("uring", task);
    expect(await bench.perform([{ ...block("read", 2, 0), offset: far }])).toEqual([BLOCK]);
    expect(task.buffers.views.some((view) => view.every((byte) => byte === 7))).toBe(true);
    await bench.session.close();
  });
});

describe.skipIf(refusal !== undefined)("uring with polling", () => {
  test.each([1, 32])("submits by a kernel thread at depth %i", async (depth) => {
    const prepared = await data();
    const polling = "submission" as const;
    const task = taskOf(prepared, ["read", "write"], { depth, polling });
    for (const view of task.buffers.views) view.fill(9);
    const bench = await openBench("uring", task);
    const writes = everyBlock(prepared.dataset, "write");
    expect(await bench.perform(writes)).toEqual(writes.map(() => BLOCK));
    for (const view of task.buffers.views) view.fill(0);
    // Longer than the thread stays awake without work: it has to be woken.
    await setTimeout(1500);
    const reads = everyBlock(prepared.dataset, "read");
    expect(await bench.perform(reads)).toEqual(reads.map(() => BLOCK));
    for (const view of task.buffers.views) expect(view.every((byte) => byte === 9)).toBe(true);
    await bench.session.close();
  });

  test("polls for completions, or reports a device that cannot", async () => {
    const prepared = await data();
    const polling = "completion" as const;
    const task = taskOf(prepared, ["read"], { depth: 4, direct: true, polling });
    for (const view of task.buffers.views) view.fill(9);
    const opened = await openBench("uring", task).catch((error) => error);
    if (opened instanceof PreflightError) {
      expect(opened.message).toMatch(/^the device below \S+ cannot be polled \(E\w+\): its driver/);
    } else {
      const wanted = everyBlock(prepared.dataset, "read");
      expect(await opened.perform(wanted)).toEqual(wanted.map(() => BLOCK));
      await opened.session.close();
    }
    // The payload of a slot is unchanged.
    expect(task.buffers.views[3]?.every((byte) => byte === 9)).toBe(opened instanceof Error);
  });
});

describe.skipIf(refusal !== undefined)("registration of buffers and files", () => {
  test("is used for few files", async () => {
    const prepared = await data();
    const bench = await openBench("uring", taskOf(prepared, ["read"], { depth: 2 }));
    await bench.perform([block("read", 2, 5)]);
    expect(bench.session.counters()).toEqual({});
    await bench.session.close();
  });

  test("is skipped for very many files, which are still read and synced", async () => {
    const plan = filesPlan({ count: 4100, size: { kind: "fixed", bytes: 16 } });
    const prepared = await data(plan);
    const plain = { call: "fsync", every: 1, directory: false } as const;
    const task = taskOf(prepared, ["read", "write"], { depth: 4, blockBytes: 4096, sync: plain });
    const bench = await openBench("uring", task);
    for (const file of [0, 4096, 4099]) {
      const [result] = await bench.perform([{ operation: "read", file, offset: 0, length: 16 }]);
      expect(result).toBe(16);
      const truth = readFileSync(pathOf(prepared, file));
      expect(task.buffers.views[0]?.subarray(0, 16)).toEqual(truth);
    }
    expect(await sync(bench.session, task, 4098)).toBe(0);
    expect(bench.session.counters()).toEqual({ filesNotRegistered: 1 });
    await bench.session.close();
  });
});

describe.skipIf(refusal !== undefined)("uring with short transfers", () => {
  test("transfers the rest, repeatedly, at the right offset", async () => {
    const prepared = await data();
    const path = pathOf(prepared, 0);
    const whole = readFileSync(path);
    const task = taskOf(prepared, ["read"], { depth: 2 });
    const { session, perform } = await openBench("uring", task);
    if (session.drives !== "blocking") throw new Error("the session does not block");
    const at = 10 * BLOCK;
    // The rest is handed over at the next look: in between there is time to let the file grow.
    truncateSync(path, at + 100);
    const [done, result] = [new Int32Array(2), new Float64Array(2)];
    const wanted = block("read", 0, 10);
    task.slots.operation.fill(operationCode("read"));
    task.slots.file.fill(0);
    task.slots.offset.fill(at);
    task.slots.length.fill(BLOCK);
    session.submit(1);
    expect(session.reap(done, result, 1e9)).toBe(0);
    appendFileSync(path, whole.subarray(at + 100, at + 300));
    expect(session.reap(done, result, 1e9)).toBe(0);
    appendFileSync(path, whole.subarray(at + 300));
    expect(session.reap(done, result, 1e9)).toBe(1);
    expect([done[0], result[0]]).toEqual([1, BLOCK]);
    expect(task.buffers.views[1]).toEqual(whole.subarray(at, at + BLOCK));
    // Nothing of it is left for the next operation of the slot.
    expect(await perform([wanted, block("read", 1, 3)])).toEqual([BLOCK, BLOCK]);
    expect(task.buffers.views[0]).toEqual(whole.subarray(at, at + BLOCK));
    await session.close();
  });
});

describe.skipIf(refusal !== undefined)("uring with errors", () => {
  test("reports ESHORT for a truncated file and continues", async () => {
    const prepared = await data();
    const bench = await openBench("uring", taskOf(prepared, ["read"], { depth: 8 }));
    truncateSync(pathOf(prepared, 0), 10 * BLOCK + 100);
    const wanted = [9, 10, 11, 63].map((index) => block("read", 0, index));
    const results = await bench.perform([...wanted, block("read", 1, 63)]);
    expect(results[0]).toBe(BLOCK);
    for (const result of results.slice(1, 4)) {
      expect(bench.session.explain(result).code).toBe("ESHORT");
    }
    expect(results[4]).toBe(BLOCK);
    // Bytes transferred before a failure do not count for the next operation.
    const again = Array.from({ length: 8 }, (_, slot) => block("read", 2, slot));
    expect(await bench.perform(again)).toEqual(again.map(() => BLOCK));
    const truth = readFileSync(pathOf(prepared, 2));
    const seen = Buffer.concat(bench.task.buffers.views.map((view) => view.subarray(0, BLOCK)));
    expect(seen.equals(truth.subarray(0, 8 * BLOCK))).toBe(true);
    await bench.session.close();
  });

  test("reports EINVAL with a message for sizes that direct I/O rejects", async () => {
    const prepared = await data();
    const bench = await openBench("uring", taskOf(prepared, ["read"], { depth: 2, direct: true }));
    const [result = 0] = await bench.perform([
      { operation: "read", file: 0, offset: 100, length: 1000 },
    ]);
    expect(bench.session.explain(result)).toMatchObject({ code: "EINVAL" });
    expect(bench.session.explain(result).message).toContain("multiples of the");
    await bench.session.close();
  });

  test("rejects a ring deeper than the kernel allows", async () => {
    const prepared = await data();
    const task = taskOf(prepared, ["read"], { depth: 40_000 });
    await expect(openBench("uring", task)).rejects.toThrow(
      "cannot use io_uring: a ring has at most 32768 entries, but the queue depth is 40000",
    );
  });
});

test("supports a subset of the operations of sync", () => {
  for (const operation of ENGINES.uring.operations) {
    expect(ENGINES.sync.operations).toContain(operation);
  }
});
