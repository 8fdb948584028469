// @module-tag system
import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { uringRefusal } from "../../../src/engine/uring/refusal.ts";
import { open } from "../../../src/engine/uring/uring.ts";
import type { SyncPlan } from "../../../src/model/plan/plan.ts";
import { slowMount } from "../../storage/directory/slow-mount.ts";
import { directorySpec, filesPlan, scratch } from "../../storage/support.ts";
import { benchOf, prepare, taskOf } from "../support.ts";

const refusal = uringRefusal();
if (refusal !== null) process.stderr.write(`skipped: ${refusal}\n`);
const onRing = test.skipIf(refusal !== null);

const COUNT = 30;
const LENGTH = 5000;
const PLAN = filesPlan({ count: COUNT, filesPerDirectory: 10 });
const CREATES = Array.from({ length: COUNT }, (_, file) => ({
  operation: "create" as const,
  ...{ file, length: LENGTH },
}));

/** A session that creates durable files, and the stages that it reports. */
async function opened(sync: SyncPlan, held: boolean, path: string) {
  const data = await prepare(directorySpec(path), PLAN, "absent");
  onTestFinished(() => data.target.close());
  if (!held) data.dataset.held?.directories.fill(-1);
  const told: string[][] = Array.from({ length: 8 }, () => []);
  const stages = {
    look() {},
    opened: (slot: number) => void told[slot]?.push("open"),
    transferred: (slot: number) => void told[slot]?.push("transfer"),
    synced: (slot: number) => void told[slot]?.push("sync"),
  };
  const task = taskOf(data, ["create"], { depth: 8, sync, stages });
  const session = await open(task);
  return { session, told, perform: benchOf(session, task).perform };
}

const CALLS = (["fsync", "fdatasync"] as const).flatMap((call) =>
  [false, true].flatMap((directory) =>
    [false, true].map((held) => [{ call, every: 1, directory }, held] as const),
  ),
);

onRing.each(CALLS)("a new file is open, written, durable, closed: %o, %s", async (sync, held) => {
  const before = readdirSync("/proc/self/fd").length;
  const { session, told, perform } = await opened(sync, held, scratch());
  const open = readdirSync("/proc/self/fd").length;
  expect(open).toBeGreaterThan(before);
  expect(await perform(CREATES)).toEqual(CREATES.map(() => LENGTH));
  const each = ["open", "transfer", "sync"];
  expect(told.flat()).toEqual(CREATES.flatMap(() => each));
  session.close();
});

onRing.each([
  ["fsync", { call: "fsync", every: 1, directory: false }],
  ["fsync", { call: "fdatasync", every: 1, directory: true }],
  ["fsyncdir", { call: "fsync", every: 1, directory: true }],
] as const)("a file whose %s fails is an error and has no sync", async (request, sync) => {
  const mount = await slowMount();
  if (mount === null) return;
  const { session, told, perform } = await opened(sync, true, mount.path);
  mount.fail(request, constants.errno.EIO);
  const before = readdirSync("/proc/self/fd").length;
  const results = await perform(CREATES);
  expect(results.map((one) => session.explain(one).code)).toEqual(CREATES.map(() => "EIO"));
  expect(told.flat()).toEqual(CREATES.flatMap(() => ["open", "transfer"]));
  expect(readdirSync("/proc/self/fd")).toHaveLength(before);
  session.close();
  mount.heal();
});
