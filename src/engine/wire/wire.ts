import { OPERATIONS } from "../../model/plan/operation.ts";
import { Random } from "../../model/random/random.ts";
import { preflightFailure } from "../../s3/failure/failure.ts";
import type { UnansweredWrites } from "../../s3/failure/unanswered.ts";
import type { Deadlines } from "../../s3/http/socket.ts";
import { Wire } from "../../s3/wire.ts";
import type { CompletionSink, EngineError, EventSession, SessionTask } from "../engine.ts";
import { cancelled, ErrorTable, TransferError } from "../objects/errors.ts";
import { EntityTags } from "../objects/tags.ts";
import type { Lane } from "./lane.ts";
import { WIRE_OPERATIONS } from "./operations.ts";
import { WireRequests } from "./requests.ts";
import { RetryQuota } from "./retry.ts";
import { type Surroundings, WireSlot } from "./slot.ts";
import { WireUploads } from "./upload.ts";

/** Stream of random numbers of the pauses between attempts. */
const PAUSES = 0x77697265;

/** Operations by their code, so that the hot path looks nothing up by name. */
const BEGIN = OPERATIONS.map((operation) => WIRE_OPERATIONS[operation]);

/** Requests of one worker over connections of our own: what the store gives. */
class WireSession implements EventSession {
  readonly drives = "event-loop";
  readonly #task: SessionTask;
  readonly #wire: Wire;
  readonly #errors = new ErrorTable();
  readonly #lanes: Lane[] = [];
  readonly #slots: readonly WireSlot[];
  readonly #counts: Record<string, number> = {};
  readonly #uploads: WireUploads;
  readonly #state = { cancelled: false };

  constructor(task: SessionTask, wire: Wire, root: string) {
    this.#task = task;
    this.#wire = wire;
    const { retries, objects, dataset, operations, seed, worker } = task;
    const random = new Random(seed + worker, PAUSES);
    const around: Surroundings = {
      task,
      wire,
      requests: new WireRequests(wire, task, root),
      attempts: {
        retries,
        random,
        quota: new RetryQuota(),
        fresh: objects.connections === "new",
      },
      errors: this.#errors,
      tags: new EntityTags(dataset, operations),
      lanes: this.#lanes,
      counts: this.#counts,
      state: this.#state,
    };
    this.#uploads = new WireUploads(around);
    this.#slots = Array.from(
      { length: task.slots.depth },
      (_, slot) => new WireSlot(slot, around, this.#uploads),
    );
  }

  start(slot: number, sink: CompletionSink): void {
    const place = this.#slots[slot];
    if (place === undefined) throw new Error(`there is no slot ${slot}`);
    const { slots } = this.#task;
    place.sink = sink;
    place.file = slots.file[slot] ?? 0;
    place.offset = slots.offset[slot] ?? 0;
    place.length = slots.length[slot] ?? 0;
    if (this.#state.cancelled) {
      setImmediate(() => place.fail(cancelled()));
      return;
    }
    const code = slots.operation[slot] ?? -1;
    const begin = BEGIN[code];
    try {
      if (begin === undefined) {
        const operation = OPERATIONS[code] ?? "that";
        throw new TransferError("ENOTSUP", `objects cannot be subject to ${operation}`);
      }
      begin(place);
    } catch (error) {
      place.fail(error);
    }
  }

  get writes(): UnansweredWrites {
    const open = this.#lanes.reduce((sum, { writes }) => sum + (writes ? 1 : 0), 0);
    return { open, lost: this.#wire.lostWrites };
  }

  abort(): void {
    this.#state.cancelled = true;
    for (const slot of this.#slots) {
      slot.cancel(cancelled());
      slot.fail(cancelled());
    }
  }

  async close(): Promise<void> {
    this.abort();
    for (const lane of this.#lanes) lane.cancel(cancelled(), true);
    await this.#uploads.settled();
    for (const lane of this.#lanes) lane.cancel(cancelled());
    this.#wire.close();
  }

  explain(result: number): EngineError {
    return this.#errors.explain(result);
  }

  counters(): Readonly<Record<string, number>> {
    const { attempts, retries, ...others } = this.#wire.counts;
    const connections = this.#lanes.reduce((sum, { opened }) => sum + opened, 0);
    const happened = Object.entries({ ...others, ...this.#counts }).filter(([, n]) => n > 0);
    return { attempts, retries, connections, ...Object.fromEntries(happened) };
  }
}

/** @throws PreflightError where there are no credentials or the address cannot be used. */
export async function open(task: SessionTask, deadlines?: Deadlines): Promise<EventSession> {
  const { location } = task;
  if (location.kind !== "bucket") throw new Error(`s3-wire cannot open a ${location.kind}`);
  try {
    const wire = await Wire.open(location.address, deadlines);
    return new WireSession(task, wire, location.root);
  } catch (error) {
    throw preflightFailure(error, location.address);
  }
}
