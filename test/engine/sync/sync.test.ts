import { createHash } from "node:crypto";
import {
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SessionTask } from "../../../src/engine/engine.ts";
import { open } from "../../../src/engine/sync/sync.ts";
import { makeSource } from "../../../src/load/source/index.ts";
import { type DatasetPlan, fileName } from "../../../src/model/plan/dataset.ts";
import { OPERATIONS, type Operation } from "../../../src/model/plan/operation.ts";
import { loadLibc } from "../../../src/posix/libc.ts";
import { phasePlan } from "../../load/support.ts";
import { directorySpec, filesPlan, scratch, shardsPlan } from "../../storage/support.ts";
import { type Bench, benchOf, prepare, taskOf, type Wanted } from "../support.ts";

/** A dataset on disk and a session on it, through the C library or through Node alone. */
async function openOn(
  plan: DatasetPlan,
  operations: readonly Operation[],
  changes: Partial<SessionTask> & { readonly node?: boolean; readonly absent?: boolean } = {},
) {
  const { node = false, absent = false, ...rest } = changes;
  const data = await prepare(directorySpec(scratch()), plan, absent ? "absent" : "present");
  onTestFinished(() => data.target.close());
  const task = taskOf(data, operations, rest);
  const session = await open(task, node ? null : loadLibc());
  onTestFinished(async () => session.close());
  const root = data.location.kind === "directory" ? data.location.root : "";
  const pathOf = (file: number): string => join(root, fileName(data.dataset, file));
  return { ...benchOf(session, task), dataset: data.dataset, pathOf };
}

function codes({ session }: Bench, results: readonly number[]): readonly string[] {
  return results.map((result) => (result < 0 ? session.explain(result).code : "ok"));
}

const read = (file: number, offset: number, length = 4096): Wanted => ({
  operation: "read",
  file,
  offset,
  length,
});

describe.each([
  { way: "through the C library", node: false },
  { way: "through Node alone", node: true },
])("$way", ({ node }) => {
  moves(node);
  creates(node);
  missesFiles(node);
  missesSamples(node);
});

function moves(node: boolean): void {
  test("reads the file's bytes at the offset", async () => {
    const plan = filesPlan({ count: 3, size: { kind: "fixed", bytes: 20_000 } });
    const bench = await openOn(plan, ["read"], { node });
    for (const [file, offset, length] of [
      [0, 0, 4096],
      [2, 8192, 4096],
      [1, 19_000, 1000],
      [1, 3, 77],
    ] as const) {
      expect(await bench.perform([read(file, offset, length)])).toEqual([length]);
      const seen = bench.task.buffers.views[0]?.subarray(0, length);
      const there = readFileSync(bench.pathOf(file)).subarray(offset, offset + length);
      expect(seen?.equals(there)).toBe(true);
    }
  });

  test("writes at the offset and nowhere else", async () => {
    const plan = filesPlan({ count: 2, size: { kind: "fixed", bytes: 16_384 } });
    const bench = await openOn(plan, ["write"], { node });
    const due = readFileSync(bench.pathOf(1));
    const phase = phasePlan({
      mix: [{ operation: "write", weight: 1 }],
      limit: { kind: "operations", operations: 3 },
    });
    const { slots, buffers } = bench.task;
    const dataset = { ...bench.dataset, sizes: Float64Array.from([0, 16_384]) };
    const parts = { phase, dataset, slots, worker: 0, workers: 1, seed: 3 };
    const source = makeSource(parts, buffers);
    while (source.next(0)) {
      const [file = 0, offset = 0, length = 0] = [slots.file[0], slots.offset[0], slots.length[0]];
      expect(file).toBe(1);
      const wanted = {
        operation: OPERATIONS[slots.operation[0] ?? 0] ?? "read",
        file,
        offset,
        length,
      };
      expect(await bench.perform([wanted])).toEqual([4096]);
      buffers.views[0]?.copy(due, offset, 0, length);
    }
    expect(readFileSync(bench.pathOf(1)).equals(due)).toBe(true);
  });
}

function creates(node: boolean): void {
  test("creates files without repeated or compressible data", async () => {
    const bytes = 300_001;
    const plan = filesPlan({ count: 2, size: { kind: "fixed", bytes } });
    const bench = await openOn(plan, ["create"], { node, absent: true, blockBytes: 16_384 });
    const phase = phasePlan({
      mix: [{ operation: "create", weight: 1 }],
      access: "sequential",
      blockBytes: 16_384,
      limit: { kind: "epochs", epochs: 1 },
    });
    const { slots, buffers } = bench.task;
    const parts = { phase, dataset: bench.dataset, slots, worker: 0, workers: 1, seed: 3 };
    const source = makeSource(parts, buffers);
    const units = new Set<string>();
    for (let file = 0; source.next(0); file++) {
      const wanted: Wanted = { operation: "create", file, length: bytes };
      expect(await bench.perform([wanted])).toEqual([bytes]);
      const written = readFileSync(bench.pathOf(file));
      expect(written.length).toBe(bytes);
      for (let at = 0; at < bytes; at += 4096) {
        const unit = written.subarray(at, at + 4096);
        units.add(createHash("sha1").update(unit).digest("base64"));
        expect(deflateSync(unit, { level: 9 }).length / unit.length).toBeGreaterThanOrEqual(0.99);
      }
    }
    expect(units.size).toBe(2 * Math.ceil(bytes / 4096));
  });

  test("reports EEXIST instead of overwriting a file", async () => {
    const bench = await openOn(filesPlan({ count: 1 }), ["create"], { node });
    const before = readFileSync(bench.pathOf(0));
    const results = await bench.perform([{ operation: "create", file: 0, length: 5000 }]);
    expect(codes(bench, results)).toEqual(["EEXIST"]);
    expect(readFileSync(bench.pathOf(0)).equals(before)).toBe(true);
  });
}

function missesFiles(node: boolean): void {
  test("reports ESHORT for a truncated file with every read operation", async () => {
    const plan = filesPlan({ count: 1, size: { kind: "fixed", bytes: 16_384 } });
    const bench = await openOn(plan, ["read", "fetch"], { node });
    expect(await bench.perform([read(0, 8192)])).toEqual([4096]);
    truncateSync(bench.pathOf(0), 9000);
    const fetch: Wanted = { operation: "fetch", file: 0, length: 16_384 };
    const results = await bench.perform([read(0, 0), read(0, 8192), read(0, 12_288), fetch]);
    expect(codes(bench, results)).toEqual(["ok", "ESHORT", "ESHORT", "ESHORT"]);
  });

  test("reports ENOENT for a file removed during the run", async () => {
    const bench = await openOn(filesPlan({ count: 2 }), ["read", "fetch", "stat", "delete"], {
      node,
    });
    rmSync(bench.pathOf(0));
    const wanted = (["fetch", "stat", "delete"] as const).map(
      (operation): Wanted => ({ operation, file: 0, length: 5000 }),
    );
    expect(codes(bench, await bench.perform(wanted))).toEqual(["ENOENT", "ENOENT", "ENOENT"]);
    expect(await bench.perform([read(0, 0)])).toEqual([4096]);
  });
}

function missesSamples(node: boolean): void {
  test("reads a shard smaller than a block again in the next pass", async () => {
    const plan = shardsPlan({ count: 2, size: { kind: "fixed", bytes: 600 } });
    const bench = await openOn(plan, ["stream"], { node, blockBytes: 65_536 });
    const { samples } = bench.dataset;
    const sample = (i: number): Wanted => ({
      operation: "stream",
      file: samples?.file[i] ?? 0,
      offset: samples?.offset[i] ?? 0,
      length: samples?.length[i] ?? 0,
    });
    expect(await bench.perform([sample(0), sample(1)])).toEqual([600, 600]);
    rmSync(bench.pathOf(0));
    const again = await bench.perform([sample(0), sample(1)]);
    expect(codes(bench, again)).toEqual(["ENOENT", "ENOENT"]);
  });

  test("reports ESHORT from the first incomplete sample of a truncated shard", async () => {
    const plan = shardsPlan({ count: 4, size: { kind: "fixed", bytes: 3000 } });
    const bench = await openOn(plan, ["stream"], { node });
    truncateSync(bench.pathOf(0), 8000);
    const { samples } = bench.dataset;
    const pass = [0, 1, 2, 3].map((i): Wanted => {
      const [offset = 0, length = 0] = [samples?.offset[i], samples?.length[i]];
      return { operation: "stream", file: 0, offset, length };
    });
    expect(codes(bench, await bench.perform(pass))).toEqual(["ok", "ok", "ESHORT", "ESHORT"]);
  });

  test("does not follow a symbolic link", async () => {
    const bench = await openOn(filesPlan({ count: 1 }), ["fetch", "create"], { node });
    const path = bench.pathOf(0);
    rmSync(path);
    writeFileSync(`${path}.elsewhere`, "x".repeat(5000));
    symlinkSync(`${path}.elsewhere`, path);
    const wanted = (["fetch", "create"] as const).map(
      (operation): Wanted => ({ operation, file: 0, length: 5000 }),
    );
    expect(codes(bench, await bench.perform(wanted))).toEqual(["ELOOP", "EEXIST"]);
  });
}

test("names a file that it cannot open, and leaves none open", async () => {
  const data = await prepare(directorySpec(scratch()), filesPlan({ count: 3 }), "present");
  onTestFinished(() => data.target.close());
  const root = data.location.kind === "directory" ? data.location.root : "";
  rmSync(join(root, fileName(data.dataset, 2)));
  const before = readdirSync("/proc/self/fd").length;
  await expect(open(taskOf(data, ["read"]))).rejects.toThrow(/ENOENT.*000000002\.bin/);
  expect(readdirSync("/proc/self/fd").length).toBe(before);
});
