import type { SlotTable } from "../../engine/engine.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";

/** Decides the next operation. */
export interface OperationSource {
  /** Fills the slot's row with the next operation; false at the end of this worker's share. */
  next(slot: number): boolean;
}

/** Parameters of every source. */
export interface SourceTask {
  readonly phase: PhasePlan;
  readonly dataset: DatasetLocation;
  readonly slots: SlotTable;
  /** Number of this thread among all threads that share the work, on all hosts. */
  readonly worker: number;
  readonly workers: number;
  /** Threads that issue the block operations of one worker of the plan in turn; absent: 1. */
  readonly lanes?: number;
  readonly seed: number;
}

/** Passes over the dataset; Infinity if the phase has another end. */
export function epochsIn({ limit }: PhasePlan): number {
  return limit.kind === "epochs" ? limit.epochs : Number.POSITIVE_INFINITY;
}
