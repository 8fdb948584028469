/**
 * The engine `s3-sdk`: requests as an application sends them, through the AWS SDK for JavaScript.
 * The SDK frames HTTP and retries requests. Read this file
 * first: the session. `requests.ts` has a row for each operation.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import type { S3Client } from "@aws-sdk/client-s3";
import { IN_PARTS, OPERATIONS } from "../../model/plan/operation.ts";
import { isThrottling } from "../../model/run/measurement.ts";
import type { BucketAddress } from "../../model/target/target.ts";
import { makeClient } from "../../s3/client.ts";
import { failureCode, preflightFailure } from "../../s3/failure/failure.ts";
import { WriteWatch } from "../../s3/failure/unanswered.ts";
import type { CompletionSink, EngineError, EventSession, SessionTask } from "../engine.ts";
import { cancelled, ErrorTable } from "../objects/errors.ts";
import { ObjectRequests } from "./requests.ts";

/** Session of one worker through the AWS SDK, like an application. */
class S3Session implements EventSession {
  readonly drives = "event-loop";
  private readonly task: SessionTask;
  private readonly client: S3Client;
  private readonly errors = new ErrorTable();
  private readonly requests: ObjectRequests;
  private readonly cancel = new AbortController();
  /** Aborts the writes that continue after an abort. */
  private readonly cut = new AbortController();
  readonly writes = new WriteWatch();
  /** Sink of each slot in flight; null: the slot is free or its completion was reported. */
  private readonly sinks: (CompletionSink | null)[];
  /** Slot of a request whose attempts are reported separately. */
  private readonly slots = new AsyncLocalStorage<number>();
  private attempts = 0;
  private retries = 0;

  constructor(task: SessionTask, address: BucketAddress, root: string) {
    this.task = task;
    this.client = makeClient(address, {
      connections: connectionsOf(task),
      retries: task.retries,
      payload: task.objects.payload,
      reused: task.objects.connections === "reused",
      signal: this.cancel.signal,
      cut: this.cut.signal,
      writes: this.writes,
      onAttempt: (first) => {
        this.attempts++;
        if (!first) this.retries++;
        return this.attempt();
      },
    });
    this.sinks = Array.from({ length: task.slots.depth }, () => null);
    const { signal } = this.cancel;
    this.requests = new ObjectRequests({
      task,
      client: this.client,
      bucket: address.bucket,
      root,
      signal,
    });
  }

  /** Gets the credentials before the start line, so that no operation waits for them. */
  async resolveCredentials(): Promise<void> {
    await this.client.config.credentials();
  }

  start(slot: number, sink: CompletionSink): void {
    this.sinks[slot] = sink;
    if (this.cancel.signal.aborted) {
      setImmediate(() => this.finish(slot, this.errors.record(cancelled())));
      return;
    }
    const operate = () => this.operate(slot);
    const operated = this.task.retries > 0 ? this.slots.run(slot, operate) : operate();
    operated.then(
      (bytes) => this.finish(slot, bytes),
      (error) => this.finish(slot, this.errors.record(error)),
    );
  }

  abort(): void {
    this.cancel.abort();
    const result = this.errors.record(cancelled());
    for (let slot = 0; slot < this.sinks.length; slot++) this.finish(slot, result);
  }

  async close(): Promise<void> {
    this.abort();
    this.cut.abort();
    await this.requests.close();
    this.client.destroy();
  }

  explain(result: number): EngineError {
    return this.errors.explain(result);
  }

  counters(): Readonly<Record<string, number>> {
    return {
      attempts: this.attempts,
      retries: this.retries,
      ...this.requests.counters(),
    };
  }

  private finish(slot: number, result: number): void {
    const sink = this.sinks[slot];
    if (sink === null || sink === undefined) return;
    this.sinks[slot] = null;
    sink.complete(slot, result);
  }

  private operate(slot: number): Promise<number> {
    const { slots } = this.task;
    const operation = OPERATIONS[slots.operation[slot] ?? -1];
    return this.requests.perform(operation, {
      slot,
      file: slots.file[slot] ?? 0,
      offset: slots.offset[slot] ?? 0,
      length: slots.length[slot] ?? 0,
      onFirst: () => this.firstByte(slot),
    });
  }

  /** Reports a request to the load side, if an operation may have several. */
  private attempt(): ((error: unknown) => void) | null {
    const slot = this.slots.getStore();
    const sink = slot === undefined ? null : this.sinks[slot];
    if (slot === undefined || sink === null || sink === undefined) return null;
    const mark = sink.attemptBegan(slot);
    return (error) => {
      if (this.sinks[slot] !== sink) return;
      sink.attemptEnded(slot, mark, error !== null && isThrottling(failureCode(error)));
    };
  }

  private firstByte(slot: number): void {
    this.sinks[slot]?.firstByte(slot);
  }
}

/**
 * Connections of a session. No request may wait for one, because the wait would be measured as the
 * server's: one per part in flight, and one more per slot for the rest of a shard.
 */
function connectionsOf(task: SessionTask): number {
  const inParts = task.operations.some((one) => IN_PARTS.has(one));
  return task.slots.depth * ((inParts ? task.partConcurrency : 1) + 1);
}

/** @throws PreflightError without credentials or if the address is invalid */
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
