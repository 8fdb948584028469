// @module-tag system
import { linkSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Session } from "../../../src/engine/engine.ts";
import { open as openSync } from "../../../src/engine/sync/sync.ts";
import { open as openPool } from "../../../src/engine/threadpool/threadpool.ts";
import { uringRefusal } from "../../../src/engine/uring/refusal.ts";
import { open as openUring } from "../../../src/engine/uring/uring.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { fileName } from "../../../src/model/plan/dataset.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { loadLibc } from "../../../src/posix/libc.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { ATTACKS, CAN_MOUNT, FILE, makeWorld, PLAN, snapshot } from "../../storage/attacks.ts";
import { directorySpec, openOptions, prepareOptions } from "../../storage/support.ts";
import { benchOf, taskOf } from "../support.ts";

/** On the dataset's own directories and files: what is above them is open already. */
const INSIDE =
  /^a (foreign tree .* (dataset|directory)|(dataset's folder|directory of files|file) (is|was) )/;
const inside = ATTACKS.filter(({ name }) => INSIDE.test(name) && !/relative|file$/.test(name));
const usable = inside.filter(({ mounts }) => mounts !== true || CAN_MOUNT);
const WHOLE = ["create", "stat", "fetch", "rename", "delete", "list"] as const;
const RING = ["create", "stat", "fetch", "rename", "delete", "read", "write"] as const;
const refusal = uringRefusal();
if (refusal !== null) process.stderr.write(`skipped: uring (${refusal})\n`);

const WAYS = [
  { way: "sync", operations: [...WHOLE, "read", "write", "stream"], node: false },
  { way: "sync without koffi", operations: [...WHOLE, "read", "write"], node: true },
  ...(refusal === null ? [{ way: "uring", operations: RING, node: false }] : []),
  { way: "threadpool", operations: RING, node: false },
] as const;

async function worldFor(operation: Operation, held: boolean) {
  const world = makeWorld();
  const options = openOptions({ datasets: [PLAN] });
  const target = await openTarget(directorySpec(world.path), options);
  onTestFinished(() => target.close().catch(() => {}));
  const needs = operation === "create" ? "absent" : "present";
  const prepared = await target.prepare(PLAN, needs, prepareOptions());
  // Directories beyond the maximum of open ones are opened for each operation.
  if (!held) prepared.held?.directories.fill(-1);
  const plain = { ...prepared, samples: null };
  const samples = { file: new Int32Array(12).map((_, i) => i), offset: new Float64Array(12) };
  const dataset = { ...plain, samples: { ...samples, length: prepared.sizes } };
  return { world, task: taskOf({ location: target.location, dataset }, [operation]) };
}

async function perform(way: string, node: boolean, operation: Operation, held = true) {
  const { world, task } = await worldFor(operation, held);
  const open = (): Promise<Session> => {
    if (way === "threadpool") return openPool(task);
    return way === "uring" ? openUring(task) : openSync(task, node ? null : loadLibc());
  };
  const all = Array.from({ length: 12 }, (_, file) => ({ operation, file, length: 4096 }));
  return { world, task, open, all };
}

describe.each(WAYS)("$way", ({ way, operations, node }) => {
  // Before `create` there is no file whose place could be taken.
  const cases = operations.flatMap((operation) =>
    usable
      .filter(({ name }) => operation !== "create" || !name.startsWith("a file"))
      .map((attack) => ({ operation, attack })),
  );

  test.each(cases)("$operation during a phase: $attack.name", async ({ operation, attack }) => {
    for (const held of [true, false]) {
      const { world, task, open, all } = await perform(way, node, operation, held);
      const session = await open();
      try {
        await benchOf(session, task).perform(all.slice(0, 3));
        attack.run(world);
        const before = snapshot(world.outside);
        await benchOf(session, task).perform(all.slice(3));
        expect(snapshot(world.outside)).toEqual(before);
      } finally {
        await session.close();
      }
    }
  });

  test.each(cases)("$operation, opened after: $attack.name", async ({ operation, attack }) => {
    const { world, task, open, all } = await perform(way, node, operation);
    attack.run(world);
    const before = snapshot(world.outside);
    const session = await open().catch((error) => {
      expect(error.message).not.toContain("/proc/");
      return null;
    });
    if (session !== null) {
      await benchOf(session, task).perform(all);
      await session.close();
    }
    expect(snapshot(world.outside)).toEqual(before);
  });
});

describe.each(WAYS)("$way", ({ way, node }) => {
  test("does not write to a file with a second hard link", async () => {
    const { world, task, open } = await perform(way, node, "write");
    rmSync(join(world.root, FILE));
    linkSync(join(world.outside, FILE), join(world.root, FILE));
    const before = snapshot(world.outside);
    await expect(open()).rejects.toThrow(PreflightError);
    await expect(open()).rejects.toThrow(/000000004\.bin has 2 hard links, so a write would/);
    expect(snapshot(world.outside)).toEqual(before);
    const read = await perform(way, node, "read");
    const link = join(read.world.path, "other-name");
    linkSync(join(read.world.root, FILE), link);
    const session = await read.open();
    await session.close();
    expect(fileName(task.dataset, 4)).toBe(FILE);
    renameSync(link, `${link}-2`);
  });
});
