import type { CacheEvidence } from "./cache.ts";
import type { ClientCpu, HarnessRecord } from "./harness.ts";
import type { LatencySummary } from "./latency.ts";
import type { RunState } from "./measurement.ts";

/**
 * `shared`: all hosts use one dataset in one place. `private`: each host has its own, such as an
 * EBS volume, and its results are added.
 */
export type HostScope = "shared" | "private";

/** Folder in the folder of a run on several hosts, with an ordinary run folder of each host. */
export const HOSTS_FOLDER = "hosts";

/** A host of a run on several hosts. */
export interface HostRecord {
  /** Place of the host in the list of the run, from 0. */
  readonly rank: number;
  /** Name as the user gave it: `ec2-user@node-1`; `local:0` for a process of this host. */
  readonly name: string;
  /** Name that the host has for itself. */
  readonly hostName: string;
  /**
   * Hash of machine and boot id, 16 hexadecimal digits: processes of one machine have the same, and
   * are one client.
   */
  readonly machine: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly nodeVersion: string;
  /** EC2 instance type; null if unknown. */
  readonly instanceType: string | null;
  /** Maximum error of its clock estimate at the start, nanoseconds. */
  readonly clockBoundNs: number;
  /** Whether it has client limits (`assay selftest`). */
  readonly hasFloors: boolean;
  /** `partial`: lost, or cut off until the end. */
  readonly state: RunState;
  /** Why it is not complete, one sentence; null if it is. */
  readonly reason: string | null;
}

/** Results of one host in a phase; `hosts/<rank>-<name>/run.json` has all of them. */
export interface PhaseHost {
  readonly rank: number;
  /** Its place in the work of this phase: what its part was. */
  readonly place: number;
  readonly state: RunState;
  readonly reason: string | null;
  /**
   * Time from the start of measuring until the coordinator knew of its loss, nanoseconds; 0 if it
   * was lost before. Absent if it was not lost.
   */
  readonly lostAtNs?: number;
  /** Time without a message, until it answered again, nanoseconds; absent if it always did. */
  readonly silentNs?: number;
  /** Measured time; of a lost host until the end of its last interval. */
  readonly elapsedNs: number;
  /** Delay of its last thread's first operation after the start instant; null without one. */
  readonly firstIssueNs: number | null;
  /** Maximum error of its clock at the start of this phase, and drift over it, nanoseconds. */
  readonly clockBoundNs: number;
  readonly clockDriftNs: number | null;
  readonly operations: number;
  readonly bytes: number;
  readonly errors: number;
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly latency: LatencySummary | null;
  /** Absent in a closed loop. */
  readonly response?: LatencySummary | null;
  readonly engine: string;
  readonly cpu: ClientCpu;
  readonly cache: CacheEvidence;
  /** Observations of the load generator, without the list of workers. */
  readonly harness: Omit<HarnessRecord, "workers"> | null;
}

/** Start and end of a phase on several hosts. */
export interface PhaseStart {
  /** Difference between the first operations of the first and of the last host, nanoseconds. */
  readonly spreadNs: number | null;
  /** Largest error of a host's clock at the start, nanoseconds. */
  readonly clockBoundNs: number;
  /** Time from the start instant until the first and the last host were done, nanoseconds. */
  readonly firstDoneNs: number;
  readonly lastDoneNs: number;
  /** Places by which the parts were moved on, so that no host reads what it wrote itself. */
  readonly rotation: number;
}
