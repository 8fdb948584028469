import type { Claim } from "../../model/claim/claim.ts";
import { KIND } from "../../model/target/kind.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { figureOf, holds } from "../evidence/figure.ts";
import { operationBytes, variablesOf } from "../evidence/phase-variables.ts";
import { kindOf } from "../evidence/select.ts";
import { isRate } from "./caveat.ts";

/** Longest typical latency that is published, and the claim that publishes it. */
export interface PublishedLatency {
  readonly latencyNs: number;
  readonly claim: Claim;
}

/** Statistics that describe a typical operation, or the best case. */
const TYPICAL: ReadonlySet<string> = new Set(["mean", "p50", "min"]);

/**
 * Factor from a best case to a typical latency, and on file systems from the small operations of
 * the figure to larger ones. AWS publishes neither; one order of magnitude is our reading.
 */
const BEYOND_FIGURE = 10;

/**
 * Adds to each claim of a rate the claims of the catalogue that publish a latency of its kinds: at
 * a given latency, the queue depth limits the rate (Little's law).
 */
export function withPublishedLatencies(claims: readonly Claim[]): readonly Claim[] {
  const published = claims.filter(isTypicalLatency);
  return claims.map((claim) => {
    // A figure of a bounded queue depth is one of that depth.
    const isOfDepth = claim.side.workload.inFlight?.most !== undefined;
    if (!isRate(claim.measure) || claim.over !== null || isOfDepth) return claim;
    const latencies = published.filter(({ side }) =>
      side.kinds.some((kind) => claim.side.kinds.includes(kind)),
    );
    return latencies.length === 0 ? claim : { ...claim, needs: { ...claim.needs, latencies } };
  });
}

function isTypicalLatency({ role, over, measure, side }: Claim): boolean {
  if (role !== "expected" || over !== null || measure.kind !== "time") return false;
  // A restore takes minutes to hours, and no rate depends on it.
  return TYPICAL.has(measure.statistic) && !side.workload.operations.includes("restore");
}

/**
 * Longest published latency of operations such as a phase's: of those that apply to it, the ones of
 * the same operation, else of any. Null where none is published.
 */
export function publishedLatency({ needs }: Claim, evidence: Evidence): PublishedLatency | null {
  // One in flight: the condition of a latency keeps the storage off its limit, else it is not met.
  const values = { ...variablesOf(evidence), in_flight: 1 };
  const ofKind = (needs.latencies ?? []).filter(
    ({ side, when }) =>
      side.kinds.includes(kindOf(evidence)) && (when === null || holds(when, values) !== false),
  );
  const applying = ofKind.filter(
    ({ side: { workload } }) =>
      workload.where === undefined || holds(workload.where, values) === true,
  );
  const known = applying.length > 0 ? applying : ofKind;
  const same = known.filter(({ side }) =>
    evidence.phase.mix.every(({ operation }) => side.workload.operations.includes(operation)),
  );
  const found = (same.length > 0 ? same : known).flatMap((claim): readonly PublishedLatency[] => {
    const worked = figureOf(claim, values);
    const ns = "missing" in worked ? null : (worked.figure.high ?? worked.figure.value);
    return ns === null ? [] : [{ latencyNs: ns * allowance(claim, evidence), claim }];
  });
  return found.reduce<PublishedLatency | null>(
    (longest, one) => (longest === null || one.latencyNs > longest.latencyNs ? one : longest),
    null,
  );
}

function allowance({ measure, side }: Claim, evidence: Evidence): number {
  if (measure.kind === "time" && measure.statistic === "min") return BEYOND_FIGURE;
  const largest = side.workload.blockBytes?.most ?? Number.POSITIVE_INFINITY;
  const isLarger = operationBytes(evidence) > largest;
  return isLarger && KIND[kindOf(evidence)].isFileSystem ? BEYOND_FIGURE : 1;
}
