import type { SlotTable } from "../../engine/engine.ts";
import type { Recorder } from "../record/recorder.ts";
import type { Pacing } from "./pacing.ts";

/** Maximum timer; beyond 2^31 ms it would fire immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Maximum lateness of a timer. */
const TIMER_MS = 2;

/** Open loop of a worker on the event loop: slots and the schedule of their operations. */
export class PacedSlots {
  private readonly pacing: Pacing;
  private readonly recorder: Recorder;
  private readonly slots: SlotTable;
  private readonly ring: () => void;
  private readonly dueMs: Float64Array;
  private cancel: (() => void) | null = null;

  /** `issue` is called when an operation may be scheduled and a slot is free. */
  constructor(pacing: Pacing, recorder: Recorder, slots: SlotTable, issue: () => void) {
    this.pacing = pacing;
    this.recorder = recorder;
    this.slots = slots;
    this.dueMs = new Float64Array(slots.depth);
    this.ring = () => {
      this.cancel = null;
      issue();
    };
  }

  /** Takes the next scheduled operation for a free slot; false: none yet, and a timer is set. */
  take(slot: number): boolean {
    const now = performance.now();
    const dueMs = this.pacing.take(now);
    if (!Number.isNaN(dueMs)) {
      this.dueMs[slot] = dueMs;
      return true;
    }
    if (!this.pacing.over(now)) this.wake(this.pacing.nextMs() - now);
    return false;
  }

  /** Scheduled time of the operation in a slot. */
  dueAt(slot: number): number {
    return this.dueMs[slot] ?? Number.NaN;
  }

  issued(slot: number, nowMs: number): void {
    if (this.pacing.began()) this.timed("pacing", slot, nowMs);
  }

  completed(slot: number, nowMs: number): void {
    this.timed("response", slot, nowMs);
  }

  /** Frees a slot whose operation has ended. */
  freed(nowMs: number): void {
    this.pacing.freed(nowMs);
  }

  /** Whether the phase has ended and nothing is left to issue. */
  over(nowMs: number): boolean {
    const { open, toMs } = this.recorder;
    return this.pacing.over(nowMs) && (!open || !Number.isFinite(toMs));
  }

  /** The source has no operation for the taken arrival. */
  exhausted(): void {
    this.pacing.exhausted();
  }

  /** A sync, during which nothing was issued, ended. */
  heldUntil(nowMs: number): void {
    this.pacing.heldUntil(nowMs);
  }

  /** Ends the load early. */
  stop(nowMs: number): void {
    this.pacing.stop(nowMs);
  }

  close(): void {
    this.cancel?.();
  }

  private timed(metric: "response" | "pacing", slot: number, nowMs: number): void {
    const code = this.slots.operation[slot] ?? 0;
    this.recorder.timed(metric, code, nowMs - (this.dueMs[slot] ?? nowMs));
  }

  /** Timers have a resolution of 1 ms; earlier arrivals are checked in each loop turn. */
  private wake(inMs: number): void {
    if (this.cancel !== null) return;
    if (inMs > TIMER_MS) {
      const afterMs = Math.min(LONGEST_TIMER_MS, Math.floor(inMs - TIMER_MS + 1));
      const timer = setTimeout(this.ring, afterMs);
      this.cancel = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(this.ring);
      this.cancel = () => clearImmediate(immediate);
    }
  }
}
