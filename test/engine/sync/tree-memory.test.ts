// @module-tag system
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { makeSource } from "../../../src/load/source/index.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { phasePlan } from "../../load/support.ts";
import { directorySpec, filesPlan, scratch } from "../../storage/support.ts";
import { openBench, type Prepared, prepare, taskOf } from "../support.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const IN_MEMORY = "/dev/shm";
const FEW = 2_000;
const MANY = 20_000;
/** Indexes of files to be written take 16; a path as a string would take 80, an object more. */
const MAX_BYTES_A_FILE = 30;
const LOOK_MS = 250;
const CALLS_A_LOOK = 9_000;

/** The most of the heap in use, garbage collected, above what was as it began; bytes. */
class Retained {
  private readonly from = inUse();
  private readonly timer = setInterval(() => this.look(), LOOK_MS);
  most = 0;

  look(): void {
    this.most = Math.max(this.most, inUse() - this.from);
  }

  end(): void {
    clearInterval(this.timer);
    this.look();
  }
}

function inUse(): number {
  collect();
  const { heapUsed } = process.memoryUsage();
  return heapUsed;
}

/** A worker's walk over all of a tree; returns how many operations succeeded. */
async function walk({ location, dataset }: Prepared, operation: Operation, retained: Retained) {
  const task = taskOf({ location, dataset }, [operation]);
  const limit = { kind: "epochs", epochs: 1 } as const;
  const phase = phasePlan({ mix: [{ operation, weight: 1 }], access: "shuffled", limit });
  const part = { worker: 0, workers: 1, seed: 7, slots: task.slots };
  const source = makeSource({ phase, dataset, ...part }, task.buffers);
  const { session } = await openBench("sync", task);
  if (session.drives !== "blocking") throw new Error("the sync engine blocks");
  const done = new Int32Array(1);
  const result = new Float64Array(1);
  let succeeded = 0;
  for (let calls = 1; source.next(0); calls++) {
    session.submit(0);
    session.reap(done, result, 0);
    if ((result[0] ?? -1) >= 0) succeeded++;
    if (calls % CALLS_A_LOOK === 0) retained.look();
  }
  await session.close();
  return succeeded;
}

/** Memory for a tree of files, from its writing to its removal. */
async function memoryOf(count: number): Promise<number> {
  const folder = scratch(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir());
  const plan = filesPlan({ count, size: { kind: "fixed", bytes: 1 }, filesPerDirectory: 500 });
  const retained = new Retained();
  const prepared = await prepare(directorySpec(folder), plan, "present");
  const { target, dataset } = prepared;
  await target.setCache?.(dataset, "warm");
  await target.residency(dataset, "warm");
  expect(await walk(prepared, "list", retained)).toBe(count / 500);
  for (const operation of ["stat", "fetch", "delete", "create"] as const) {
    expect(await walk(prepared, operation, retained)).toBe(count);
  }
  // Its files and its manifest.
  expect((await target.clean()).removedFiles).toBe(count + 1);
  await target.close();
  retained.end();
  return retained.most;
}

test("writes, walks and removes a tree in constant memory", async () => {
  // Code loaded and compiled by the first run is not growth.
  await memoryOf(FEW);
  const few = await memoryOf(FEW);
  const many = await memoryOf(MANY);
  expect((many - few) / (MANY - FEW)).toBeLessThan(MAX_BYTES_A_FILE);
}, 120_000);
