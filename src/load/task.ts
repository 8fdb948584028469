import type { MessagePort } from "node:worker_threads";
import type { DatasetLocation, Location } from "../model/plan/dataset.ts";
import type { EngineName, PhasePlan } from "../model/plan/plan.ts";
import type { Series } from "../model/run/measurement.ts";
import type { Generations } from "./source/generations.ts";

/** Cells of the shared start line, an Int32Array over a SharedArrayBuffer. */
export const START_LINE = {
  /** Workers that stand ready. */
  ready: 0,
  /** 0: wait; 1: go; 2: do not start. */
  go: 1,
  /** Set to 1 to end the phase early with what was measured. */
  stop: 2,
  /** Arrivals of an open loop that workers have claimed. */
  arrivals: 3,
  /** Set to 1 once the phase has a deadline that is earlier than planned. */
  deadline: 4,
  /** Number of cells, even: instants follow them. */
  cells: 6,
} as const;

/** One worker's part of one phase, as it crosses the thread boundary. */
export interface WorkerTask {
  readonly worker: number;
  readonly workers: number;
  readonly engine: EngineName;
  readonly phase: PhasePlan;
  /** Queue depth this thread carries. */
  readonly depth: number;
  readonly location: Location;
  readonly dataset: DatasetLocation;
  readonly series: readonly Series[];
  readonly seed: number;
  readonly repetition: number;
  readonly intervalNs: number;
  /** How long the drain may take before what is in flight is given up. */
  readonly drainNs: number;
  /** Without a deadline: how long no operation may complete before the phase is given up. */
  readonly quietNs: number;
  readonly startLine: SharedArrayBuffer;
  /** What was written last, for blocks that describe themselves; null where they do not. */
  readonly generations: Generations | null;
  /** Intervals are posted here, several at a time: arrays of `IntervalRecord`. */
  readonly port: MessagePort;
}
