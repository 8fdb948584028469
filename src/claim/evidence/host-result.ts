import { loadGeneratorWarnings } from "../../metrics/generator/generator.ts";
import { hostEvidence } from "../../metrics/host-evidence.ts";
import { overall } from "../../metrics/phase-result.ts";
import type { PhaseHost } from "../../model/run/hosts.ts";
import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";

/**
 * Result of a phase on some of its hosts, which are one client; null without any. `own`: the run of
 * this host, which has all of its numbers; undefined if its directory is not there. Several
 * processes have no percentiles: those of two histograms do not add up.
 */
export function resultOf(
  whole: PhaseResult,
  mine: readonly PhaseHost[],
  own: Run | undefined,
): PhaseResult | null {
  const [host] = mine;
  if (host === undefined) return null;
  if (mine.length === whole.hosts?.length) return whole;
  const { hosts: _hosts, harness: _harness, openLoop, stability: _stability, ...rest } = whole;
  if (mine.length > 1) {
    const summaries = [summaryOf(whole, mine)];
    return { ...rest, ...stateOf(mine), hosts: mine, summaries, warnings: warningsOf(mine, whole) };
  }
  const stored = own?.phases.find(
    ({ phase, repetition }) => phase.name === whole.phase.name && repetition === whole.repetition,
  );
  if (stored !== undefined) return { ...stored, ...stateOf(mine), ...startOf(whole) };
  const { engine, elapsedNs, cache, cpu, harness } = host;
  const share = 1 / (whole.hosts?.length ?? 1);
  return {
    ...rest,
    ...stateOf(mine),
    engine,
    elapsedNs,
    cache,
    cpu,
    summaries: [summaryOf(whole, mine)],
    // Codes are known of all hosts together only.
    errors: [],
    ...(harness === null ? {} : { harness: { ...harness, workers: [] } }),
    // Each host has every H-th arrival.
    ...(openLoop === undefined
      ? {}
      : {
          openLoop: {
            ...openLoop,
            offered: openLoop.offered * share,
            offeredPerSecond: openLoop.offeredPerSecond * share,
          },
        }),
    warnings: warningsOf(mine, whole),
  };
}

function startOf({ start }: PhaseResult): Pick<PhaseResult, "start"> {
  return start === undefined ? {} : { start };
}

function stateOf(mine: readonly PhaseHost[]): Pick<PhaseResult, "state" | "reason"> {
  const bad = mine.find(({ state }) => state !== "complete");
  return { state: bad?.state ?? "complete", reason: bad?.reason ?? null };
}

/** Warnings of the load generators of these hosts, and those that concern the whole phase. */
function warningsOf(hosts: readonly PhaseHost[], whole: PhaseResult): PhaseResult["warnings"] {
  const own = hostEvidence({ ...whole, hosts }).flatMap(({ harness }) =>
    harness === undefined ? [] : loadGeneratorWarnings(harness),
  );
  const all = new Set(
    hostEvidence(whole).flatMap(({ harness }) =>
      harness === undefined ? [] : loadGeneratorWarnings(harness).map(({ code }) => code),
    ),
  );
  return [...whole.warnings.filter(({ code }) => !all.has(code)), ...own];
}

function summaryOf(whole: PhaseResult, hosts: readonly PhaseHost[]): Summary {
  const elapsedNs = Math.max(...hosts.map((host) => host.elapsedNs));
  const sum = (of: (host: PhaseHost) => number): number =>
    hosts.reduce((total, host) => total + of(host), 0);
  // Over the longest time, as for all hosts together.
  const rate = (of: "operationsPerSecond" | "bytesPerSecond"): number =>
    sum((host) => host[of] * host.elapsedNs) / Math.max(1, elapsedNs);
  const [only] = hosts.length === 1 ? hosts : [];
  const all = overall(whole);
  return {
    operation: "all",
    operations: sum(({ operations }) => operations),
    bytes: sum(({ bytes }) => bytes),
    errors: sum(({ errors }) => errors),
    drained: 0,
    operationsPerSecond: rate("operationsPerSecond"),
    bytesPerSecond: rate("bytesPerSecond"),
    latency: only?.latency ?? null,
    firstByte: null,
    sync: null,
    ...(all?.response === undefined ? {} : { response: only?.response ?? null }),
  };
}
