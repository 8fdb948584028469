import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import type { CompletionSink, EventSession, SessionTask } from "../../src/engine/engine.ts";
import { open } from "../../src/engine/s3-sdk.ts";
import { RANDOM_DATA } from "../../src/model/data.ts";
import type { DatasetLocation } from "../../src/model/dataset.ts";
import { type Operation, operationCode } from "../../src/model/operation.ts";
import type { BucketAddress } from "../../src/model/target.ts";

export interface Outcome {
  readonly result: number;
  readonly firstBytes: number;
}

export interface SessionOptions {
  readonly sizes: readonly number[];
  readonly operations: readonly Operation[];
  readonly depth?: number;
  readonly bufferBytes?: number;
  readonly partBytes?: number;
  readonly partConcurrency?: number;
  readonly retries?: number;
}

/** A dataset of the given sizes in folder `d`. */
function datasetOf(sizes: readonly number[]): DatasetLocation {
  return {
    name: "d",
    folder: "d",
    suffix: ".bin",
    filesPerDirectory: 1000,
    count: sizes.length,
    sizes: Float64Array.from(sizes),
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
    samples: null,
    seed: 7,
    data: RANDOM_DATA,
  };
}

/** A session under test, driven one operation a slot, that notices a second completion. */
export class Driver {
  readonly session: EventSession;
  readonly task: SessionTask;
  /** Completions seen by each slot, ever. */
  readonly completions: number[];

  constructor(session: EventSession, task: SessionTask) {
    this.session = session;
    this.task = task;
    this.completions = Array.from({ length: task.slots.depth }, () => 0);
  }

  run(operation: Operation, file: number, offset = 0, length = 0, slot = 0): Promise<Outcome> {
    const { slots } = this.task;
    slots.operation[slot] = operationCode(operation);
    slots.file[slot] = file;
    slots.offset[slot] = offset;
    slots.length[slot] = length;
    return new Promise((resolve) => {
      let firstBytes = 0;
      const sink: CompletionSink = {
        firstByte: () => {
          firstBytes++;
        },
        complete: (of, result) => {
          this.completions[of] = (this.completions[of] ?? 0) + 1;
          resolve({ result, firstBytes });
        },
      };
      this.session.start(slot, sink);
    });
  }

  /** Code of the error that the result of an operation stands for. */
  code(outcome: Outcome): string {
    return outcome.result >= 0 ? "" : this.session.explain(outcome.result).code;
  }
}

/** Opens a session on a bucket; its objects lie below `<prefix>run/`. */
export async function openDriver(address: BucketAddress, options: SessionOptions): Promise<Driver> {
  const depth = options.depth ?? 1;
  const strideBytes = options.bufferBytes ?? 64 * 1024;
  const memory = new ArrayBuffer(depth * strideBytes);
  const views = Array.from({ length: depth }, (_, slot) =>
    randomFillSync(Buffer.from(memory, slot * strideBytes, strideBytes)),
  );
  const task: SessionTask = {
    location: { kind: "bucket", address, root: `${address.prefix}run/` },
    dataset: datasetOf(options.sizes),
    slots: {
      depth,
      operation: new Uint8Array(depth),
      file: new Int32Array(depth),
      offset: new Float64Array(depth),
      length: new Float64Array(depth),
    },
    buffers: { memory, strideBytes, views },
    operations: options.operations,
    direct: false,
    dsync: false,
    polling: "none",
    sync: null,
    syncWatch: { began() {}, ended() {} },
    blockBytes: strideBytes,
    partBytes: options.partBytes ?? 5 * 1024 * 1024,
    partConcurrency: options.partConcurrency ?? 2,
    retries: options.retries ?? 0,
    worker: 0,
    seed: 1,
  };
  return new Driver(await open(task), task);
}
