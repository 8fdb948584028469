import type { Wire } from "../../s3/wire.ts";
import type { CompletionSink, SessionTask } from "../engine.ts";
import { type ErrorTable, TransferError } from "../objects/errors.ts";
import type { EntityTags } from "../objects/tags.ts";
import { WireConnection } from "./connection.ts";
import type { WireRequests } from "./requests.ts";
import type { RetryPolicy } from "./retry.ts";

/** State that all slots of a session share. */
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
  /** Uploads in progress, until they are complete or aborted on the server. */
  readonly uploads: Set<Promise<number>>;
  readonly counts: Record<string, number>;
  /** Whether the session is ending: only cleanup requests are sent. */
  cancelled: boolean;
}

/**
 * One slot of a worker's queue depth: its operation and its connections, one or several for parts
 * of one object.
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

  /** The slot's connection, or the i-th one for parts. */
  connection(i = 0): WireConnection {
    const known = this.connections[i];
    if (known !== undefined) return known;
    const connection = this.connect(this.context.retryPolicy);
    this.connections[i] = connection;
    return connection;
  }

  /** Makes a connection that {@link cancel} does not close; it is opened by its first request. */
  connect(policy: RetryPolicy): WireConnection {
    const { wire, connections } = this.context;
    const connection = new WireConnection(wire, policy, this, connections.length);
    connections.push(connection);
    return connection;
  }

  /** Reports the completion of the operation; a second report does nothing. */
  finish(result: number): void {
    const sink = this.sink;
    if (sink === null) return;
    this.sink = null;
    sink.complete(this.number, result);
  }

  fail(error: unknown): void {
    this.finish(this.context.errors.record(error));
  }

  /** Aborts the requests of all connections. */
  cancel(error: Error): void {
    for (const connection of this.connections) connection.cancel(error);
  }

  /** Performs an operation with several requests; resolves with bytes. */
  steps(perform: Promise<number>): void {
    perform.then(
      (bytes) => this.finish(bytes),
      (error) => this.fail(error),
    );
  }

  /** Payload of the slot's operation. @throws TransferError */
  payload(): Buffer {
    const buffer = this.context.task.buffers.views[this.number];
    if (buffer === undefined || (buffer.length === 0 && this.length > 0)) {
      throw new TransferError("EINVAL", `slot ${this.number} has no payload`);
    }
    return buffer;
  }

  /** Adds to a counter of the session, for the stored result. */
  count(name: string, amount = 1): void {
    const { counts } = this.context;
    counts[name] = (counts[name] ?? 0) + amount;
  }
}
