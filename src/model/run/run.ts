/**
 * A run as it is stored: results of phases, warnings, the environment. Types only;
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
import type { ClientCpu, HarnessRecord } from "./harness.ts";
import type { HostRecord, HostScope, PhaseHost, PhaseStart } from "./hosts.ts";
import type { LatencySummary } from "./latency.ts";
import type { BackOff, ConnectionMetric, ErrorCount, RunState, Stage } from "./measurement.ts";
import type { Stability } from "./stability.ts";

/**
 * Numbers of one operation of a phase, or of all together. Rates divide by the phase's elapsed
 * time, or by what of it is reported.
 */
export interface Summary {
  readonly operation: Operation | "all";
  /** Operations completed without error in the phase. */
  readonly operations: number;
  readonly bytes: number;
  /** Failed operations, including unfinished ones unless the load was interrupted. */
  readonly errors: number;
  /**
   * Operations not complete at the end of the drain; their age is a lower bound in the latencies.
   * Absent in older runs.
   */
  readonly unfinished?: number;
  /** Operations issued in the phase and completed after it; in the latencies, not in the rates. */
  readonly drained: number;
  /** Throttled requests; absent in older runs. */
  readonly throttled?: number;
  /**
   * Operations completed in the part that `warmup: auto` or `until: steady` excludes; errors there
   * count. Absent: none, or an older run.
   */
  readonly leftOut?: number;
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly latency: LatencySummary | null;
  readonly firstByte: LatencySummary | null;
  /** Latency of sync calls, which are not in counts and rates, but in the time. */
  readonly sync: LatencySummary | null;
  /** Connection metrics with values; absent if the engine does not see its connections. */
  readonly connections?: Readonly<Partial<Record<ConnectionMetric, LatencySummary>>>;
  /**
   * Stages of operations on whole files, with values; absent if the engine does not report them,
   * and in older runs. Above a queue depth of 16, those of a sample of the operations. Their means
   * and that of `sync` add up to the mean latency of these.
   */
  readonly stages?: Readonly<Partial<Record<Stage, LatencySummary>>>;
  /** Latency of single attempts, if requests are retried; absent in older runs. */
  readonly attempt?: LatencySummary | null;
  /**
   * Response time: scheduled start to completion; `latency` starts at issue. Null in a closed loop,
   * absent in older runs.
   */
  readonly response?: LatencySummary | null;
}

/** Offered load of an open loop, and its outcome. */
export interface OpenLoop {
  /** Operations scheduled inside the reported part of the phase. */
  readonly offered: number;
  /**
   * Mean scheduled rate in the reported time, ops/s. In older runs, `offered` divided by the
   * elapsed time, which differs with few operations.
   */
  readonly offeredPerSecond: number;
  /** Operations issued after their scheduled time because no slot was free. */
  readonly late: number;
  /** Operations dropped because the backlog was full; lower bounds in the response times. */
  readonly dropped: number;
  /**
   * Scheduled operations that were not issued by the end; lower bounds in the response times. In
   * older runs, in no latency.
   */
  readonly unissued: number;
  /** Maximum backlog, and backlog at the end of the phase. */
  readonly backlogMost: number;
  readonly backlogAtEnd: number;
  /** Pacing error: delay of operations for which a slot was free, caused by the load generator. */
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

/** Throttled requests of one interval. */
export interface ThrottledInterval {
  readonly fromNs: number;
  readonly requests: number;
}

/** The result of one phase in one repetition. */
export interface PhaseResult {
  readonly phase: PhasePlan;
  readonly repetition: number;
  /** Planned phase with the search of this point; absent for other phases. */
  readonly pointOf?: string;
  readonly state: RunState;
  /** Why it is not complete, one sentence; null if it is. */
  readonly reason: string | null;
  /** Engine that issued the operations. */
  readonly engine: string;
  /** Worker threads of each host. */
  readonly threads: number;
  readonly queueDepthPerThread: number;
  readonly startedAt: string;
  readonly elapsedNs: number;
  /** Length of the reported part, nanoseconds; absent: all of it. */
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
  /** Stability of the phase; absent in older runs. */
  readonly stability?: Stability;
  readonly cache: CacheEvidence;
  readonly cpu: ClientCpu;
  /** Observations of the load generator; absent in older runs, and with several hosts. */
  readonly harness?: HarnessRecord;
  /** Results by host, in the order of their ranks; absent for a run on one host. */
  readonly hosts?: readonly PhaseHost[];
  /** Start and end of the hosts; absent for a run on one host. */
  readonly start?: PhaseStart;
  readonly warnings: readonly Warning[];
}

/** A planned phase that the target does not support, and the reason as one sentence. */
export interface SkippedPhase {
  readonly phase: string;
  readonly reason: string;
  /** Number of its thresholds, which are not evaluated. */
  readonly thresholds: number;
}

/** A stored run: `run.json`. Contains all data for reports, and no secrets. */
export interface Run {
  readonly format: "assay-run";
  readonly version: 1;
  readonly id: string;
  readonly assayVersion: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** The workload without skipped phases. */
  readonly plan: Plan;
  /** Phases of the scenario that the target does not support; absent: none. */
  readonly skippedPhases?: readonly SkippedPhase[];
  /** SHA-256 of the plan; runs with equal hashes have the same workload. */
  readonly planHash: string;
  readonly target: TargetSpec;
  /** Host of the run; with several hosts, that of rank 0. */
  readonly environment: Environment;
  /** The hosts of the run, by rank; absent if it had one and no list of hosts. */
  readonly hosts?: readonly HostRecord[];
  /** Whether the hosts shared one dataset; absent without `hosts`. */
  readonly hostScope?: HostScope;
  /** Known facts of the storage and of the instance limits; absent in older runs. */
  readonly storage?: StorageKnowledge;
  /** Whether the data existed before the run (`--reuse-data`); absent if the run created it. */
  readonly reusedData?: boolean;
  /**
   * Run of the same command that created the data, shortly before; absent if this run created it.
   */
  readonly sharedFrom?: string;
  readonly phases: readonly PhaseResult[];
  /** Cost of requests to a bucket; absent for other targets and in older runs. */
  readonly cost?: { readonly estimated: Cost | null; readonly actual: Cost | null };
  /** Results of searches, in the order of their phases; absent if there are none. */
  readonly searches?: readonly SearchResult[];
  /** Outcomes of the plan's thresholds, in its order; absent if it has none. */
  readonly thresholds?: readonly ThresholdOutcome[];
  readonly warnings: readonly Warning[];
  /**
   * Facts that the user declared after the run, such as `kind ebs-gp3`. Set when a run is read;
   * never stored.
   */
  readonly declaredAfter?: readonly string[];
  /**
   * Runs of the single hosts, from `hosts/<rank>-<name>`; their ids are `<id>/hosts/<rank>-<name>`.
   * Set when a run is read, where these directories exist; never stored.
   */
  readonly hostRuns?: readonly Run[];
}
