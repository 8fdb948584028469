import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { directoryName, fileName } from "../model/dataset.ts";
import { OPERATIONS } from "../model/operation.ts";
import type { BucketAddress } from "../model/target.ts";
import { makeClient } from "../s3/client.ts";
import { CANCELLED, preflightFailure } from "../s3/failure.ts";
import type { CompletionSink, EngineError, EventSession, SessionTask } from "./engine.ts";
import { payload, readable } from "./s3-body.ts";
import { ErrorTable, TransferError } from "./s3-errors.ts";
import { getInParts, getRange, getWhole, type ObjectName } from "./s3-get.ts";
import { countObjects } from "./s3-list.ts";
import { type OpenBody, ShardReader } from "./s3-stream.ts";
import { Uploads } from "./s3-upload.ts";

/** Requests of one worker, through the AWS SDK, as an application would send them. */
class S3Session implements EventSession {
  readonly drives = "event-loop";
  readonly #task: SessionTask;
  readonly #address: BucketAddress;
  readonly #root: string;
  readonly #client: S3Client;
  readonly #errors = new ErrorTable();
  readonly #uploads: Uploads;
  readonly #cancel = new AbortController();
  /** The sink of each slot in flight; null: the slot is free, or its completion was reported. */
  readonly #sinks: (CompletionSink | null)[];
  readonly #readers: ShardReader[];
  #attempts = 0;
  #retries = 0;
  #listed = 0;

  constructor(task: SessionTask, address: BucketAddress, root: string) {
    this.#task = task;
    this.#address = address;
    this.#root = root;
    this.#client = makeClient(address, {
      connections: connectionsOf(task),
      retries: task.retries,
      signal: this.#cancel.signal,
      onAttempt: (first) => {
        this.#attempts++;
        if (!first) this.#retries++;
      },
    });
    this.#uploads = new Uploads(this.#client);
    this.#sinks = Array.from({ length: task.slots.depth }, () => null);
    const openFrom = (file: number, offset: number) => this.#openFrom(file, offset);
    this.#readers = this.#sinks.map(() => new ShardReader(openFrom));
  }

  /** Looks the credentials up before the start line, so that no operation waits for them. */
  async resolveCredentials(): Promise<void> {
    await this.#client.config.credentials();
  }

  start(slot: number, sink: CompletionSink): void {
    this.#sinks[slot] = sink;
    if (this.#cancel.signal.aborted) {
      setImmediate(() => this.#finish(slot, this.#errors.record(cancelled())));
      return;
    }
    this.#operate(slot).then(
      (bytes) => this.#finish(slot, bytes),
      (error) => this.#finish(slot, this.#errors.record(error)),
    );
  }

  abort(): void {
    this.#cancel.abort();
    const result = this.#errors.record(cancelled());
    for (let slot = 0; slot < this.#sinks.length; slot++) this.#finish(slot, result);
  }

  async close(): Promise<void> {
    this.abort();
    await this.#uploads.settled();
    for (const reader of this.#readers) reader.close();
    this.#client.destroy();
  }

  explain(result: number): EngineError {
    return this.#errors.explain(result);
  }

  counters(): Readonly<Record<string, number>> {
    const left = this.#uploads.left;
    return {
      attempts: this.#attempts,
      retries: this.#retries,
      ...(left === 0 ? {} : { uploadsNotAborted: left }),
      ...(this.#task.operations.includes("list") ? { listedEntries: this.#listed } : {}),
    };
  }

  #finish(slot: number, result: number): void {
    const sink = this.#sinks[slot];
    if (sink === null || sink === undefined) return;
    this.#sinks[slot] = null;
    sink.complete(slot, result);
  }

  async #operate(slot: number): Promise<number> {
    const { slots, dataset } = this.#task;
    const operation = OPERATIONS[slots.operation[slot] ?? -1];
    const file = slots.file[slot] ?? 0;
    const offset = slots.offset[slot] ?? 0;
    const length = slots.length[slot] ?? 0;
    const object = { Bucket: this.#address.bucket, Key: this.#root + fileName(dataset, file) };
    switch (operation) {
      case "read":
        return getRange(this.#client, object, offset, length, () => this.#firstByte(slot));
      case "fetch":
        return getWhole(this.#client, object, length, () => this.#firstByte(slot));
      case "create":
        await this.#client.send(
          new PutObjectCommand({
            ...object,
            Body: this.#payload(slot, length),
            ContentLength: length,
          }),
        );
        return length;
      case "stat":
        await this.#client.send(new HeadObjectCommand(object));
        return 0;
      case "delete":
        await this.#client.send(new DeleteObjectCommand(object));
        return 0;
      case "list":
        return this.#list(file);
      case "upload":
        return this.#upload(object, slot, length);
      case "download":
        return getInParts(this.#client, object, length, this.#task, () => this.#firstByte(slot));
      case "stream":
        return this.#reader(slot).read(file, offset, length, () => this.#firstByte(slot));
      default:
        throw new TransferError("ENOTSUP", `objects cannot be subject to ${operation ?? "that"}`);
    }
  }

  async #list(file: number): Promise<number> {
    const prefix = `${this.#root}${directoryName(this.#task.dataset, file)}/`;
    this.#listed += await countObjects(this.#client, this.#address.bucket, prefix);
    return 0;
  }

  #firstByte(slot: number): void {
    this.#sinks[slot]?.firstByte(slot);
  }

  #payload(slot: number, length: number): ReturnType<typeof payload> {
    const buffer = this.#task.buffers.views[slot];
    if (buffer === undefined || (buffer.length === 0 && length > 0)) {
      throw new TransferError("EINVAL", `slot ${slot} has no payload`);
    }
    return payload(buffer, length);
  }

  #reader(slot: number): ShardReader {
    const reader = this.#readers[slot];
    if (reader === undefined) throw new TransferError("EINVAL", `there is no slot ${slot}`);
    return reader;
  }

  #upload(object: ObjectName, slot: number, length: number): Promise<number> {
    const { partBytes, partConcurrency } = this.#task;
    const body = this.#payload(slot, length);
    const { Bucket: bucket, Key: key } = object;
    return this.#uploads.run({ bucket, key, body, length, partBytes, partConcurrency });
  }

  async #openFrom(file: number, offset: number): Promise<OpenBody> {
    const object = {
      Bucket: this.#address.bucket,
      Key: this.#root + fileName(this.#task.dataset, file),
    };
    const range = offset === 0 ? {} : { Range: `bytes=${offset}-` };
    const answer = await this.#client.send(new GetObjectCommand({ ...object, ...range }));
    const size = this.#task.dataset.sizes[file] ?? 0;
    return { body: readable(answer.Body), length: answer.ContentLength ?? size - offset };
  }
}

function cancelled(): TransferError {
  return new TransferError(CANCELLED, "the operation was ended before it was complete");
}

/**
 * No request may wait for a connection, or the wait would be measured as the store's: every part
 * in flight has one, and each slot one more for a shard that is being finished.
 */
function connectionsOf(task: SessionTask): number {
  const inParts = task.operations.includes("upload") || task.operations.includes("download");
  return task.slots.depth * ((inParts ? task.partConcurrency : 1) + 1);
}

/** @throws PreflightError where there are no credentials or the address cannot be used. */
export async function open(task: SessionTask): Promise<EventSession> {
  const { location } = task;
  if (location.kind !== "bucket") throw new Error(`s3-sdk cannot open a ${location.kind}`);
  const session = new S3Session(task, location.address, location.root);
  try {
    await session.resolveCredentials();
  } catch (error) {
    await session.close();
    throw preflightFailure(error, location.address);
  }
  return session;
}
