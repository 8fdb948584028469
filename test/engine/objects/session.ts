import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import type { CompletionSink, EventSession, SessionTask } from "../../../src/engine/engine.ts";
import { openSession } from "../../../src/engine/index.ts";
import { open as openWire } from "../../../src/engine/wire/wire.ts";
import { RANDOM_DATA } from "../../../src/model/plan/data.ts";
import type { DatasetLocation } from "../../../src/model/plan/dataset.ts";
import { type ObjectOptions, PLAIN_OBJECTS } from "../../../src/model/plan/object-options.ts";
import { type Operation, operationCode } from "../../../src/model/plan/operation.ts";
import type { EngineName } from "../../../src/model/plan/plan.ts";
import { type ListingPlan, PLAIN_LISTING, type RestorePlan } from "../../../src/model/plan/plan.ts";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import type { Deadlines } from "../../../src/s3/http/socket.ts";

/** Both engines for buckets, with the same requirements. */
export const S3_ENGINES = ["s3-sdk", "s3-wire"] as const satisfies readonly EngineName[];

export interface Outcome {
  readonly result: number;
  readonly firstBytes: number;
}

export interface SessionOptions {
  /** Options of s3-wire, which is then the engine. */
  readonly deadlines?: Deadlines;
  /** The SDK's unless another is named. */
  readonly engine?: EngineName;
  readonly sizes: readonly number[];
  readonly operations: readonly Operation[];
  readonly depth?: number;
  readonly bufferBytes?: number;
  readonly partBytes?: number;
  readonly partConcurrency?: number;
  readonly retries?: number;
  readonly objects?: Partial<ObjectOptions>;
  readonly listing?: Partial<ListingPlan>;
  readonly restore?: RestorePlan;
  readonly dataset?: Partial<DatasetLocation>;
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
  /** Events of connections and bodies, in order. */
  readonly moments: string[] = [];
  /** Completions seen by each slot, ever. */
  readonly completions: number[];
  /** Ended attempts that the session reported. */
  readonly attempts: { slot: number; mark: number; throttled: boolean }[] = [];
  private marks = 1;

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
        connecting: () => void this.moments.push("connecting"),
        connected: () => void this.moments.push("connected"),
        secured: () => void this.moments.push("secured"),
        sent: () => void this.moments.push("sent"),
        answered: () => void this.moments.push("answered"),
        firstByte: () => {
          firstBytes++;
        },
        attemptBegan: () => this.marks++,
        attemptEnded: (of, mark, throttled) => {
          this.attempts.push({ slot: of, mark, throttled });
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

/** Opens a session on a bucket with its objects below `<prefix>run/`. */
export async function openDriver(address: BucketAddress, options: SessionOptions): Promise<Driver> {
  const depth = options.depth ?? 1;
  const strideBytes = options.bufferBytes ?? 64 * 1024;
  const memory = new Uint8Array(depth * strideBytes);
  const views = Array.from({ length: depth }, (_, slot) =>
    randomFillSync(Buffer.from(memory.buffer, slot * strideBytes, strideBytes)),
  );
  const task: SessionTask = {
    location: { kind: "bucket", address, root: `${address.prefix}run/` },
    dataset: { ...datasetOf(options.sizes), ...options.dataset },
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
    stages: null,
    blockBytes: strideBytes,
    partBytes: options.partBytes ?? 5 * 1024 * 1024,
    partConcurrency: options.partConcurrency ?? 2,
    retries: options.retries ?? 0,
    objects: { ...PLAIN_OBJECTS, ...options.objects },
    listing: { ...PLAIN_LISTING, ...options.listing },
    restore: options.restore ?? null,
    worker: 0,
    seed: 1,
  };
  const session =
    options.deadlines === undefined
      ? await openSession(options.engine ?? "s3-sdk", task)
      : await openWire(task, options.deadlines);
  if (session.drives !== "event-loop")
    throw new Error("an engine of buckets completes by callback");
  return new Driver(session, task);
}
