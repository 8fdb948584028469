import type { EngineName } from "../plan/plan.ts";

/** What one worker thread itself took and waited for, from the start of measuring to its end. */
export interface OwnTime {
  /** By the worker's clock, the drain included: what the other times are shares of. */
  readonly watchedNs: number;
  readonly cpuUserNs: number;
  readonly cpuSystemNs: number;
  /** Ready to run, but not given a processor; null where the kernel does not say. */
  readonly processorWaitNs: number | null;
  /** How often it was given one: the mean wait is the quotient. */
  readonly processorTurns: number | null;
  /** Garbage collections of its own heap, while which it issued nothing. */
  readonly collections: {
    readonly count: number;
    readonly totalNs: number;
    readonly longestNs: number;
  };
  /** Longest that a timer of its event loop was late; null where a worker has no event loop. */
  readonly loopDelayLongestNs: number | null;
}

/** A time in which the whole process did not run. */
export interface OwnPause {
  /** From the start of measuring. */
  readonly atNs: number;
  readonly lengthNs: number;
  /**
   * Share of it that its threads were ready to run and got no processor, 0 to 1: high on a machine
   * that is starved, 0 where the process was stopped or the whole machine stood still. Null where
   * the kernel does not say.
   */
  readonly readyShare: number | null;
}

/** Pauses of 50 ms and less in which the process was stopped; waits for a CPU are not counted. */
export interface ShortPauses {
  /** Those that a look fell into, which happens every 20 ms. */
  readonly count: number;
  /** Estimate of all of them, seen or not: the time of the looks they swallowed. */
  readonly totalNs: number;
}

/** The pauses of a phase. Of very many the first are listed, and all are counted. */
export interface OwnPauses {
  readonly count: number;
  readonly totalNs: number;
  readonly longestNs: number;
  readonly list: readonly OwnPause[];
  /** Null where the kernel does not tell them from waits; absent in runs of older versions. */
  readonly short?: ShortPauses | null;
}

/** How often the CPU quota of the process's control group stopped it. */
export interface Throttling {
  readonly periods: number;
  readonly throttledPeriods: number;
  /** Sum over its CPUs, nanoseconds. */
  readonly throttledNs: number;
}

/** Why a rate is the client's and not the storage's. */
export interface ClientBound {
  /**
   * `processor`: the process used all that it may. `threads`: its workers were busy all the time,
   * while processors were left. `queue`: they were busy or waited for a processor all the time, or
   * less than half of the operations in flight were with the storage.
   * `floor`: the rate is close to the most that the engine does here without any storage.
   * `nothing`: there is no storage behind the engine.
   */
  readonly by: "processor" | "threads" | "queue" | "floor" | "nothing";
  /** What was seen, with its numbers. */
  readonly reason: string;
  /** What would help. */
  readonly advice: string;
}

/** Operations in flight of a closed loop, in the mean of the time that its workers ran. */
export interface InFlight {
  /** Workers × queue depth. */
  readonly planned: number;
  /** By Little's law: completed operations × mean service time / time. */
  readonly reached: number;
  /**
   * Of those reached, how many waited for a CPU instead of the storage. Only an operation that has
   * a thread to itself is known to; null for others.
   */
  readonly waitingForCpu: number | null;
}

/** Threads of the kernel that run operations of io_uring (`iou-wrk-*`), summed. */
export interface KernelThreads {
  readonly count: number;
  readonly cpuNs: number;
  /** Ready to run, but no CPU was free; and how often they were given one. */
  readonly waitNs: number;
  readonly turns: number;
}

/** What the harness saw of itself in a phase, its warm-up left out. */
export interface HarnessRecord {
  readonly watchedNs: number;
  /** Null: nobody watched, for no thread could be started for it. */
  readonly pauses: OwnPauses | null;
  /** One each, with the worker's number; those that never started are left out. */
  readonly workers: readonly (OwnTime & { readonly worker: number })[];
  /**
   * Share of the time of the CPUs it may use that the hypervisor gave to others, and that they were
   * idle; null where the kernel does not say. The second is absent in runs of older versions.
   */
  readonly stealShare: number | null;
  readonly idleShare?: number | null;
  /** Null without a CPU quota, or where it is not told; absent in runs of older versions. */
  readonly throttling?: Throttling | null;
  /** Whether a CPU quota is set; null where that is not known. Absent in older runs. */
  readonly hasCpuQuota?: boolean | null;
  /** How often the kernel took a processor from one of the process's threads. */
  readonly involuntarySwitches: number;
  /** Processors that the process may use: affinity, and its control group's limit. */
  readonly cores: number;
  /** The most that one worker does here with this engine; null: not measured. */
  readonly floor: ClientLimit | null;
  readonly bound: ClientBound | null;
  /** Null where it is not known; absent in runs of older versions. */
  readonly inFlight?: InFlight | null;
  /** Absent where the engine has none, and in runs of older versions. */
  readonly kernelThreads?: KernelThreads;
}

/** The most that one worker thread does with an engine where no storage is waited for. */
export interface ClientLimit {
  readonly engine: EngineName;
  readonly direction: "read" | "write";
  readonly blockBytes: number;
  readonly queueDepth: number;
  readonly operationsPerSecond: number;
  /** The worker thread's own time, system calls included. */
  readonly cpuPerOperationNs: number;
  readonly latencyP50Ns: number;
  readonly latencyP99Ns: number;
}

/** What a machine is worth as a load generator: `assay selftest`, kept until something changes. */
export interface ClientLimits {
  readonly format: "assay-floors";
  readonly version: 1;
  readonly measuredAt: string;
  readonly floors: readonly ClientLimit[];
  /** Why engines are not among them, one sentence each. */
  readonly missing: readonly string[];
  readonly clock: {
    readonly source: string | null;
    /** What one reading costs, and the smallest step between two that differ. */
    readonly readingNs: number;
    readonly stepNs: number;
  };
  /** How late a wait of one millisecond ends. */
  /** How late an open loop issues what is due; absent where it was not measured. */
  readonly pacing?: {
    readonly offeredPerSecond: number;
    readonly lateP50Ns: number;
    readonly lateP99Ns: number;
  };
  readonly timer: {
    readonly lateP50Ns: number;
    readonly lateP99Ns: number;
    readonly lateMaxNs: number;
  };
  readonly cores: number;
  readonly stealShare: number | null;
  /** Share of the machine's processor time that others used meanwhile; null: not told. */
  readonly othersShare: number | null;
  readonly governor: string | null;
}
