import type { SlotTable, StageWatch } from "../../engine/engine.ts";
import { type Series, STAGES } from "../../model/run/measurement.ts";
import type { Recorder } from "../record/recorder.ts";

/**
 * Queue depth up to which the stages of each operation are timed; of deeper ones, one operation in
 * depth / 16, unless they are durable. Timing each took 2 to 4% of the CPU time of 200,000 cached
 * reads per second.
 */
const TIMED_DEPTH = 16;

/**
 * Times the stages of operations on whole files. An operation only notes when its stages ended.
 * They are recorded when it is complete, so that each has as many values as the others and their
 * times add up to its latency. A slot keeps the times of its earlier operations.
 */
export class StageTimes implements StageWatch {
  private readonly openedMs: Float64Array;
  private readonly movedMs: Float64Array;
  private readonly syncedMs: Float64Array;
  private readonly timesNs = new Float64Array(STAGES.length);
  private readonly syncs: boolean;
  private readonly every: number;
  private number = 0;
  private nowMs = 0;

  /** `syncs`: whether a sync is one of the stages. */
  private constructor(depth: number, syncs: boolean) {
    this.syncs = syncs;
    this.every = syncs ? 1 : Math.ceil(depth / TIMED_DEPTH);
    this.openedMs = new Float64Array(depth).fill(Number.NEGATIVE_INFINITY);
    this.movedMs = this.openedMs.slice();
    this.syncedMs = this.openedMs.slice();
  }

  /** Null if no operation has stages. */
  static of(series: readonly Series[], { depth }: Pick<SlotTable, "depth">): StageTimes | null {
    const has = (name: Series["metric"]) => series.some(({ metric }) => metric === name);
    return has("open") ? new StageTimes(depth, has("sync")) : null;
  }

  look(): void {
    this.nowMs = performance.now();
  }

  opened(slot: number): void {
    const isTimed = this.number === 0;
    this.number = this.number + 1 === this.every ? 0 : this.number + 1;
    this.openedMs[slot] = isTimed ? this.nowMs : Number.NaN;
  }

  transferred(slot: number): void {
    this.movedMs[slot] = this.nowMs;
  }

  synced(slot: number): void {
    this.syncedMs[slot] = this.nowMs;
  }

  /** Records the stages of a slot's operation, which is complete. */
  completed(recorder: Recorder, slot: number, code: number, issuedMs: number, nowMs: number): void {
    const openedMs = this.openedMs[slot] ?? 0;
    // An operation that is not timed; without stages, the time is that of an earlier one.
    if (!(openedMs >= issuedMs)) return;
    const movedMs = this.movedMs[slot] ?? 0;
    const syncedMs = this.syncedMs[slot] ?? 0;
    const { timesNs } = this;
    timesNs[0] = (openedMs - issuedMs) * 1e6;
    timesNs[1] = (movedMs - openedMs) * 1e6;
    timesNs[2] = (nowMs - Math.max(movedMs, syncedMs)) * 1e6;
    recorder.staged(code, timesNs);
    if (syncedMs >= movedMs) recorder.timed("sync", code, syncedMs - movedMs);
  }

  /**
   * Records the stages of an operation that never completed: those that ended, and a lower bound of
   * the one that it is in.
   */
  unfinished(recorder: Recorder, slot: number, code: number, issuedMs: number, nowMs: number) {
    if (Number.isNaN(this.openedMs[slot])) return;
    let fromMs = issuedMs;
    const ended = [
      ["open", this.openedMs],
      ["transfer", this.movedMs],
      ...(this.syncs ? [["sync", this.syncedMs] as const] : []),
    ] as const;
    for (const [stage, endsMs] of ended) {
      const endMs = endsMs[slot] ?? 0;
      if (endMs < fromMs) {
        recorder.atLeast(stage, code, nowMs - fromMs);
        return;
      }
      recorder.timed(stage, code, endMs - fromMs);
      fromMs = endMs;
    }
    recorder.atLeast("close", code, nowMs - fromMs);
  }
}
