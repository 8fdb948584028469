import type { Claim } from "../../model/claim/claim.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import { KIND } from "../../model/target/kind.ts";
import { losesInProportion, lossShare, MAX_LOSS_SHARE } from "../evidence/loss.ts";
import { AT_LIMIT, machineLimit, rateOf, rateText } from "./bounds.ts";
import { type Caveat, isRate, type Question, rateKindOf, slowed } from "./caveat.ts";

/** The machine between the storage and the load: its limits are asked before the storage's. */
export function instanceCaveats(question: Question): readonly Caveat[] {
  const { claim, evidence, figure } = question;
  const way = KIND[evidence.target.kind].instanceLimit;
  if (way === undefined || claim.needs.instance === null) return [];
  const code = way === "ebs" ? "instance-bound" : "network-bound";
  const of = rateKindOf(claim.measure);
  const limit = machineLimit(evidence, of);
  if (limit === null) {
    if (evidence.target.emulated !== undefined) return [];
    const words = "what the machine lets through is not known, so it may be the limit";
    const settle = "run it on EC2 without --offline, or declare `instance` in the targets file";
    return slowed(claim, { code, words, settle });
  }
  const { bound, lasting } = limit;
  const asked = isRate(claim.measure) && figure !== null ? figure * (1 - claim.tolerance) : null;
  const reached = asked ?? rateOf(question.evidence, of) / AT_LIMIT;
  if (bound.value < reached) {
    const settle = `run it on a machine that lets ${rateText(reached, of)} through`;
    return slowed(claim, { code, words: `${bound.words}: not enough to show more`, settle });
  }
  if (lasting >= reached) return [];
  const words = `${bound.words}: whether its burst lasted is not known`;
  const settle = `run it on a machine that always lets ${rateText(reached, of)} through`;
  return slowed(claim, { code, words, settle });
}

/** The load generator: a rate that is its own says nothing against the storage. */
export function clientCaveats({ claim, evidence }: Question): readonly Caveat[] {
  return evidence.repetitions.flatMap(({ result }): readonly Caveat[] => {
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
    if (own === undefined) return result.harness === undefined ? unwatched(claim) : [];
    const settle = "run it again on a machine that does nothing else";
    return slowed(claim, { code: "harness", words: own.message, settle });
  });
}

/** Runs of older versions do not record the load generator: it may have been the limit. */
function unwatched(claim: Claim): readonly Caveat[] {
  const words = "the run does not record the load generator, so it may be the limit";
  const settle = "run it again with this version of assay";
  return slowed(claim, { code: "harness", words, settle });
}

/**
 * Whether what the process or its machine lost is in the interval already. Waiting for a processor
 * is not: how much of it was in the way of an operation is not known.
 */
function isAccounted({ measure }: Claim, result: PhaseResult): boolean {
  const loss = lossShare(result);
  return losesInProportion(measure) && loss !== null && loss <= MAX_LOSS_SHARE;
}

/** Whether a measure can run from when an operation was scheduled, and so hold the pacing error. */
function isFromSchedule({ measure }: Claim): boolean {
  if (measure.kind === "share-slower") return true;
  return measure.kind === "time" && (measure.of === "latency" || measure.of === "response");
}

const HARNESS: ReadonlySet<string> = new Set(["own-pause", "cpu-throttled", "steal"]);
const UNACCOUNTED: ReadonlySet<string> = new Set(["depth-not-reached", "starved"]);
