import { overall } from "../../src/metrics/phase-result.ts";
import type { HostRecord, HostScope, PhaseHost } from "../../src/model/run/hosts.ts";
import type { PhaseResult } from "../../src/model/run/run.ts";
import type { MadeRun } from "../truth/made-storage.ts";

/** Hosts of a made run, whose rates are those of all hosts together. */
export interface MadeHosts {
  /** Machine of each host, by rank. */
  readonly machines: readonly string[];
  readonly scope?: HostScope;
  /** Number of hosts that load in a phase, the first ones; absent: all. */
  readonly in?: (result: PhaseResult) => number;
  /** What differs on a host: its share of the rate (absent: an equal one), its own record. */
  readonly share?: (rank: number, of: number) => number;
  readonly host?: (rank: number, result: PhaseResult) => Partial<PhaseHost>;
  readonly record?: (rank: number) => Partial<HostRecord>;
  /** Places by which the parts moved on, so that hosts read what others wrote. */
  readonly rotation?: number;
  /** State of the merged phase; absent: as it was made. */
  readonly more?: (result: PhaseResult) => Partial<PhaseResult>;
}

/** The machine ids of so many hosts. */
export function machines(count: number): readonly string[] {
  return Array.from({ length: count }, (_, rank) => rank.toString(16).padStart(16, "a"));
}

/** A made run as the merge of several hosts would store it. */
export function onHosts(made: MadeRun, hosts: MadeHosts): MadeRun {
  const { run } = made;
  const records = hosts.machines.map((machine, rank): HostRecord => {
    const name = String.fromCharCode(97 + rank);
    return { ...RECORD, rank, name, hostName: name, machine, ...hosts.record?.(rank) };
  });
  const phases = run.phases.map((result) => merged(result, hosts));
  const hostScope = hosts.scope ?? "shared";
  return { ...made, run: { ...run, hosts: records, hostScope, phases } };
}

const RECORD: Omit<HostRecord, "rank" | "name" | "hostName" | "machine"> = {
  cores: 8,
  memoryBytes: 16 * 2 ** 30,
  kernel: "6.12.0",
  nodeVersion: "24.21.0",
  instanceType: null,
  clockBoundNs: 1e5,
  hasFloors: true,
  state: "complete",
  reason: null,
};

function merged(result: PhaseResult, hosts: MadeHosts): PhaseResult {
  const { harness: _, ...rest } = result;
  const count = hosts.in?.(result) ?? hosts.machines.length;
  const elapsedNs = result.elapsedNs;
  return {
    ...rest,
    hosts: Array.from({ length: count }, (_, rank) => hostOf(result, rank, count, hosts)),
    start: {
      spreadNs: 1e5,
      clockBoundNs: 1e5,
      firstDoneNs: elapsedNs,
      lastDoneNs: elapsedNs,
      rotation: hosts.rotation ?? 0,
    },
    ...hosts.more?.(result),
  };
}

function hostOf(result: PhaseResult, rank: number, of: number, hosts: MadeHosts): PhaseHost {
  const all = overall(result);
  if (all === null) throw new Error("nothing was made");
  const share = hosts.share?.(rank, of) ?? 1 / of;
  const { harness, cache } = result;
  const watched = harness === undefined ? null : { ...harness, workers: undefined };
  return {
    rank,
    place: rank,
    state: "complete",
    reason: null,
    elapsedNs: result.elapsedNs,
    firstIssueNs: 1e5,
    clockBoundNs: 1e5,
    clockDriftNs: 0,
    operations: Math.round(all.operations * share),
    bytes: Math.round(all.bytes * share),
    errors: Math.round(all.errors * share),
    operationsPerSecond: all.operationsPerSecond * share,
    bytesPerSecond: all.bytesPerSecond * share,
    latency: all.latency,
    engine: result.engine,
    cpu: result.cpu,
    cache: {
      ...cache,
      logicalReadBytes: Math.round(cache.logicalReadBytes * share),
      logicalWriteBytes: Math.round(cache.logicalWriteBytes * share),
    },
    harness: watched,
    ...hosts.host?.(rank, result),
  };
}
