import { pacingWarning } from "../../metrics/generator/generator.ts";
import { summarizePhase } from "../../metrics/histogram/summary.ts";
import { longestNs } from "../../model/plan/plan.ts";
import { meanPerSecond } from "../../model/plan/rate.ts";
import type { ClientCpu } from "../../model/run/harness.ts";
import type { PhaseHost, PhaseStart } from "../../model/run/hosts.ts";
import { type RunState, UNFINISHED } from "../../model/run/measurement.ts";
import type { OpenLoop, PhaseResult } from "../../model/run/run.ts";
import { backOffWarning, unfinishedWarning } from "../result/failure-warnings.ts";
import { completionWarnings } from "../result/phase-warnings.ts";
import { addBackOffs, addCounters, addErrors } from "../result/sums.ts";
import { type HostEnd, type MergeFacts, maxSpreadNs, startSpreadNs, whenText } from "./host-end.ts";
import type { HostsMeasurement, HostsTotals } from "./hosts.ts";
import { mergedCache } from "./merged-cache.ts";
import { phaseHost } from "./phase-host.ts";
import { hostWarnings, liftedWarnings } from "./warnings.ts";

/**
 * Makes the result of a phase on several hosts: distributions, rates and stability from the merged
 * intervals, counters and evidence as sums of the hosts' own results. Rates divide by the longest
 * time of a host. What a lost host sent counts, and its time until then. Called once, after every
 * host is done or lost.
 */
export function mergeHosts(
  measurement: HostsMeasurement,
  ends: readonly HostEnd[],
  facts: MergeFacts,
): PhaseResult {
  const { planned, endedEarly } = facts;
  const hosts = ends
    .map((end) => phaseHost(end, measurement, planned.engine))
    .toSorted((a, b) => a.rank - b.rank);
  const elapsedNs = Math.max(0, ...hosts.map((host) => host.elapsedNs));
  const totals = measurement.total(elapsedNs, doneTimes(ends, elapsedNs));
  const results = ends.flatMap(({ result }) => result ?? []);
  const summaries = summarizePhase(totals.totals, totals.reportedNs, endedEarly);
  const [all] = summaries;
  const openLoop = openLoopOf(measurement, totals, ends, facts, elapsedNs);
  const found = addErrors(results);
  const backOff = addBackOffs(results);
  const spreadNs = startSpreadNs(ends);
  const ended = stateOf(ends, facts, spreadNs, elapsedNs);
  const { phase } = planned;
  return {
    ...planned,
    ...ended,
    engine: engineOf(results) ?? planned.engine,
    datasetBytes: datasetBytes(results, facts),
    elapsedNs,
    ...(totals.reportedNs === elapsedNs ? {} : { reportedNs: totals.reportedNs }),
    intervalNs: measurement.intervalNs,
    intervals: totals.intervals,
    summaries,
    errors: endedEarly ? found.filter(({ code }) => code !== UNFINISHED) : found,
    counters: addCounters(results),
    throttling: totals.throttling,
    stability: totals.stability,
    ...(openLoop === null ? {} : { openLoop }),
    ...(backOff === null ? {} : { backOff }),
    cache: mergedCache(ends, totals.whole),
    cpu: addCpu(hosts.map(({ cpu }) => cpu)),
    hosts,
    start: startOf(hosts, spreadNs, facts),
    warnings: [
      ...hostWarnings(ends, hosts, measurement, facts, spreadNs),
      ...completionWarnings({ ...facts, phase, state: ended.state, elapsedNs }, all, found),
      ...unfinishedWarning(found, all, endedEarly),
      ...backOffWarning(backOff),
      ...pacingWarning(openLoop, all),
      ...liftedWarnings(ends),
    ],
  };
}

/** When the first and the last worker of each host were done. */
function doneTimes(ends: readonly HostEnd[], elapsedNs: number): readonly number[] {
  const times = ends.flatMap(({ result }) => {
    if (result === null) return [];
    const { firstNs, lastNs } = result.stability?.done ?? {
      firstNs: result.elapsedNs,
      lastNs: result.elapsedNs,
    };
    return [firstNs, lastNs];
  });
  return times.length === 0 ? [elapsedNs] : times;
}

function startOf(
  hosts: readonly PhaseHost[],
  spreadNs: number | null,
  { rotation }: MergeFacts,
): PhaseStart {
  const left = hosts.filter(({ lostAtNs }) => lostAtNs === undefined);
  const times = (left.length === 0 ? hosts : left).map(({ elapsedNs }) => elapsedNs);
  return {
    spreadNs,
    clockBoundNs: Math.max(0, ...hosts.map(({ clockBoundNs }) => clockBoundNs)),
    firstDoneNs: Math.min(...times),
    lastDoneNs: Math.max(...times),
    rotation,
  };
}

function stateOf(
  ends: readonly HostEnd[],
  facts: MergeFacts,
  spreadNs: number | null,
  elapsedNs: number,
): { readonly state: RunState; readonly reason: string | null } {
  if (facts.interrupted !== null) return { state: "partial", reason: facts.interrupted };
  const [failed] = ends.flatMap(({ record, result, failure }) =>
    failure !== undefined || result?.state === "failed"
      ? [`${record.name}: ${failure ?? result?.reason ?? "failed"}`]
      : [],
  );
  if (failed !== undefined) return { state: "failed", reason: failed };
  const late = lateStart(ends, facts, spreadNs, elapsedNs);
  if (late !== null) return { state: "failed", reason: late };
  const lost = ends.flatMap(({ record, lost }) =>
    lost === null ? [] : [`${record.name} ${whenText(lost.atNs)} (${lost.reason})`],
  );
  if (lost.length > 0) {
    const reason = `${lost.length} of ${ends.length} hosts lost: ${lost.join(", ")}`;
    return { state: "partial", reason };
  }
  const cut = ends.find(({ result }) => result?.state === "partial");
  if (cut?.result != null) {
    return { state: "partial", reason: `${cut.record.name}: ${cut.result.reason ?? "cut off"}` };
  }
  return { state: "complete", reason: null };
}

/** Why the hosts cannot be said to have started together, one sentence; null if they can. */
function lateStart(
  ends: readonly HostEnd[],
  facts: MergeFacts,
  spreadNs: number | null,
  elapsedNs: number,
): string | null {
  const mostNs = maxSpreadNs(facts, elapsedNs);
  const most = `${(mostNs / 1e6).toPrecision(3)} ms`;
  if (spreadNs !== null && spreadNs > mostNs) {
    const spread = `${(spreadNs / 1e6).toPrecision(3)} ms`;
    return `the hosts started ${spread} apart, more than the ${most} allowed`;
  }
  const unsure = ends.find(({ clockBoundNs }) => clockBoundNs > mostNs);
  if (unsure === undefined) return null;
  const bound = `${(unsure.clockBoundNs / 1e6).toPrecision(3)} ms`;
  return (
    `the clock of ${unsure.record.name} is known to ${bound} only, more than the ${most} allowed ` +
    "between the starts of the hosts"
  );
}

/** The engine of most hosts; null without a result. */
function engineOf(results: readonly PhaseResult[]): string | null {
  const groups = [...Map.groupBy(results, ({ engine }) => engine)];
  return groups.toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? null;
}

function datasetBytes(results: readonly PhaseResult[], { planned, scope }: MergeFacts): number {
  if (scope === "shared" || results.length === 0) return planned.datasetBytes;
  return results.reduce((sum, result) => sum + result.datasetBytes, 0);
}

function addCpu(hosts: readonly ClientCpu[]): ClientCpu {
  const sum = (of: (cpu: ClientCpu) => number) => hosts.reduce((total, cpu) => total + of(cpu), 0);
  return {
    workersUserNs: sum(({ workersUserNs }) => workersUserNs),
    workersSystemNs: sum(({ workersSystemNs }) => workersSystemNs),
    processUserNs: sum(({ processUserNs }) => processUserNs),
    processSystemNs: sum(({ processSystemNs }) => processSystemNs),
  };
}

/** Offered load of all hosts and its outcome; null in a closed loop. */
function openLoopOf(
  measurement: HostsMeasurement,
  totals: HostsTotals,
  ends: readonly HostEnd[],
  { planned, hosts = ends.length }: MergeFacts,
  elapsedNs: number,
): OpenLoop | null {
  const { rate, limit } = planned.phase;
  if (rate === null) return null;
  const toNs = totals.fromNs + (totals.isPart ? totals.reportedNs : elapsedNs);
  const unissued = ends.reduce((sum, { result }) => sum + (result?.openLoop?.unissued ?? 0), 0);
  // If a count ends the phase, arrivals after the last operation of a host are not offered.
  const isCounted = longestNs(limit) === null && !totals.isPart;
  const counted = ends.reduce(
    (sum, { result, place }) => sum + (result?.openLoop?.offered ?? measurement.of(place).offered),
    0,
  );
  // The load of a host without a result is unknown after its last interval.
  const shares = ends.map(({ result, place }) => {
    const endNs = result !== null ? toNs : Math.min(toNs, measurement.of(place).endNs);
    const lengthNs = endNs - totals.fromNs;
    return lengthNs <= 0 ? 0 : meanPerSecond(rate, totals.fromNs, endNs) * lengthNs;
  });
  const share = shares.reduce((sum, one) => sum + one, 0) / Math.max(1, hosts);
  return {
    offered: isCounted ? Math.min(totals.offered, counted) : totals.offered,
    offeredPerSecond: toNs > totals.fromNs ? share / (toNs - totals.fromNs) : 0,
    late: totals.late,
    dropped: totals.dropped,
    unissued,
    backlogMost: totals.backlogMost,
    backlogAtEnd: totals.overdue + unissued,
    pacing: totals.pacing,
  };
}
