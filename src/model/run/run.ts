/**
 * What a run measured, as it is stored: results of phases, warnings, the environment. Types only;
 * histograms and rates are made in `metrics`, and `run/store` reads and writes the file. A field
 * that an older version did not store is optional. Begin with `Run` at the end of this file.
 */

import type { Operation } from "../plan/operation.ts";
import type { PhasePlan, Plan } from "../plan/plan.ts";
import type { SearchResult } from "../plan/search.ts";
import type { ThresholdOutcome } from "../plan/threshold.ts";
import type { StorageKnowledge } from "../target/knowledge.ts";
import type { TargetSpec } from "../target/target.ts";
import type { CacheEvidence } from "./cache.ts";
import type { Cost } from "./cost.ts";
import type { Environment } from "./environment.ts";
import type { HarnessRecord } from "./harness.ts";
import type { BackOff, ConnectionMetric, ErrorCount } from "./measurement.ts";
import type { Stability } from "./stability.ts";

/** Latency distribution in nanoseconds, taken from merged histograms, never averaged. */
export interface LatencySummary {
  readonly count: number;
  readonly minNs: number;
  readonly meanNs: number;
  readonly standardDeviationNs: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p95Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly p9999Ns: number;
  readonly maxNs: number;
  /**
   * Smallest latency that is only known to be at least that long, nanoseconds; absent without one.
   * A percentile, minimum or maximum from here on is a lower bound, and so is the mean.
   */
  readonly atLeastNs?: number;
}

/**
 * Numbers of one operation of a phase, or of all together. Rates divide by the phase's elapsed
 * time, or by what of it is reported.
 */
export interface Summary {
  readonly operation: Operation | "all";
  /** Completed without error inside the phase. */
  readonly operations: number;
  readonly bytes: number;
  /** Failed operations, the unfinished ones too unless an interruption ended the load. */
  readonly errors: number;
  /**
   * Issued and not complete when the drain ended; their age is a lower bound in the latencies.
   * Absent in runs of older versions, which did not count them.
   */
  readonly unfinished?: number;
  /** Issued inside the phase, completed after it: in the latencies, never in the rates. */
  readonly drained: number;
  /** Requests refused because there were too many; absent in runs of older versions. */
  readonly throttled?: number;
  /**
   * Completed in the part of the phase that `warmup: auto` or `until: steady` left out, where
   * errors count all the same. Absent: none, or a run of an older version.
   */
  readonly leftOut?: number;
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly latency: LatencySummary | null;
  readonly firstByte: LatencySummary | null;
  /** Of the calls that made writes durable. They are in no count and no rate, but in the time. */
  readonly sync: LatencySummary | null;
  /** Absent where the engine does not see its connections; those without a value are left out. */
  readonly connections?: Readonly<Partial<Record<ConnectionMetric, LatencySummary>>>;
  /** Of single requests, where failed ones were sent again; absent in runs of older versions. */
  readonly attempt?: LatencySummary | null;
  /**
   * From when an operation was due to its completion; `latency` runs from when it was issued. Null
   * in a closed loop, absent in runs of older versions.
   */
  readonly response?: LatencySummary | null;
}

/** What an open loop offered and what became of it. */
export interface OpenLoop {
  /** Operations scheduled inside the reported part of the phase. */
  readonly offered: number;
  /**
   * Mean of the plan's rate over the reported time. In runs of older versions `offered` divided by
   * the elapsed time, which is another number where there are few operations.
   */
  readonly offeredPerSecond: number;
  /** Issued later than due because no slot was free. */
  readonly late: number;
  /** Given up because more waited than may: in the response times as lower bounds. */
  readonly dropped: number;
  /**
   * Scheduled and still waiting when issuing ended, with the drain or earlier: in the response
   * times as lower bounds. In runs of older versions in no latency.
   */
  readonly unissued: number;
  /** The most operations that were due and waited, and how many of them the phase ended with. */
  readonly backlogMost: number;
  readonly backlogAtEnd: number;
  /** How late operations were issued for which a slot stood free: the harness's own error. */
  readonly pacing: LatencySummary | null;
}

/** Event that a warning is about, to summarize equal warnings of several phases. */
export interface WarningEvent {
  /** Noun phrase: `CPU steal`. */
  readonly name: string;
  /** Its number; absent if it has none. */
  readonly value?: number;
  /** Unit of `value`. `share`: 0 to 1. */
  readonly unit?: "share" | "ns" | "count" | "bytes";
}

/** Caveat of a run or a phase. `warning-rows.ts` lists all codes. */
export interface Warning {
  /** Stable identifier: `served-from-cache`, `errors`. */
  readonly code: string;
  /** Event with its number, effect and remedy, in full sentences. */
  readonly message: string;
  /** Absent in runs of older versions. */
  readonly event?: WarningEvent;
}

/** Requests of one interval that the store refused because there were too many. */
export interface ThrottledInterval {
  readonly fromNs: number;
  readonly requests: number;
}

/** State of a run or of one of its phases. `partial`: interrupted, what was measured is kept. */
export type RunState = "running" | "complete" | "partial" | "failed";

/** Processor time of the load generator in a phase, its warm-up left out. */
export interface ClientCpu {
  readonly workersUserNs: number;
  readonly workersSystemNs: number;
  /** The whole process, main thread and libraries' threads included. */
  readonly processUserNs: number;
  readonly processSystemNs: number;
}

/** The result of one phase in one repetition. */
export interface PhaseResult {
  readonly phase: PhasePlan;
  readonly repetition: number;
  /** The planned phase of whose search it is a point; absent elsewhere. */
  readonly pointOf?: string;
  readonly state: RunState;
  /** Why it is not complete, in one sentence; null where it is. */
  readonly reason: string | null;
  /** What really issued the operations, whatever the plan left to `auto`. */
  readonly engine: string;
  readonly threads: number;
  readonly queueDepthPerThread: number;
  readonly startedAt: string;
  readonly elapsedNs: number;
  /** How long of it the summaries are of; absent: all of it. */
  readonly reportedNs?: number;
  readonly intervalNs: number;
  readonly intervals: number;
  readonly datasetBytes: number;
  /** The first is `all`; one more for each operation where a phase mixes them. */
  readonly summaries: readonly Summary[];
  readonly errors: readonly ErrorCount[];
  readonly counters: Readonly<Record<string, number>>;
  /** Intervals with throttled requests, in order; absent in runs of older versions. */
  readonly throttling?: readonly ThrottledInterval[];
  /** Absent in a closed loop and in runs of older versions. */
  readonly openLoop?: OpenLoop;
  /** Pauses after failed operations; absent where the load does not pause, and in older runs. */
  readonly backOff?: BackOff;
  /** How even the phase was; absent in runs of older versions. */
  readonly stability?: Stability;
  readonly cache: CacheEvidence;
  readonly cpu: ClientCpu;
  /** What the harness saw of itself; absent in runs of older versions. */
  readonly harness?: HarnessRecord;
  readonly warnings: readonly Warning[];
}

/** A stored run: `run.json`. Everything a report needs, and nothing secret. */
export interface Run {
  readonly format: "assay-run";
  readonly version: 1;
  readonly id: string;
  readonly assayVersion: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly plan: Plan;
  /** SHA-256 of the plan: two runs with the same hash did the same work. */
  readonly planHash: string;
  readonly target: TargetSpec;
  readonly environment: Environment;
  /** What is known of the storage and of the machine's limits; absent in older runs. */
  readonly storage?: StorageKnowledge;
  /** The data was there before the run (`--reuse-data`); absent where the run made it. */
  readonly reusedData?: boolean;
  readonly phases: readonly PhaseResult[];
  /** Of requests to a bucket; absent elsewhere and in runs of older versions. */
  readonly cost?: { readonly estimated: Cost | null; readonly actual: Cost | null };
  /** Of phases that search, in the order they were run; absent where there are none. */
  readonly searches?: readonly SearchResult[];
  /** How the plan's thresholds came out, in its order; absent where it has none. */
  readonly thresholds?: readonly ThresholdOutcome[];
  readonly warnings: readonly Warning[];
}
