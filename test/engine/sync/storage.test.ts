// @module-tag system
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { open } from "../../../src/engine/sync/sync.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { fileName } from "../../../src/model/plan/dataset.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { filesOf } from "../../load/support.ts";
import { execute, resultOf } from "../../run/support.ts";
import { smallFileSystem } from "../../storage/loop.ts";
import { directorySpec, filesPlan, rejection, scratch } from "../../storage/support.ts";
import { openBench, prepare, taskOf, type Wanted } from "../support.ts";

const MIB = 1048576;

/** A folder where O_DIRECT is refused; null, with the reason printed, where none can be had. */
function withoutDirect(): string | null {
  const mountPoint = scratch();
  try {
    execFileSync("mount", ["-t", "ramfs", "ramfs", mountPoint], { stdio: "pipe" });
  } catch {
    process.stderr.write("skipped: ramfs cannot be mounted here (it takes root)\n");
    return null;
  }
  onTestFinished(() => {
    execFileSync("umount", [mountPoint], { stdio: "pipe" });
  });
  return mountPoint;
}

/** Files that a test lays out itself, without a target's checks. */
function layOut(root: string, sizes: readonly number[]) {
  const dataset = filesOf(sizes);
  mkdirSync(join(root, dataset.folder));
  return { location: { kind: "directory", root } as const, dataset };
}

test("reads every byte with direct I/O, also of odd sizes", async () => {
  const plan = filesPlan({ count: 2, size: { kind: "fixed", bytes: 10_001 } });
  const data = await prepare(directorySpec(scratch()), plan, "present");
  onTestFinished(() => data.target.close());
  const task = taskOf(data, ["read", "fetch"], { direct: true });
  const bench = await openBench("sync", task);
  onTestFinished(async () => bench.session.close());
  const wanted: Wanted[] = [
    { operation: "fetch", file: 0, length: 10_001 },
    { operation: "read", file: 1, offset: 4096, length: 4096 },
  ];
  expect(await bench.perform(wanted)).toEqual([10_001, 4096]);
  const path = join(data.location.kind === "directory" ? data.location.root : "", "files");
  const there = readFileSync(join(path, "000000001.bin")).subarray(4096, 8192);
  expect(task.buffers.views[0]?.subarray(0, 4096).equals(there)).toBe(true);
  const [odd = 0] = await bench.perform([{ operation: "read", file: 1, offset: 10, length: 1000 }]);
  expect(bench.session.explain(odd)).toMatchObject({
    code: "EINVAL",
    message: expect.stringContaining("multiples of the logical block size"),
  });
});

test("reports ESHORT for a truncated file with direct I/O", async () => {
  const plan = filesPlan({ count: 1, size: { kind: "fixed", bytes: 16_384 } });
  const data = await prepare(directorySpec(scratch()), plan, "present");
  onTestFinished(() => data.target.close());
  const bench = await openBench("sync", taskOf(data, ["read"], { direct: true }));
  onTestFinished(async () => bench.session.close());
  const root = data.location.kind === "directory" ? data.location.root : "";
  truncateSync(join(root, fileName(data.dataset, 0)), 9000);
  const results = await bench.perform(
    [0, 8192, 12_288].map((offset) => ({ operation: "read", file: 0, offset, length: 4096 })),
  );
  const codes = results.map((result) => (result < 0 ? bench.session.explain(result).code : "ok"));
  expect(codes).toEqual(["ok", "ESHORT", "ESHORT"]);
});

test("reports storage without direct I/O with a remedy", async ({ skip }) => {
  const root = withoutDirect();
  if (root === null) return skip();
  const data = layOut(root, [8192]);
  writeFileSync(join(root, fileName(data.dataset, 0)), Buffer.alloc(8192));
  for (const operation of ["read", "write", "fetch", "stream"] satisfies Operation[]) {
    const refused = await rejection(open(taskOf(data, [operation], { direct: true })));
    expect(refused).toBeInstanceOf(PreflightError);
    expect(refused.message).toBe(
      `${root} does not support direct I/O (O_DIRECT); use cache: dropped or warm`,
    );
  }
  const cached = await openBench("sync", taskOf(data, ["fetch"]));
  expect(await cached.perform([{ operation: "fetch", file: 0, length: 8192 }])).toEqual([8192]);
  await cached.session.close();
});

test("counts ENOSPC of a full file system and keeps complete files", async ({ skip }) => {
  const root = smallFileSystem(16);
  if (root === null) return skip();
  const data = layOut(root, [4 * MIB, 32 * MIB]);
  const bench = await openBench("sync", taskOf(data, ["create"], { blockBytes: MIB }));
  onTestFinished(async () => bench.session.close());
  const results = await bench.perform([
    { operation: "create", file: 0, length: 4 * MIB },
    { operation: "create", file: 1, length: 32 * MIB },
  ]);
  expect(results[0]).toBe(4 * MIB);
  expect(bench.session.explain(results[1] ?? 0)).toEqual({
    code: "ENOSPC",
    message: expect.stringMatching(/^no space left on the device \(ENOSPC\); free some/),
  });
});

test("reports EIO of a failing disk and continues", async ({ skip }) => {
  const root = smallFileSystem(16);
  if (root === null) return skip();
  const data = layOut(root, [8 * MIB]);
  writeFileSync(join(root, fileName(data.dataset, 0)), Buffer.alloc(8 * MIB, 7));
  execFileSync("sync", ["-f", root]);
  // For a read through the page cache, kernels such as 6.1 return zeros for missing data.
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  const [device = ""] = mounts.find((fields) => fields[1] === root) ?? [];
  execFileSync("losetup", ["--direct-io=on", device]);
  const bench = await openBench("sync", taskOf(data, ["read"], { direct: true }));
  onTestFinished(async () => bench.session.close());
  truncateSync(join(dirname(root), "image"), MIB);
  const reads = Array.from({ length: 2048 }, (_, i): Wanted => {
    return { operation: "read", file: 0, offset: i * 4096, length: 4096 };
  });
  const results = await bench.perform(reads);
  const failed = results.filter((result) => result < 0);
  expect(failed.length).toBeGreaterThan(0);
  expect(bench.session.explain(failed[0] ?? 0).code).toBe("EIO");
  expect(new Set(failed).size).toBe(1);
});

test("counts every operation and byte of a run in a real directory", async () => {
  const finished = await execute({
    target: directorySpec(scratch()),
    engine: "sync",
    dataset: { count: 3, size: { kind: "fixed", bytes: 64 * 4096 } },
    phases: [
      { workers: 2, queueDepth: 2, cache: "direct", limit: { kind: "epochs", epochs: 2 } },
      {
        workers: 2,
        access: "sequential",
        mix: [{ operation: "write", weight: 1 }],
        limit: { kind: "bytes", bytes: 100 * 4096 },
      },
      {
        access: "shuffled",
        mix: [{ operation: "fetch", weight: 1 }],
        limit: { kind: "epochs", epochs: 2 },
      },
      { mix: [{ operation: "delete", weight: 1 }], limit: { kind: "epochs", epochs: 1 } },
    ],
  });
  expect(finished.run).toMatchObject({ state: "complete", reason: null });
  const all = (phase: number) => resultOf(finished, phase).all;
  expect(resultOf(finished).result.threads).toBe(4);
  expect(all(0)).toMatchObject({ operations: 2 * 192, bytes: 2 * 192 * 4096, errors: 0 });
  expect(all(1)).toMatchObject({ operations: 100, bytes: 100 * 4096, errors: 0 });
  expect(all(2)).toMatchObject({ operations: 6, bytes: 6 * 64 * 4096, errors: 0 });
  expect(all(3)).toMatchObject({ operations: 3, bytes: 0, errors: 0 });
});
