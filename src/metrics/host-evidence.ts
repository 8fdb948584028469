import type { CacheEvidence } from "../model/run/cache.ts";
import type { ClientCpu, HarnessRecord } from "../model/run/harness.ts";
import type { HostRecord, PhaseHost } from "../model/run/hosts.ts";
import type { PhaseResult } from "../model/run/run.ts";
import { medianOrNull } from "./statistics/median.ts";

/** Observations of one host in a phase. CPU time is compared with the cores of this host only. */
export interface HostEvidence {
  /** Name as the user gave it; null for a run without a list of hosts. */
  readonly name: string | null;
  /** Load generator; its list of workers is empty with several hosts. Absent: not observed. */
  readonly harness: HarnessRecord | undefined;
  readonly cache: CacheEvidence;
  readonly cpu: ClientCpu;
  readonly elapsedNs: number;
  readonly operations: number;
  readonly operationsPerSecond: number;
}

type Observed = Pick<
  PhaseResult,
  "hosts" | "harness" | "cache" | "cpu" | "elapsedNs" | "summaries"
>;

/**
 * Observations of a phase, one element per host. The only way to read `harness`, `cache` and `cpu`
 * for a statement about hosts. `hosts` gives their names.
 */
export function hostEvidence(
  result: Observed,
  hosts: readonly Pick<HostRecord, "rank" | "name">[] = [],
): readonly HostEvidence[] {
  if (result.hosts === undefined || result.hosts.length === 0) {
    const { harness, cache, cpu, elapsedNs, summaries } = result;
    const { operations = 0, operationsPerSecond = 0 } = summaries[0] ?? {};
    return [{ name: null, harness, cache, cpu, elapsedNs, operations, operationsPerSecond }];
  }
  return result.hosts.map((host) => ({
    name: hostName(hosts, host),
    harness: host.harness === null ? undefined : { ...host.harness, workers: [] },
    cache: host.cache,
    cpu: host.cpu,
    elapsedNs: host.elapsedNs,
    operations: host.operations,
    operationsPerSecond: host.operationsPerSecond,
  }));
}

/** Name of a host of a phase as the user gave it; `host 2` for one that the run does not list. */
export function hostName(
  hosts: readonly Pick<HostRecord, "rank" | "name">[],
  { rank }: Pick<PhaseHost, "rank">,
): string {
  return hosts.find((one) => one.rank === rank)?.name ?? `host ${rank}`;
}

/**
 * Rate of each host relative to the median host. A host without work has none; no host has one if
 * the median is 0.
 */
export function medianShares(
  hosts: readonly PhaseHost[],
  rateOf: (host: PhaseHost) => number,
): ReadonlyMap<PhaseHost, number> {
  const busy = hosts.filter(({ elapsedNs }) => elapsedNs !== 0);
  const median = medianOrNull(busy.map(rateOf)) ?? 0;
  return new Map(median > 0 ? busy.map((host) => [host, rateOf(host) / median]) : []);
}

/** At most this many names in a sentence. */
const MAX_NAMES = 6;

/** Which of several hosts: `3 of 8 hosts`, and their names `b, c, f`. */
export function hostsWords(
  names: readonly string[],
  of: number,
): { readonly count: string; readonly names: string } {
  const shown = names.slice(0, MAX_NAMES).join(", ");
  const rest = names.length > MAX_NAMES ? ", …" : "";
  return { count: `${names.length} of ${of} hosts`, names: `${shown}${rest}` };
}
