import type { MessagePort } from "node:worker_threads";
import type { DatasetLocation, Location } from "../model/plan/dataset.ts";
import type { EngineName, PhasePlan } from "../model/plan/plan.ts";
import type { Series } from "../model/run/measurement.ts";
import type { Generations } from "./source/generations.ts";

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
