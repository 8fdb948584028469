import { boundOfHosts } from "../../metrics/generator/bound-of-hosts.ts";
import { loadGeneratorWarnings } from "../../metrics/generator/generator.ts";
import { hostEvidence } from "../../metrics/host-evidence.ts";
import type { Claim } from "../../model/claim/claim.ts";
import type { PhaseResult, Warning } from "../../model/run/run.ts";
import { KIND } from "../../model/target/kind.ts";
import { losesInProportion, lossShare, MAX_LOSS_SHARE } from "../evidence/loss.ts";
import { AT_LIMIT, machineLimit, rateOf, rateText } from "./bounds.ts";
import { type Caveat, isRate, type Question, rateKindOf, slowed } from "./caveat.ts";

/** Caveats of the instance limits, which come before those of the storage. */
export function instanceCaveats(question: Question): readonly Caveat[] {
  const { claim, evidence, figure } = question;
  const way = KIND[evidence.target.kind].instanceLimit;
  if (way === undefined || claim.needs.instance === null) return [];
  const code = way === "ebs" ? "instance-bound" : "network-bound";
  const of = rateKindOf(claim.measure);
  const limit = machineLimit(evidence, of);
  if (limit === null) {
    if (evidence.target.emulated !== undefined) return [];
    const words = "the instance limit is unknown, so it may limit the result";
    const settle = "run it on EC2 without --offline, or declare `instance` in the targets file";
    return slowed(claim, { code, words, settle });
  }
  const { bound, lasting } = limit;
  const asked = isRate(claim.measure) && figure !== null ? figure * (1 - claim.tolerance) : null;
  const reached = asked ?? rateOf(question.evidence, of) / AT_LIMIT;
  if (bound.value < reached) {
    const settle = `run it on an instance with a limit of ${rateText(reached, of)} or more`;
    return slowed(claim, { code, words: `${bound.words}, too little to test the figure`, settle });
  }
  if (lasting >= reached) return [];
  const words = `${bound.words}; whether its burst lasted is unknown`;
  const settle = `run it on an instance with a sustained limit of ${rateText(reached, of)} or more`;
  return slowed(claim, { code, words, settle });
}

/**
 * Caveats of the load generator: a rate that it limits does not refute the storage. Each host is
 * compared with its own CPUs.
 */
export function clientCaveats({ claim, evidence }: Question): readonly Caveat[] {
  return evidence.repetitions.flatMap(({ run, result }): readonly Caveat[] => {
    const bound = boundOfHosts(run, result);
    if (bound !== null) {
      const settle = `run it again and ${bound.advice}`;
      return slowed(claim, { code: "client-bound", words: bound.reason, settle });
    }
    const hosts = hostEvidence(result);
    const accounted = isAccounted(claim, result);
    const own = warningsOf(result).find(
      ({ code }) =>
        UNACCOUNTED.has(code) ||
        (code === "pacing-error" && isFromSchedule(claim)) ||
        (HARNESS.has(code) && !accounted),
    );
    if (own === undefined) {
      return hosts.some(({ harness }) => harness === undefined) ? unwatched(claim) : [];
    }
    const settle = "run it again on a host without other programs";
    return slowed(claim, { code: "harness", words: own.message, settle });
  });
}

/** Warnings of a phase; with several hosts, those of each host's load generator as well. */
function warningsOf(result: PhaseResult): readonly Warning[] {
  if (result.hosts === undefined) return result.warnings;
  const own = hostEvidence(result).flatMap(({ harness }) =>
    harness === undefined ? [] : loadGeneratorWarnings(harness),
  );
  return [...result.warnings, ...own];
}

/** Caveat of runs of older versions, which do not record the load generator. */
function unwatched(claim: Claim): readonly Caveat[] {
  const words = "the run has no data of the load generator, so it may limit the result";
  const settle = "run it again with this version of assay";
  return slowed(claim, { code: "harness", words, settle });
}

/**
 * Whether the interval already includes the time that process or host lost. CPU wait is not
 * included: its effect on an operation is unknown.
 */
function isAccounted({ measure }: Claim, result: PhaseResult): boolean {
  const loss = lossShare(result);
  return losesInProportion(measure) && loss !== null && loss <= MAX_LOSS_SHARE;
}

/** Whether a measure may start at the scheduled time, and so include the pacing error. */
function isFromSchedule({ measure }: Claim): boolean {
  if (measure.kind === "share-slower") return true;
  return measure.kind === "time" && (measure.of === "latency" || measure.of === "response");
}

const HARNESS: ReadonlySet<string> = new Set(["own-pause", "cpu-throttled", "steal"]);
const UNACCOUNTED: ReadonlySet<string> = new Set(["depth-not-reached", "starved"]);
