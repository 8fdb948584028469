import { makeBuffers, makeSlots } from "../../src/engine/buffers.ts";
import type { CompletionSink, Session, SessionTask } from "../../src/engine/engine.ts";
import { openSession } from "../../src/engine/index.ts";
import type { DatasetLocation, DatasetPlan, Location } from "../../src/model/plan/dataset.ts";
import { PLAIN_OBJECTS } from "../../src/model/plan/object-options.ts";
import { type Operation, operationCode, SYNC_CODE } from "../../src/model/plan/operation.ts";
import { type EngineName, PLAIN_LISTING } from "../../src/model/plan/plan.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { openTarget } from "../../src/storage/index.ts";
import type { TargetSession } from "../../src/storage/target/target.ts";
import { openOptions, prepareOptions } from "../storage/support.ts";

/** One operation to be done, as a source would put it into a slot. */
export interface Wanted {
  readonly operation: Operation;
  readonly file: number;
  readonly offset?: number;
  readonly length: number;
}

/** A dataset in a real target. */
export interface Prepared {
  readonly target: TargetSession;
  readonly location: Location;
  readonly dataset: DatasetLocation;
}

/** Brings a dataset into a target the way a run does. */
export async function prepare(
  spec: TargetSpec,
  plan: DatasetPlan,
  needs: "present" | "absent",
): Promise<Prepared> {
  const runId = `run-${plan.name}-${needs}`;
  const target = await openTarget(spec, openOptions({ runId, datasets: [plan] }));
  const dataset = await target.prepare(plan, needs, prepareOptions({ entityTags: true }));
  return { target, location: target.location, dataset };
}

/** A session task over a dataset, with a table and buffers like a worker's. */
export function taskOf(
  { location, dataset }: Pick<Prepared, "location" | "dataset">,
  operations: readonly Operation[],
  changes: Partial<SessionTask> & { readonly depth?: number } = {},
): SessionTask {
  const { depth = 1, ...rest } = changes;
  const blockBytes = changes.blockBytes ?? 4096;
  return {
    location,
    dataset,
    slots: makeSlots(depth),
    buffers: makeBuffers(depth, blockBytes),
    operations,
    direct: false,
    dsync: false,
    polling: "none",
    sync: null,
    stages: null,
    blockBytes,
    partBytes: 5 * 1024 * 1024,
    partConcurrency: 2,
    retries: 0,
    objects: PLAIN_OBJECTS,
    listing: PLAIN_LISTING,
    restore: null,
    worker: 0,
    seed: 5,
    ...rest,
  };
}

export interface Bench {
  readonly session: Session;
  readonly task: SessionTask;
  /** Performs all operations, one per slot concurrently; results in request order. */
  perform(wanted: readonly Wanted[]): Promise<readonly number[]>;
}

/** Opens an engine on a task. */
export async function openBench(engine: EngineName, task: SessionTask): Promise<Bench> {
  return benchOf(await openSession(engine, task), task);
}

/** Makes a file durable through the session, and returns the result. */
export async function sync(session: Session, task: SessionTask, file: number): Promise<number> {
  const { slots } = task;
  slots.operation[0] = SYNC_CODE;
  slots.file[0] = file;
  slots.length[0] = 0;
  if (session.drives === "event-loop") {
    return new Promise((resolve) => session.start(0, sinkOf(resolve)));
  }
  session.submit(0);
  const done = new Int32Array(slots.depth);
  const result = new Float64Array(slots.depth);
  let count = 0;
  while (count === 0) count = session.reap(done, result, 50e6);
  if (count !== 1 || done[0] !== 0) throw new Error(`${count} completions, of slot ${done[0]}`);
  return result[0] ?? Number.NaN;
}

/** Drives a session of either kind and throws where it completes what is not in flight. */
export function benchOf(session: Session, task: SessionTask): Bench {
  return {
    session,
    task,
    perform: (wanted) =>
      session.drives === "blocking"
        ? Promise.resolve(performBlocking(session, task, wanted))
        : performEvents(session, task, wanted),
  };
}

function fill(task: SessionTask, slot: number, { operation, file, offset, length }: Wanted): void {
  task.slots.operation[slot] = operationCode(operation);
  task.slots.file[slot] = file;
  task.slots.offset[slot] = offset ?? 0;
  task.slots.length[slot] = length;
}

/** Operation of each slot, and its result. */
class Ledger {
  readonly results: number[] = [];
  private readonly inFlight = new Map<number, number>();

  issued(slot: number, index: number): void {
    if (this.inFlight.has(slot)) throw new Error(`slot ${slot} was issued twice`);
    this.inFlight.set(slot, index);
  }

  completed(slot: number, result: number): void {
    const index = this.inFlight.get(slot);
    if (index === undefined) throw new Error(`slot ${slot} completed, but was not in flight`);
    this.inFlight.delete(slot);
    this.results[index] = result;
  }

  get busy(): number {
    return this.inFlight.size;
  }
}

function performBlocking(
  session: Extract<Session, { drives: "blocking" }>,
  task: SessionTask,
  wanted: readonly Wanted[],
): readonly number[] {
  const { depth } = task.slots;
  const ledger = new Ledger();
  const done = new Int32Array(depth);
  const result = new Float64Array(depth);
  let next = 0;
  const issue = (slot: number): void => {
    const one = wanted[next];
    if (one === undefined) return;
    fill(task, slot, one);
    ledger.issued(slot, next++);
    session.submit(slot);
  };
  for (let slot = 0; slot < depth; slot++) issue(slot);
  for (let looks = 0; ledger.busy > 0; looks++) {
    if (looks > 100_000) throw new Error("an operation never completes");
    const count = session.reap(done, result, 50e6);
    const slots = [...done.subarray(0, count)];
    for (const [i, slot] of slots.entries()) ledger.completed(slot, result[i] ?? Number.NaN);
    for (const slot of slots) issue(slot);
  }
  if (session.reap(done, result, 0) !== 0) throw new Error("something completed twice");
  return ledger.results;
}

async function performEvents(
  session: Extract<Session, { drives: "event-loop" }>,
  task: SessionTask,
  wanted: readonly Wanted[],
): Promise<readonly number[]> {
  const ledger = new Ledger();
  let next = 0;
  const one = (slot: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const index = next++;
      const what = wanted[index];
      if (what === undefined) {
        resolve();
        return;
      }
      fill(task, slot, what);
      ledger.issued(slot, index);
      const completed = (result: number, of: number): void => {
        try {
          ledger.completed(of, result);
          one(of).then(resolve, reject);
        } catch (error) {
          reject(error);
        }
      };
      session.start(slot, sinkOf(completed));
    });
  await Promise.all(Array.from({ length: task.slots.depth }, (_, slot) => one(slot)));
  // A second completion would come soon after the first.
  await new Promise((resolve) => setTimeout(resolve, 20));
  return ledger.results;
}

/** Takes notice of completions only. */
export function sinkOf(completed: (result: number, slot: number) => void): CompletionSink {
  return {
    firstByte() {},
    connecting() {},
    connected() {},
    secured() {},
    sent() {},
    answered() {},
    attemptBegan: () => 0,
    attemptEnded() {},
    complete: (slot, result) => completed(result, slot),
  };
}
