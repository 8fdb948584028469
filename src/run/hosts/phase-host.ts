import type { CacheEvidence } from "../../model/run/cache.ts";
import type { ClientCpu } from "../../model/run/harness.ts";
import type { PhaseHost } from "../../model/run/hosts.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import type { HostEnd } from "./host-end.ts";
import type { HostTotals } from "./host-totals.ts";
import type { HostsMeasurement } from "./hosts.ts";

const NO_CPU: ClientCpu = {
  workersUserNs: 0,
  workersSystemNs: 0,
  processUserNs: 0,
  processSystemNs: 0,
};

/**
 * Makes the results of one host from the intervals that it sent, over the whole phase, and what
 * only it knows from its own result. Rates divide by its own elapsed time; that of a lost host ends
 * with its last interval, because its loss is found later. `engine`: that of a lost host, as
 * planned.
 */
export function phaseHost(end: HostEnd, measurement: HostsMeasurement, engine: string): PhaseHost {
  const { record, result, lost, place } = end;
  const totals = measurement.of(place);
  const elapsedNs = result?.elapsedNs ?? totals.endNs;
  const perSecond = (count: number) => (elapsedNs > 0 ? (count * 1e9) / elapsedNs : 0);
  const [operations, bytes] = [totals.sum("operations"), totals.sum("bytes")];
  const isOpen = measurement.series.some(({ metric }) => metric === "response");
  return {
    rank: record.rank,
    place: end.partPlace ?? place,
    ...stateOf(end),
    ...(lost === null ? {} : { lostAtNs: lost.atNs }),
    ...(end.silentNs === undefined ? {} : { silentNs: end.silentNs }),
    elapsedNs,
    firstIssueNs: end.firstIssueNs,
    clockBoundNs: end.clockBoundNs,
    clockDriftNs: end.clockDriftNs,
    operations,
    bytes,
    errors: errorsOf(totals, result),
    operationsPerSecond: perSecond(operations),
    bytesPerSecond: perSecond(bytes),
    latency: totals.latency("service"),
    ...(isOpen ? { response: totals.latency("response") } : {}),
    engine: result?.engine ?? engine,
    cpu: result?.cpu ?? NO_CPU,
    cache: result?.cache ?? NO_EVIDENCE,
    harness: harnessOf(result),
  };
}

function stateOf({ result, lost, failure }: HostEnd): Pick<PhaseHost, "state" | "reason"> {
  if (lost !== null) return { state: "partial", reason: `lost: ${lost.reason}` };
  if (failure !== undefined) return { state: "failed", reason: failure };
  return { state: result?.state ?? "partial", reason: result?.reason ?? null };
}

/** Failed operations; unfinished ones of a load that was interrupted are none. */
function errorsOf(totals: HostTotals, result: PhaseResult | null): number {
  const all = result?.summaries.find(({ operation }) => operation === "all");
  return all?.errors ?? totals.sum("errors") + totals.sum("unfinished");
}

function harnessOf(result: PhaseResult | null): PhaseHost["harness"] {
  if (result?.harness === undefined) return null;
  const { workers: _, ...harness } = result.harness;
  return harness;
}

/** A host without a result sent no evidence. */
const NO_EVIDENCE: CacheEvidence = {
  servedFromCacheShare: null,
  logicalReadBytes: 0,
  logicalWriteBytes: 0,
  deviceReadBytes: null,
  deviceWriteBytes: null,
  residentShareBefore: null,
  residentShareAfter: null,
  source: "the host ended before it reported its counters",
};
