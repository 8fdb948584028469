import type { EngineName } from "../plan/plan.ts";

/** CPU time and waits of one worker thread during the measurement. */
export interface OwnTime {
  /** Observed time by the worker's clock, including the drain; the other times are shares of it. */
  readonly watchedNs: number;
  readonly cpuUserNs: number;
  readonly cpuSystemNs: number;
  /** CPU wait: runnable, but no CPU was free; null if the kernel does not report it. */
  readonly processorWaitNs: number | null;
  /** Number of times the thread got a CPU; wait divided by turns is the mean wait. */
  readonly processorTurns: number | null;
  /** GC pauses of its heap, in which it issues no operations. */
  readonly collections: {
    readonly count: number;
    readonly totalNs: number;
    readonly longestNs: number;
  };
  /** Longest delay of its event loop; null for workers without one. */
  readonly loopDelayLongestNs: number | null;
}

/** A pause: a time in which the whole process was not scheduled. */
export interface OwnPause {
  /** From the start of measuring. */
  readonly atNs: number;
  readonly lengthNs: number;
  /**
   * CPU wait of its threads as a share of the pause, 0 to 1: high on an overloaded host, 0 if the
   * process was stopped or the whole host was paused. Null if the kernel does not report it.
   */
  readonly readyShare: number | null;
}

/** Pauses of 50 ms and less in which the process was stopped; waits for a CPU are not counted. */
export interface ShortPauses {
  /** Pauses seen by the check every 20 ms. */
  readonly count: number;
  /** Estimate of the total of all pauses, from the checks that did not run. */
  readonly totalNs: number;
}

/** The pauses of a phase. The list is limited; the counts are complete. */
export interface OwnPauses {
  readonly count: number;
  readonly totalNs: number;
  readonly longestNs: number;
  readonly list: readonly OwnPause[];
  /** Null if the kernel does not distinguish pauses from waits; absent in older runs. */
  readonly short?: ShortPauses | null;
}

/** Throttling of the process by the CPU quota of its control group. */
export interface Throttling {
  readonly periods: number;
  readonly throttledPeriods: number;
  /** Sum over its CPUs, nanoseconds. */
  readonly throttledNs: number;
}

/** Why a rate is client-bound. */
export interface ClientBound {
  /**
   * `processor`: the process used all of its CPUs. `threads`: the workers were always busy, while
   * CPUs were idle. `queue`: the workers were always busy or waited for a CPU, or less than half of
   * the operations in flight were at the storage. `floor`: the rate is close to the client limit.
   * `nothing`: the engine has no storage.
   */
  readonly by: "processor" | "threads" | "queue" | "floor" | "nothing";
  /** The observation, with its numbers. */
  readonly reason: string;
  /** The remedy. */
  readonly advice: string;
}

/** Mean operations in flight of a closed loop while its workers ran. */
export interface InFlight {
  /** Workers × queue depth. */
  readonly planned: number;
  /** By Little's law: completed operations × mean service time / time. */
  readonly reached: number;
  /**
   * Part of `reached` that waited for a CPU instead of the storage. Known only if each operation
   * has its own thread; otherwise null.
   */
  readonly waitingForCpu: number | null;
  /** Threads of libuv's pool, if they are fewer than `planned`; else absent. */
  readonly poolThreads?: number;
}

/** Totals of the threads that execute operations: `iou-wrk-*` of io_uring, or libuv's pool. */
export interface KernelThreads {
  readonly count: number;
  readonly cpuNs: number;
  /** CPU wait, and number of times the threads got a CPU. */
  readonly waitNs: number;
  readonly turns: number;
}

/** Observations of the load generator in a phase, without warm-up. */
export interface HarnessRecord {
  readonly watchedNs: number;
  /** Null if the pause monitor did not start. */
  readonly pauses: OwnPauses | null;
  /** One per worker, with its number; without workers that did not start. */
  readonly workers: readonly (OwnTime & { readonly worker: number })[];
  /**
   * CPU steal and idle time of the CPUs that the process may use, as shares; null if the kernel
   * does not report them. `idleShare` is absent in older runs.
   */
  readonly stealShare: number | null;
  readonly idleShare?: number | null;
  /** Null without a CPU quota or if unknown; absent in older runs. */
  readonly throttling?: Throttling | null;
  /** Whether a CPU quota is set; null if unknown, absent in older runs. */
  readonly hasCpuQuota?: boolean | null;
  /** Number of times the kernel preempted a thread of the process. */
  readonly involuntarySwitches: number;
  /** CPUs that the process may use, by affinity and control group. */
  readonly cores: number;
  /** Client limit of one worker with this engine; null if not measured. */
  readonly floor: ClientLimit | null;
  readonly bound: ClientBound | null;
  /** Null if unknown; absent in older runs. */
  readonly inFlight?: InFlight | null;
  /** Absent if the engine has none, and in older runs. */
  readonly kernelThreads?: KernelThreads;
  /**
   * Longest time for which a worker ran its loop on scratch files before the start. Absent if none
   * did, because the phase is not ended by a count or the threads had run the loop before.
   */
  readonly rehearsalNs?: number;
}

/** Client limit: maximum rate of one worker with an engine without storage. */
export interface ClientLimit {
  readonly engine: EngineName;
  readonly direction: "read" | "write";
  readonly blockBytes: number;
  readonly queueDepth: number;
  readonly operationsPerSecond: number;
  /** CPU time of the worker per operation, including system calls. */
  readonly cpuPerOperationNs: number;
  readonly latencyP50Ns: number;
  readonly latencyP99Ns: number;
}

/** Client limits of a host, measured by `assay selftest` and stored until the host changes. */
export interface ClientLimits {
  readonly format: "assay-floors";
  readonly version: 1;
  readonly measuredAt: string;
  readonly floors: readonly ClientLimit[];
  /** Why engines are missing, one sentence each. */
  readonly missing: readonly string[];
  readonly clock: {
    readonly source: string | null;
    /** Cost of one reading, and resolution of the clock. */
    readonly readingNs: number;
    readonly stepNs: number;
  };
  /** Pacing error of an open loop; absent if not measured. */
  readonly pacing?: {
    readonly offeredPerSecond: number;
    readonly lateP50Ns: number;
    readonly lateP99Ns: number;
  };
  /** Delay of a timer of 1 ms. */
  readonly timer: {
    readonly lateP50Ns: number;
    readonly lateP99Ns: number;
    readonly lateMaxNs: number;
  };
  readonly cores: number;
  readonly stealShare: number | null;
  /** CPU time of other processes as a share of the host; null if unknown. */
  readonly othersShare: number | null;
  readonly governor: string | null;
}

/** CPU time of the load generator in a phase, without warm-up. */
export interface ClientCpu {
  readonly workersUserNs: number;
  readonly workersSystemNs: number;
  /** The whole process, main thread and libraries' threads included. */
  readonly processUserNs: number;
  readonly processSystemNs: number;
}
