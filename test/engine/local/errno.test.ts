// @module-tag system
import { constants } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Session, SessionTask } from "../../../src/engine/engine.ts";
import { open as openSync } from "../../../src/engine/sync/sync.ts";
import { open as openPool } from "../../../src/engine/threadpool/threadpool.ts";
import { uringRefusal } from "../../../src/engine/uring/refusal.ts";
import { open as openUring } from "../../../src/engine/uring/uring.ts";
import { errnoName, knownErrors } from "../../../src/model/fault/errno.ts";
import { explanationOf } from "../../../src/model/fault/system-error.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { slowMount } from "../../storage/directory/slow-mount.ts";
import { directorySpec, filesPlan } from "../../storage/support.ts";
import { benchOf, prepare, taskOf } from "../support.ts";

/** ENOSYS means to FUSE that a request is not implemented; EINTR makes libuv repeat the call. */
const { ENOSYS, EINTR, EAGAIN, EOPNOTSUPP } = constants.errno;
/** FUSE takes errors below 512. */
const NUMBERS = knownErrors()
  .map(({ number }) => number)
  .filter((number) => number < 512 && number !== ENOSYS && number !== EINTR);

/** Which requests of the kernel carry an operation. */
const REQUESTS: Readonly<Partial<Record<Operation, readonly string[]>>> = {
  read: ["read"],
  write: ["write"],
  create: ["create"],
  stat: ["lookup"],
  fetch: ["open"],
  delete: ["unlink"],
  rename: ["rename2", "rename"],
  list: ["opendir"],
};
const BLOCKS: readonly Operation[] = ["read", "write"];
const FILES = (Object.keys(REQUESTS) as Operation[]).filter((one) => !BLOCKS.includes(one));

type Open = (task: SessionTask) => Promise<Session>;

const ENGINES: readonly (readonly [name: string, operations: readonly Operation[], open: Open])[] =
  [
    ["sync", BLOCKS, (task) => openSync(task)],
    ["sync", FILES, (task) => openSync(task)],
    ["sync without koffi", BLOCKS, (task) => openSync(task, null)],
    ["sync without koffi", FILES, (task) => openSync(task, null)],
    ["uring", BLOCKS, openUring],
    ["uring", FILES.filter((one) => one !== "list"), openUring],
    ["threadpool", BLOCKS, openPool],
    ["threadpool", FILES.filter((one) => one !== "list"), openPool],
  ];

describe("errors of storage have a name on", () => {
  test.for(ENGINES)("%s: %s", async ([name, operations, open], { skip }) => {
    if (name === "uring" && uringRefusal() !== null) return skip();
    const mount = await slowMount({ attributesMs: 0 });
    if (mount === null) return skip();
    const plan = filesPlan({ count: 4, size: { kind: "fixed", bytes: 4096 } });
    for (const operation of operations) {
      const needs = operation === "create" ? "absent" : "present";
      const named = { ...plan, name: `${operation}-${name.replaceAll(" ", "-")}` };
      const data = await prepare(directorySpec(mount.path), named, needs);
      const direct = BLOCKS.includes(operation);
      const task = taskOf(data, [operation], { direct });
      const { session, perform } = benchOf(await open(task), task);
      onTestFinished(async () => session.close());
      for (const number of NUMBERS) {
        // A worker of io_uring repeats these, the second one for some 40 s.
        if (name === "uring" && (number === EAGAIN || number === EOPNOTSUPP)) continue;
        for (const request of REQUESTS[operation] ?? []) mount.fail(request, number);
        const [result = 0] = await perform([{ operation, file: 0, length: 4096 }]);
        mount.heal();
        const expected = errnoName(number);
        const { code, message } = session.explain(result);
        expect({ operation, number, code }).toEqual({ operation, number, code: expected });
        expect(message).toContain(expected);
        const remedy = explanationOf(expected)?.remedy;
        const isOfPhase = ["ENOENT", "EEXIST", "EINVAL"].includes(expected);
        if (remedy !== undefined && !isOfPhase) expect(message).toContain(remedy);
      }
      await data.target.close();
    }
  });
});
