import { FilePool } from "./file-pool.ts";
import { FileRing } from "./file-ring.ts";
import type { FilePerformer, FileReply, Steps } from "./file-steps.ts";

/** Maximum steps in flight, each with one call. */
export const FILE_DEPTH = 64;

/** Interval between two calls of `onSlice`. */
const SLICE_MS = 25;

/** Options of steps in flight. */
export interface DepthOptions {
  /** Aborted: nothing new starts; rejects with the reason when the started steps have ended. */
  readonly signal: AbortSignal | null;
  /** Maximum steps in flight; absent: {@link FILE_DEPTH}. */
  readonly depth?: number;
  /** Called every 25 ms. */
  readonly onSlice?: () => void;
}

/** Makes the best performer that the host allows. */
function makePerformer(): FilePerformer {
  const ring = FileRing.open(FILE_DEPTH);
  return typeof ring === "string" ? new FilePool() : ring;
}

/** Steps that have started; `order`: their number. */
interface Running {
  readonly order: number;
  readonly steps: Steps<unknown>;
}

/**
 * Runs the steps of each item, up to `depth` in flight; they begin in order. After a failure
 * nothing new starts, and the failure of the first item is thrown when the started steps have
 * ended.
 */
export async function runAtDepth<T>(
  items: Iterator<T>,
  stepsOf: (item: T) => Steps<unknown>,
  { signal, depth = FILE_DEPTH, onSlice = () => {} }: DepthOptions,
  performer: FilePerformer = makePerformer(),
): Promise<void> {
  const running: (Running | undefined)[] = [];
  const free = Array.from({ length: depth }, (_, slot) => depth - 1 - slot);
  let failed: { readonly order: number; readonly error: unknown } | null = null;
  let started = 0;
  let sliceMs = performance.now();
  const fail = (order: number, error: unknown): void => {
    if (failed === null || order < failed.order) failed = { order, error };
  };
  const proceed = (slot: number, reply: FileReply): void => {
    const one = running[slot];
    if (one === undefined) return;
    try {
      const next = one.steps.next(reply);
      if (next.done !== true) {
        performer.start(slot, next.value);
        return;
      }
    } catch (error) {
      fail(one.order, error);
    }
    running[slot] = undefined;
    free.push(slot);
  };
  const startNext = (): boolean => {
    const slot = free.at(-1);
    if (slot === undefined || failed !== null || signal?.aborted === true) return false;
    try {
      const item = items.next();
      if (item.done === true) return false;
      free.pop();
      running[slot] = { order: started++, steps: stepsOf(item.value) };
    } catch (error) {
      fail(started, error);
      return false;
    }
    // The first call of a generator ignores its argument.
    proceed(slot, 0);
    return true;
  };
  try {
    for (;;) {
      while (startNext());
      if (free.length === depth) break;
      await performer.turn(proceed);
      if (performance.now() - sliceMs < SLICE_MS) continue;
      sliceMs = performance.now();
      onSlice();
    }
  } finally {
    performer.close();
  }
  rethrow(failed);
  signal?.throwIfAborted();
}

function rethrow(failed: { readonly error: unknown } | null): void {
  if (failed !== null) throw failed.error;
}
