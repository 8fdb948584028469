import { overall } from "../metrics/compare-repetitions.ts";
import { withStorage } from "../metrics/in-flight.ts";
import type { Claim } from "../model/claim.ts";
import type { PhaseResult } from "../model/run.ts";
import { type Counted, machineLimit, offeredLimit, provisionedLimit, wayTo } from "./bounds.ts";
import { countedOf, type Doubt, isRate, type Question, slowed, underLoad } from "./doubt.ts";
import type { Evidence } from "./evidence.ts";
import { losesInProportion, lossShare, MOST_LOSS_SHARE } from "./loss.ts";
import { inFlight } from "./phase-variables.ts";
import { formatted } from "./words.ts";

/** From this share of a limit on, operations wait for it and not only for the storage. */
const AT_LIMIT = 0.9;

/** The machine between the storage and the load: its limits are asked before the storage's. */
export function instanceDoubts(question: Question): readonly Doubt[] {
  const { claim, evidence, figure } = question;
  const way = wayTo(evidence.target.kind);
  if (way === null || claim.needs.instance === null) return [];
  const code = way === "instance" ? "instance-bound" : "network-bound";
  const of = countedOf(claim.measure);
  const limit = machineLimit(evidence, of);
  if (limit === null) {
    if (evidence.target.emulated !== undefined) return [];
    const words = "what the machine lets through is not known, so it may be the limit";
    const settle = "run it on EC2 without --offline, or declare `instance` in the targets file";
    return slowed(claim, { code, words, settle });
  }
  const { bound, lasting } = limit;
  const asked = isRate(claim.measure) && figure !== null ? figure * (1 - claim.tolerance) : null;
  const reached = asked ?? rateOf(question, of) / AT_LIMIT;
  if (bound.value < reached) {
    const settle = `run it on a machine that lets ${formatted(reached, of)} through`;
    return slowed(claim, { code, words: `${bound.words}: not enough to show more`, settle });
  }
  if (lasting >= reached) return [];
  const words = `${bound.words}: whether its burst lasted is not known`;
  const settle = `run it on a machine that always lets ${formatted(reached, of)} through`;
  return slowed(claim, { code, words, settle });
}

/** The load generator: a rate that is its own says nothing against the storage. */
export function clientDoubts({ claim, evidence }: Question): readonly Doubt[] {
  return evidence.repetitions.flatMap(({ result }): readonly Doubt[] => {
    const bound = result.harness?.bound ?? null;
    if (bound !== null) {
      const settle = `run it again and ${bound.advice}`;
      return slowed(claim, { code: "client-bound", words: bound.reason, settle });
    }
    const accounted = isAccounted(claim, result);
    const own = result.warnings.find(
      ({ code }) =>
        UNACCOUNTED.has(code) ||
        (code === "pacing-error" && isFromSchedule(claim)) ||
        (HARNESS.has(code) && !accounted),
    );
    if (own === undefined) return [];
    const settle = "run it again on a machine that does nothing else";
    return slowed(claim, { code: "harness", words: own.message, settle });
  });
}

/**
 * Whether what the process or its machine lost is in the interval already. Waiting for a processor
 * is not: how much of it was in the way of an operation is not known.
 */
function isAccounted({ measure }: Claim, result: PhaseResult): boolean {
  const loss = lossShare(result);
  return losesInProportion(measure) && loss !== null && loss <= MOST_LOSS_SHARE;
}

/** Whether a measure can run from when an operation was scheduled, and so hold the pacing error. */
function isFromSchedule({ measure }: Claim): boolean {
  if (measure.kind === "share-slower") return true;
  return measure.kind === "time" && (measure.of === "latency" || measure.of === "response");
}

const HARNESS: ReadonlySet<string> = new Set(["own-pause", "cpu-throttled", "steal"]);
const UNACCOUNTED: ReadonlySet<string> = new Set(["depth-not-reached", "starved"]);

/** Enough in flight, or enough offered, to reach the figure; few enough for a latency. */
export function loadDoubts(question: Question): readonly Doubt[] {
  const { claim, evidence, figure } = question;
  const of = countedOf(claim.measure);
  const code = "queue-depth";
  if (claim.measure.kind === "time" || claim.measure.kind === "share-slower") {
    const limit = provisionedLimit(evidence, "iops");
    if (limit === null || rateOf(question, "iops") < AT_LIMIT * limit.value) return [];
    const words = `the load was at the storage's own limit (${limit.words}), where operations wait`;
    const settle = "run it at a rate below the limit, or with less in flight";
    return slowed(claim, { code, words, settle });
  }
  const effect = underLoad(claim);
  const rate = isRate(claim.measure);
  const offered = rate ? offeredLimit(evidence, of) : null;
  if (offered !== null && figure !== null && offered.value < figure) {
    return [{ code, words: offered.words, settle: "offer more, or leave out `rate`", effect }];
  }
  const { inFlight: least = 0, inFlightPerThousandIops: perThousand = 0 } = claim.needs;
  const iops = rate && of === "iops" && figure !== null ? figure : 0;
  const needed = Math.max(least, Math.ceil((perThousand * iops) / 1000));
  const has = Math.min(inFlight(evidence), ...reachedInFlight(evidence));
  if (has >= needed) return [];
  const words = `only ${has} operations were in flight, ${needed} are needed to reach the figure`;
  return [{ code, words, settle: `run it with ${needed} in flight or more`, effect }];
}

/** Operations that were with the storage, of repetitions that did not reach their queue depth. */
function reachedInFlight({ repetitions }: Evidence): readonly number[] {
  return repetitions.flatMap(({ result: { harness, warnings } }) => {
    if (!warnings.some(({ code }) => code === "depth-not-reached")) return [];
    return harness?.inFlight == null ? [] : [Math.floor(withStorage(harness.inFlight))];
  });
}

/** The fastest repetition's rate. */
function rateOf({ evidence }: Question, of: Counted): number {
  const rates = evidence.repetitions.map(({ result }) => {
    const summary = overall(result);
    return (of === "iops" ? summary?.operationsPerSecond : summary?.bytesPerSecond) ?? 0;
  });
  return Math.max(0, ...rates);
}
