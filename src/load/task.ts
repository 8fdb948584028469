import type { MessagePort } from "node:worker_threads";
import type { DatasetLocation, Location } from "../model/plan/dataset.ts";
import type { EngineName, PhasePlan } from "../model/plan/plan.ts";
import type { Series } from "../model/run/measurement.ts";
import type { Generations } from "./source/generations.ts";

/** How a phase is carried out on one target. */
export interface ResolvedPhase {
  readonly engine: EngineName;
  readonly threads: number;
  /** Operations in flight per thread. */
  readonly depth: number;
  /** Why it is not the engine that suits it best, one sentence; null where it is. */
  readonly fallback: string | null;
}

/**
 * A phase ready to be timed: its engine chosen, its data prepared. Made once per repetition and
 * passed whole, from the runner to each worker.
 */
export interface PhaseSetup extends ResolvedPhase {
  readonly phase: PhasePlan;
  readonly repetition: number;
  readonly seed: number;
  readonly location: Location;
  readonly dataset: DatasetLocation;
  /** What was written last, for blocks that describe themselves; null where they do not. */
  readonly generations: Generations | null;
  readonly intervalNs: number;
  /** How long the drain may take before what is in flight is given up. */
  readonly drainNs: number;
  /** Without a deadline: how long no operation may complete before the phase is given up. */
  readonly quietNs: number;
}

/** One worker's part of a phase, as it crosses the thread boundary. */
export interface WorkerTask {
  readonly setup: PhaseSetup;
  /** Number of the worker, from 0; there are as many as the setup has threads. */
  readonly worker: number;
  readonly series: readonly Series[];
  readonly startLine: SharedArrayBuffer;
  /** Intervals are posted here, several at a time: arrays of `IntervalRecord`. */
  readonly port: MessagePort;
}
