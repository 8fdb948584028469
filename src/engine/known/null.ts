/**
 * Engines of known behavior, which measure assay instead of storage. `null` completes everything
 * immediately, so its rate is the client limit; `synthetic` imitates a device of known latency,
 * bandwidth and errors. Neither touches a file or a network. Read this file first: it is the
 * smallest engine.
 */

import type { BlockingSession, SessionTask } from "../engine.ts";

/** Completes everything immediately, so that only the load generator is measured. */
class NullSession implements BlockingSession {
  readonly drives = "blocking";
  private readonly lengths: Float64Array;
  private readonly queued: Int32Array;
  private count = 0;

  constructor(task: SessionTask) {
    this.lengths = task.slots.length;
    this.queued = new Int32Array(task.slots.depth);
  }

  submit(slot: number): void {
    this.queued[this.count++] = slot;
  }

  reap(done: Int32Array, result: Float64Array): number {
    const count = this.count;
    for (let i = 0; i < count; i++) {
      const slot = this.queued[i] ?? 0;
      done[i] = slot;
      result[i] = this.lengths[slot] ?? 0;
    }
    this.count = 0;
    return count;
  }

  explain(): { code: string; message: string } {
    return { code: "UNKNOWN", message: "the null engine has no errors" };
  }

  counters(): Readonly<Record<string, number>> {
    return {};
  }

  close(): void {}
}

export async function open(task: SessionTask): Promise<BlockingSession> {
  return new NullSession(task);
}
