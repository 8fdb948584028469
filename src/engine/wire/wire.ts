/**
 * The engine `s3-wire`: S3 requests over assay's HTTP client, for the lowest CPU time per request.
 * A session has slots, a slot has connections, a connection has one request. Nothing here parses
 * HTTP or signs; `src/s3` does. Read this file first, then `operations.ts`, which has a row for
 * each operation.
 */

import { OPERATIONS } from "../../model/plan/operation.ts";
import { Random } from "../../model/random/random.ts";
import { preflightFailure } from "../../s3/failure/failure.ts";
import type { UnansweredWrites } from "../../s3/failure/unanswered.ts";
import type { Deadlines } from "../../s3/http/socket.ts";
import { Wire } from "../../s3/wire.ts";
import type { CompletionSink, EngineError, EventSession, SessionTask } from "../engine.ts";
import { cancelled, ErrorTable, TransferError } from "../objects/errors.ts";
import { EntityTags } from "../objects/tags.ts";
import { type SlotRunner, WIRE_OPERATIONS } from "./operations.ts";
import { WireRequests } from "./requests.ts";
import { RetryQuota } from "./retry.ts";
import { SingleRequest } from "./single.ts";
import { type WireContext, WireSlot } from "./slot.ts";
import { WireStream } from "./stream.ts";

/** Random stream for the pauses between attempts. */
const PAUSES = 0x77697265;

/** Operations by code, so that the hot path needs no lookup by name. */
const BEGIN = OPERATIONS.map((operation) => WIRE_OPERATIONS[operation]);

/** Session of one worker over assay's connections: measures what the server can deliver. */
class WireSession implements EventSession {
  readonly drives = "event-loop";
  private readonly context: WireContext;
  private readonly runners: readonly SlotRunner[];

  constructor(context: WireContext) {
    this.context = context;
    this.runners = Array.from({ length: context.task.slots.depth }, (_, number) => {
      const slot = new WireSlot(number, context);
      return { slot, single: new SingleRequest(slot), stream: new WireStream(slot) };
    });
  }

  start(number: number, sink: CompletionSink): void {
    const runner = this.runners[number];
    if (runner === undefined) throw new Error(`there is no slot ${number}`);
    const { slot } = runner;
    const { slots } = this.context.task;
    slot.sink = sink;
    slot.file = slots.file[number] ?? 0;
    slot.offset = slots.offset[number] ?? 0;
    slot.length = slots.length[number] ?? 0;
    if (this.context.cancelled) {
      setImmediate(() => slot.fail(cancelled()));
      return;
    }
    const code = slots.operation[number] ?? -1;
    const begin = BEGIN[code];
    try {
      if (begin === undefined) {
        const operation = OPERATIONS[code] ?? "that";
        throw new TransferError("ENOTSUP", `objects do not support ${operation}`);
      }
      begin(runner);
    } catch (error) {
      slot.fail(error);
    }
  }

  get writes(): UnansweredWrites {
    const { connections, wire } = this.context;
    const open = connections.reduce((sum, { writes }) => sum + (writes ? 1 : 0), 0);
    return { open, lost: wire.lostWrites };
  }

  abort(): void {
    this.context.cancelled = true;
    for (const { slot } of this.runners) {
      slot.cancel(cancelled());
      slot.fail(cancelled());
    }
  }

  async close(): Promise<void> {
    const { connections, uploads, wire } = this.context;
    this.abort();
    for (const connection of connections) connection.cancel(cancelled(), true);
    await Promise.allSettled(uploads);
    for (const connection of connections) connection.cancel(cancelled());
    wire.close();
  }

  explain(result: number): EngineError {
    return this.context.errors.explain(result);
  }

  counters(): Readonly<Record<string, number>> {
    const { connections: all, counts, wire } = this.context;
    const { attempts, retries, ...others } = wire.counts;
    const connections = all.reduce((sum, { opened }) => sum + opened, 0);
    const happened = Object.entries({ ...others, ...counts }).filter(([, n]) => n > 0);
    return { attempts, retries, connections, ...Object.fromEntries(happened) };
  }
}

function contextOf(task: SessionTask, wire: Wire, root: string): WireContext {
  const { retries, objects, dataset, operations, seed, worker } = task;
  return {
    task,
    wire,
    root,
    requests: new WireRequests(wire, task, root),
    retryPolicy: {
      retries,
      random: new Random(seed + worker, PAUSES),
      quota: new RetryQuota(),
      fresh: objects.connections === "new",
    },
    errors: new ErrorTable(),
    tags: new EntityTags(dataset, operations),
    connections: [],
    uploads: new Set(),
    counts: {},
    cancelled: false,
  };
}

/** @throws PreflightError without credentials or if the address is invalid */
export async function open(task: SessionTask, deadlines?: Deadlines): Promise<EventSession> {
  const { location } = task;
  if (location.kind !== "bucket") throw new Error(`s3-wire cannot open a ${location.kind}`);
  try {
    const wire = await Wire.open(location.address, deadlines, task.access);
    return new WireSession(contextOf(task, wire, location.root));
  } catch (error) {
    throw preflightFailure(error, location.address);
  }
}
