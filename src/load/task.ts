import type { MessagePort } from "node:worker_threads";
import type { SessionTask } from "../engine/engine.ts";
import type { DatasetLocation, Location } from "../model/plan/dataset.ts";
import { type Part, WHOLE } from "../model/plan/part.ts";
import type { EngineName, PhasePlan } from "../model/plan/plan.ts";
import type { Series } from "../model/run/measurement.ts";
import type { Generations } from "./source/generations.ts";

/** Engine and concurrency of a phase on one target. */
export interface ResolvedPhase {
  readonly engine: EngineName;
  readonly threads: number;
  /** Operations in flight per thread. */
  readonly depth: number;
  /** Why the preferred engine is not used, one sentence; null if it is. */
  readonly fallback: string | null;
}

/**
 * A phase that is ready to run: with its engine chosen and its data prepared. Made once per
 * repetition and passed whole from the runner to each worker.
 */
export interface PhaseSetup extends ResolvedPhase {
  readonly phase: PhasePlan;
  /** Share of this host; absent: the whole phase. Threads, depth and workers are per host. */
  readonly part?: Part;
  /**
   * Share of this host in the arrivals of an open loop; absent: `part`. They differ for hosts with
   * separate storage: each does the whole work on its own, at its share of the rate.
   */
  readonly arrivals?: Part;
  readonly repetition: number;
  readonly seed: number;
  readonly location: Location;
  readonly dataset: DatasetLocation;
  /** Latest write of each block, if blocks describe themselves; else null. */
  readonly generations: Generations | null;
  readonly intervalNs: number;
  /** Intervals that make one rate of the statistics of the phase, see `Intervals`; absent: 1. */
  readonly perRate?: number;
  /** Maximum drain; operations in flight after it are unfinished. */
  readonly drainNs: number;
  /** Without a deadline: time without a completion after which the phase ends. */
  readonly quietNs: number;
}

/** One worker's part of a phase, as passed to its thread. */
export interface WorkerTask {
  readonly setup: PhaseSetup;
  /** Thread of this host, from 0 to the setup's threads - 1; `placeOf` has its work. */
  readonly worker: number;
  readonly series: readonly Series[];
  readonly startLine: SharedArrayBuffer;
  /** See `SessionTask`; apart from the setup, because it has credentials. */
  readonly access?: SessionTask["access"];
  /** Port for intervals, in arrays of `IntervalRecord`. */
  readonly port: MessagePort;
}

/** Share of this host in the arrivals of an open loop. */
export function arrivalsPart({ part = WHOLE, arrivals = part }: Arriving): Part {
  return arrivals;
}

type Arriving = Pick<PhaseSetup, "part" | "arrivals">;
