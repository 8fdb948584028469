// @module-tag system
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSession } from "../../../src/engine/index.ts";
import { uringRefusal } from "../../../src/engine/uring/refusal.ts";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { type Operation, operationCode } from "../../../src/model/plan/operation.ts";
import { slowMount } from "../../storage/directory/slow-mount.ts";
import { directorySpec, filesPlan, scratch } from "../../storage/support.ts";
import { benchOf, prepare, sinkOf, taskOf } from "../support.ts";

const refusal = uringRefusal();
if (refusal !== null) process.stderr.write(`skipped: ${refusal}\n`);
const ENGINES = (["uring", "threadpool"] as const).filter(
  (one) => one !== "uring" || refusal === null,
);
type Engine = (typeof ENGINES)[number];

const DEPTH = 64;
const BLOCK_BYTES = 4096;
const SIZE_BYTES = 3 * BLOCK_BYTES + 5;
const PLAN = filesPlan({
  ...{ count: 200, filesPerDirectory: 10 },
  size: { kind: "fixed", bytes: SIZE_BYTES },
});
const ALL = Array.from({ length: 200 }, (_, file) => file);

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** A session at depth; without `held`, directories are opened for each operation. */
async function opened(engine: Engine, operation: Operation, held: boolean, path = scratch()) {
  const needs = operation === "create" ? "absent" : "present";
  const data = await prepare(directorySpec(path), PLAN, needs);
  onTestFinished(() => data.target.close());
  if (!held) data.dataset.held?.directories.fill(-1);
  const task = taskOf(data, [operation], { depth: DEPTH, blockBytes: BLOCK_BYTES });
  const before = descriptors();
  const session = await openSession(engine, task);
  const { perform } = benchOf(session, task);
  const all = () => perform(ALL.map((file) => ({ operation, file, length: SIZE_BYTES })));
  const { location, dataset } = data;
  const root = location.kind === "directory" ? location.root : "";
  const pathOf = (file: number) => join(root, fileName(dataset, file));
  return { session, all, task, before, pathOf, perform };
}

const WORK = [
  ["create", true],
  ["create", false],
  ["stat", false],
  ["fetch", true],
  ["fetch", false],
  ["rename", false],
  ["delete", false],
] as const;

test.each(ENGINES.flatMap((engine) => WORK.map((work) => [engine, ...work] as const)))(
  "%s: %s of 200 files in 20 directories, open: %s",
  async (engine, operation, held) => {
    const { session, all, before } = await opened(engine, operation, held);
    const bytes = operation === "create" || operation === "fetch" ? SIZE_BYTES : 0;
    expect(await all()).toEqual(ALL.map(() => bytes));
    if (operation === "rename") expect(await all()).toEqual(ALL.map(() => 0));
    await session.close();
    expect(descriptors()).toBe(before);
  },
);

test.each(ENGINES)(
  "%s: renames of one file follow each other, however many are submitted",
  async (engine) => {
    const { session, perform, pathOf } = await opened(engine, "rename", true);
    const one = { operation: "rename", file: 3, length: SIZE_BYTES } as const;
    expect(await perform(Array.from({ length: 51 }, () => one))).toEqual(
      Array.from({ length: 51 }, () => 0),
    );
    await session.close();
    expect(existsSync(pathOf(3))).toBe(false);
  },
);

test.each(ENGINES)(
  "%s: renames of one file end, however many wait for one that is refused",
  async (engine) => {
    const { session, perform, pathOf } = await opened(engine, "rename", false);
    rmSync(dirname(pathOf(3)), { recursive: true });
    const one = { operation: "rename", file: 3, length: SIZE_BYTES } as const;
    const results = await perform(Array.from({ length: 20 }, () => one));
    expect(new Set(results.map((result) => session.explain(result).code))).toEqual(
      new Set(["ENOENT"]),
    );
    await session.close();
  },
);

test.each(ENGINES)(
  "%s: new files have their blocks, each another one, and the mode of all files",
  async (engine) => {
    const { session, all, task, pathOf } = await opened(engine, "create", true);
    for (const [slot, view] of task.buffers.views.entries()) view.fill(slot + 1);
    await all();
    await session.close();
    const contents = ALL.map((file) => readFileSync(pathOf(file)));
    expect(contents.every(({ length }) => length === SIZE_BYTES)).toBe(true);
    const blocks = contents.flatMap((content) =>
      [0, 1, 2].map((at) => content.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)),
    );
    // Blocks of one file differ, so that storage cannot deduplicate them.
    for (let first = 0; first < blocks.length; first += 3) {
      const [one, two, three] = blocks
        .slice(first, first + 3)
        .map((block) => block.toString("hex"));
      expect(new Set([one, two, three]).size).toBe(3);
    }
  },
);

test.each(ENGINES)(
  "%s: a file that is missing, too short, or exists already fails alone",
  async (engine) => {
    const { session, perform, pathOf } = await opened(engine, "fetch", true);
    writeFileSync(pathOf(7), "short");
    const length = SIZE_BYTES;
    const results = await perform(
      [6, 7, 8].map((file) => ({ operation: "fetch" as const, file, length })),
    );
    expect(results.map((one) => (one < 0 ? session.explain(one).code : one))).toEqual([
      ...[SIZE_BYTES, "ESHORT", SIZE_BYTES],
    ]);
    await session.close();
    const creates = await opened(engine, "create", true);
    writeFileSync(creates.pathOf(3), "mine");
    const made = await creates.all();
    expect(made.map((one) => (one < 0 ? creates.session.explain(one).code : one))).toEqual(
      ALL.map((file) => (file === 3 ? "EEXIST" : SIZE_BYTES)),
    );
    expect(readFileSync(creates.pathOf(3), "utf8")).toBe("mine");
    await creates.session.close();
  },
);

test.each(ENGINES)(
  "%s: a close waits for what is in flight and leaves no descriptor",
  async (engine) => {
    const mount = await slowMount({ attributesMs: 0 });
    if (mount === null) return;
    const { session, task, before } = await opened(engine, "fetch", true, mount.path);
    mount.setDelay(30);
    const results: number[] = [];
    for (let slot = 0; slot < DEPTH; slot++) {
      task.slots.operation[slot] = operationCode("fetch");
      task.slots.file[slot] = slot;
      task.slots.length[slot] = SIZE_BYTES;
      if (session.drives === "blocking") session.submit(slot);
      else
        session.start(
          slot,
          sinkOf((result) => results.push(result)),
        );
    }
    const [done, result] = [new Int32Array(DEPTH), new Float64Array(DEPTH)];
    // Opens are under way.
    if (session.drives === "blocking") session.reap(done, result, 1e6);
    await session.close();
    // Reported immediately; what an open returns later is closed.
    if (session.drives === "event-loop") {
      expect(results.map((one) => session.explain(one).code)).toEqual(
        Array.from({ length: DEPTH }, () => "ECANCELED"),
      );
    }
    mount.setDelay(0);
    await expect.poll(descriptors, { timeout: 5000 }).toBe(before);
    expect(results).toHaveLength(session.drives === "blocking" ? 0 : DEPTH);
  },
);
