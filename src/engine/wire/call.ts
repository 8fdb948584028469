import type { HeadReader } from "../../s3/http/head.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { cancelled } from "../objects/errors.ts";
import type { RequestListener, WireConnection } from "./connection.ts";
import type { WireSlot } from "./slot.ts";

/** One request of an operation with several. */
export interface CallOptions {
  /** See {@link WireConnection.perform}. */
  readonly uncut?: boolean;
  /** Called at the first byte of the body. */
  readonly onFirst?: () => void;
  /** Called with the bytes of a success; returns their error. */
  readonly onData?: (buffer: Buffer, from: number, to: number) => Error | null;
  /** Called with a success's head; may throw its error. */
  readonly onHead?: (head: HeadReader) => void;
}

class Call implements RequestListener {
  private readonly options: CallOptions;
  private readonly resolve: (connection: WireConnection) => void;
  private readonly reject: (error: Error) => void;

  constructor(
    options: CallOptions,
    resolve: (connection: WireConnection) => void,
    reject: (error: Error) => void,
  ) {
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
  }

  onHead(connection: WireConnection, head: HeadReader): void {
    try {
      this.options.onHead?.(head);
    } catch (error) {
      connection.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  onData(connection: WireConnection, buffer: Buffer, from: number, to: number): void {
    if (connection.received === to - from) this.options.onFirst?.();
    const problem = this.options.onData?.(buffer, from, to) ?? null;
    if (problem !== null) connection.fail(problem);
  }

  onDone(connection: WireConnection, error: Error | null): void {
    if (error === null) this.resolve(connection);
    else this.reject(error);
  }
}

/** Sends a request of a slot; resolves with its connection after the complete response. */
export function call(
  slot: WireSlot,
  request: WireRequest,
  options: CallOptions = {},
  connection: WireConnection = slot.connection(),
): Promise<WireConnection> {
  if (slot.context.cancelled && options.uncut !== true) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    connection.perform(request, new Call(options, resolve, reject), options.uncut);
  });
}

/**
 * Performs numbered parts in order, concurrently on the slot's connections. The first failure
 * aborts the parts in flight; no part is started after it.
 */
export async function inParts(
  slot: WireSlot,
  parts: number,
  concurrency: number,
  take: (part: number, connection: WireConnection) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: Error | null = null;
  const connections = Array.from({ length: Math.min(concurrency, parts) }, (_, i) =>
    slot.connection(i),
  );
  const work = async (connection: WireConnection): Promise<void> => {
    while (next < parts) {
      try {
        await take(next++, connection);
      } catch (error) {
        if (failure !== null) return;
        failure = error instanceof Error ? error : new Error(String(error));
        next = parts;
        for (const other of connections) if (other.busy) other.cancel(failure);
        return;
      }
    }
  };
  await Promise.all(connections.map(work));
  if (failure !== null) throw failure;
}
