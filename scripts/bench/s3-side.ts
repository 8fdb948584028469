import { makeBuffers, makeSlots } from "../../src/engine/buffers.ts";
import type { CompletionSink, EventSession, SessionTask } from "../../src/engine/engine.ts";
import { openSession } from "../../src/engine/index.ts";
import { RANDOM_DATA } from "../../src/model/plan/data.ts";
import type { DatasetLocation } from "../../src/model/plan/dataset.ts";
import { PLAIN_OBJECTS } from "../../src/model/plan/object-options.ts";
import { operationCode } from "../../src/model/plan/operation.ts";
import { PLAIN_LISTING } from "../../src/model/plan/plan.ts";
import type { BucketAddress } from "../../src/model/target/target.ts";
import type { S3Load, Side } from "./s3-cells.ts";

const OBJECTS = 16;
const PART_BYTES = 8 * 1024 * 1024;

/** The objects that are read, or written over and over. */
export function benchDataset(load: S3Load): DatasetLocation {
  const count = OBJECTS;
  return {
    name: "bench",
    folder: `bench-${load.objectBytes}`,
    suffix: ".bin",
    filesPerDirectory: 1000,
    count,
    sizes: new Float64Array(count).fill(load.objectBytes),
    totalBytes: count * load.objectBytes,
    samples: null,
    seed: 1,
    data: RANDOM_DATA,
  };
}

/** One of our engines, each slot issuing its next operation as the last one completes. */
export async function runEngine(
  engine: Exclude<Side, "undici">,
  address: BucketAddress,
  load: S3Load,
  onDone: (bytes: number) => void,
): Promise<() => Promise<void>> {
  const task = taskOf(address, load);
  const session = await openSession(engine, task);
  if (session.drives !== "event-loop") throw new Error(`${engine} is no engine of buckets`);
  const loop = new Loop(session, task, onDone);
  loop.begin();
  return async () => {
    loop.stopped = true;
    session.abort();
    await session.close();
  };
}

function taskOf(address: BucketAddress, load: S3Load): SessionTask {
  const depth = load.connections;
  return {
    location: { kind: "bucket", address, root: address.prefix },
    dataset: benchDataset(load),
    slots: makeSlots(depth),
    buffers: makeBuffers(
      depth,
      load.operation === "fetch" ? 0 : Math.min(load.objectBytes, PART_BYTES),
    ),
    operations: [load.operation],
    direct: false,
    dsync: false,
    polling: "none",
    sync: null,
    syncWatch: { began() {}, ended() {} },
    blockBytes: load.objectBytes,
    partBytes: PART_BYTES,
    partConcurrency: load.partConcurrency,
    retries: 0,
    objects: PLAIN_OBJECTS,
    listing: PLAIN_LISTING,
    restore: null,
    worker: 0,
    seed: 1,
  };
}

class Loop implements CompletionSink {
  stopped = false;
  readonly #session: EventSession;
  readonly #task: SessionTask;
  readonly #onDone: (bytes: number) => void;
  #next = 0;

  constructor(session: EventSession, task: SessionTask, onDone: (bytes: number) => void) {
    this.#session = session;
    this.#task = task;
    this.#onDone = onDone;
  }

  begin(): void {
    for (let slot = 0; slot < this.#task.slots.depth; slot++) this.#issue(slot);
  }

  complete(slot: number, result: number): void {
    if (this.stopped) return;
    if (result < 0) throw new Error(this.#session.explain(result).message);
    this.#onDone(result);
    this.#issue(slot);
  }

  firstByte(): void {}
  connecting(): void {}
  connected(): void {}
  secured(): void {}
  sent(): void {}
  answered(): void {}
  attemptBegan(): number {
    return 0;
  }
  attemptEnded(): void {}

  #issue(slot: number): void {
    const { slots, dataset, operations } = this.#task;
    const file = this.#next++ % dataset.count;
    slots.operation[slot] = operationCode(operations[0] ?? "fetch");
    slots.file[slot] = file;
    slots.length[slot] = dataset.sizes[file] ?? 0;
    this.#session.start(slot, this);
  }
}
