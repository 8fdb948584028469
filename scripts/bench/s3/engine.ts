import { makeBuffers, makeSlots } from "../../../src/engine/buffers.ts";
import type { CompletionSink, SessionTask } from "../../../src/engine/engine.ts";
import { openSession } from "../../../src/engine/index.ts";
import { PLAIN_OBJECTS } from "../../../src/model/plan/object-options.ts";
import { operationCode } from "../../../src/model/plan/operation.ts";
import { PLAIN_LISTING } from "../../../src/model/plan/plan.ts";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { benchDataset, type S3Load, type StartLoad } from "./load.ts";

const PART_BYTES = 8 * 1024 * 1024;

/** One of our engines, each slot issuing its next operation as the last one completes. */
export function startEngine(engine: "s3-wire" | "s3-sdk"): StartLoad {
  return async (address, load, onDone) => {
    const task = taskOf(address, load);
    const { slots, dataset } = task;
    const session = await openSession(engine, task);
    if (session.drives !== "event-loop") throw new Error(`${engine} is not an engine of buckets`);
    let next = 0;
    const sink: CompletionSink = {
      complete(slot, result) {
        if (result < 0) throw new Error(session.explain(result).message);
        onDone(result);
        issue(slot);
      },
      firstByte() {},
      connecting() {},
      connected() {},
      secured() {},
      sent() {},
      answered() {},
      attemptBegan: () => 0,
      attemptEnded() {},
    };
    const issue = (slot: number): void => {
      const file = next++ % dataset.count;
      slots.operation[slot] = operationCode(load.operation);
      slots.file[slot] = file;
      slots.length[slot] = dataset.sizes[file] ?? 0;
      session.start(slot, sink);
    };
    for (let slot = 0; slot < slots.depth; slot++) issue(slot);
  };
}

function taskOf(address: BucketAddress, load: S3Load): SessionTask {
  const { operation, connections, objectBytes, partConcurrency } = load;
  const writtenBytes = operation === "fetch" ? 0 : Math.min(objectBytes, PART_BYTES);
  return {
    location: { kind: "bucket", address, root: address.prefix },
    dataset: benchDataset(load),
    slots: makeSlots(connections),
    buffers: makeBuffers(connections, writtenBytes),
    operations: [operation],
    direct: false,
    dsync: false,
    polling: "none",
    sync: null,
    stages: null,
    blockBytes: objectBytes,
    partBytes: PART_BYTES,
    partConcurrency,
    retries: 0,
    objects: PLAIN_OBJECTS,
    listing: PLAIN_LISTING,
    restore: null,
    worker: 0,
    seed: 1,
  };
}
