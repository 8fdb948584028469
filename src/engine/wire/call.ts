import type { HeadReader } from "../../s3/http/answer-head.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { cancelled } from "../objects/errors.ts";
import type { Lane } from "./lane.ts";
import type { LaneListener } from "./listener.ts";
import { SlotMoments } from "./moments.ts";
import type { WireSlot } from "./slot.ts";

/** One request of an operation that takes several. */
export interface CallOptions {
  /** See {@link Lane.perform}. */
  readonly uncut?: boolean;
  /** Told when the first byte of the body is there. */
  readonly onFirst?: () => void;
  /** Told of the bytes of a success; returns what is wrong with them. */
  readonly onData?: (buffer: Buffer, from: number, to: number) => Error | null;
  /** Told of a success's head; may throw what is wrong with it. */
  readonly onHead?: (head: HeadReader) => void;
}

class Call extends SlotMoments implements LaneListener {
  readonly #slot: WireSlot;
  readonly #options: CallOptions;
  readonly #resolve: (lane: Lane) => void;
  readonly #reject: (error: Error) => void;

  constructor(
    slot: WireSlot,
    options: CallOptions,
    resolve: (lane: Lane) => void,
    reject: (error: Error) => void,
  ) {
    super(slot);
    this.#slot = slot;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onAnswer(lane: Lane, head: HeadReader): void {
    this.#slot.sink?.answered(this.#slot.number, lane.number);
    try {
      this.#options.onHead?.(head);
    } catch (error) {
      lane.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  onData(lane: Lane, buffer: Buffer, from: number, to: number): void {
    if (lane.received === to - from) this.#options.onFirst?.();
    const problem = this.#options.onData?.(buffer, from, to) ?? null;
    if (problem !== null) lane.fail(problem);
  }

  onDone(lane: Lane, error: Error | null): void {
    if (error === null) this.#resolve(lane);
    else this.#reject(error);
  }
}

/** Sends a request on a lane of the slot; resolves with the lane, whose answer is then complete. */
export function call(
  slot: WireSlot,
  lane: Lane,
  request: WireRequest,
  options: CallOptions = {},
): Promise<Lane> {
  if (slot.around.state.cancelled && options.uncut !== true) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    lane.perform(request, new Call(slot, options, resolve, reject), options.uncut);
  });
}

/**
 * Takes numbered parts in order, on as many of the slot's lanes as may be busy at once. The first
 * failure ends the parts on their way; no part is begun after it.
 */
export async function inParts(
  slot: WireSlot,
  parts: number,
  concurrency: number,
  take: (part: number, lane: Lane) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: Error | null = null;
  const lanes = Array.from({ length: Math.min(concurrency, parts) }, (_, i) => slot.lane(i));
  const work = async (lane: Lane): Promise<void> => {
    while (next < parts) {
      try {
        await take(next++, lane);
      } catch (error) {
        if (failure !== null) return;
        failure = error instanceof Error ? error : new Error(String(error));
        next = parts;
        for (const other of lanes) if (other.busy) other.cancel(failure);
        return;
      }
    }
  };
  await Promise.all(lanes.map(work));
  if (failure !== null) throw failure;
}
