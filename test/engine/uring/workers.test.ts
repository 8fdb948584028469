// @module-tag system
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import { expect, onTestFinished, test } from "vitest";
import { probeEngines } from "../../../src/engine/index.ts";
import { SYNC_CODE } from "../../../src/model/plan/operation.ts";
import { slowMount } from "../../storage/directory/slow-mount.ts";
import { directorySpec, filesPlan } from "../../storage/support.ts";
import { openBench, prepare, taskOf } from "../support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

const DELAY_MS = 50;
const ROUNDS = 3;
/** io_uring runs 4 per core of what waits on regular files, unless its limit is raised. */
const UNLESS_RAISED = 4 * cpus().length;
const DEPTH = Math.min(512, 4 * UNLESS_RAISED);

test.skipIf(refusal !== undefined || DEPTH < 4 * UNLESS_RAISED)(
  "as many syncs wait in the kernel's worker threads as the queue is deep",
  { timeout: 60_000 },
  async (t) => {
    const mount = await slowMount();
    if (mount === null) return t.skip();
    const plan = filesPlan({ count: DEPTH, size: { kind: "fixed", bytes: 4096 } });
    const data = await prepare(directorySpec(mount.path), plan, "present");
    onTestFinished(() => data.target.close());
    const sync = { call: "fsync", every: 1, directory: false } as const;
    const task = taskOf(data, ["write"], { depth: DEPTH, sync });
    const { session } = await openBench("uring", task);
    if (session.drives !== "blocking") throw new Error("the session does not block");
    mount.setDelay(DELAY_MS);
    let shortestMs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const fromMs = performance.now();
      for (let slot = 0; slot < DEPTH; slot++) {
        task.slots.operation[slot] = SYNC_CODE;
        task.slots.file[slot] = slot;
        task.slots.length[slot] = 0;
        session.submit(slot);
      }
      const done = new Int32Array(DEPTH);
      const result = new Float64Array(DEPTH);
      for (let left = DEPTH; left > 0; ) {
        const count = session.reap(done, result, 50e6);
        for (let i = 0; i < count; i++) expect(result[i]).toBe(0);
        left -= count;
      }
      shortestMs = Math.min(shortestMs, performance.now() - fromMs);
    }
    session.close();
    expect(shortestMs).toBeGreaterThanOrEqual(DELAY_MS);
    // One group of 4 per core after the other would take four delays.
    expect(shortestMs).toBeLessThan(3 * DELAY_MS);
  },
);
