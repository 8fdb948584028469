import type { Wire } from "../../s3/wire.ts";
import type { CompletionSink, SessionTask } from "../engine.ts";
import { type ErrorTable, TransferError } from "../objects/errors.ts";
import type { EntityTags } from "../objects/tags.ts";
import { WireConnection } from "./connection.ts";
import type { WireRequests } from "./requests.ts";
import type { RetryPolicy } from "./retry.ts";

/** What all slots of a session share. */
export interface WireContext {
  readonly task: SessionTask;
  readonly wire: Wire;
  /** Key prefix of the run, ending in `/`. */
  readonly root: string;
  readonly requests: WireRequests;
  readonly retryPolicy: RetryPolicy;
  readonly errors: ErrorTable;
  readonly tags: EntityTags;
  readonly connections: WireConnection[];
  /** Uploads under way, each until it is complete or aborted in the store. */
  readonly uploads: Set<Promise<number>>;
  readonly counts: Record<string, number>;
  /** Whether the session ends: only what cleans up is sent. */
  cancelled: boolean;
}

/**
 * One place of a worker's queue depth: the operation in it and its connections, one, or several for
 * parts of one object.
 */
export class WireSlot {
  readonly number: number;
  readonly context: WireContext;
  sink: CompletionSink | null = null;
  file = 0;
  offset = 0;
  length = 0;
  private readonly connections: WireConnection[] = [];

  constructor(number: number, context: WireContext) {
    this.number = number;
    this.context = context;
  }

  /** The slot's own connection, or the i-th of those for parts. */
  connection(i = 0): WireConnection {
    const known = this.connections[i];
    if (known !== undefined) return known;
    const connection = this.connect(this.context.retryPolicy);
    this.connections[i] = connection;
    return connection;
  }

  /** Makes a connection that {@link cancel} leaves alone; it is opened with its first request. */
  connect(policy: RetryPolicy): WireConnection {
    const { wire, connections } = this.context;
    const connection = new WireConnection(wire, policy, this, connections.length);
    connections.push(connection);
    return connection;
  }

  /** Reports the operation as complete; a second report does nothing. */
  finish(result: number): void {
    const sink = this.sink;
    if (sink === null) return;
    this.sink = null;
    sink.complete(this.number, result);
  }

  fail(error: unknown): void {
    this.finish(this.context.errors.record(error));
  }

  /** Ends what is in flight on all connections. */
  cancel(error: Error): void {
    for (const connection of this.connections) connection.cancel(error);
  }

  /** Performs an operation that takes several requests; resolves with bytes. */
  steps(perform: Promise<number>): void {
    perform.then(
      (bytes) => this.finish(bytes),
      (error) => this.fail(error),
    );
  }

  /** The bytes that the slot's operation sends. @throws TransferError */
  payload(): Buffer {
    const buffer = this.context.task.buffers.views[this.number];
    if (buffer === undefined || (buffer.length === 0 && this.length > 0)) {
      throw new TransferError("EINVAL", `slot ${this.number} has no payload`);
    }
    return buffer;
  }

  /** Adds to a count of the session, for the stored result. */
  count(name: string, amount = 1): void {
    const { counts } = this.context;
    counts[name] = (counts[name] ?? 0) + amount;
  }
}
