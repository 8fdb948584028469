import { allOperations } from "../../metrics/histogram/summary.ts";
import { hasFallen, overall } from "../../metrics/phase-result.ts";
import type { Claim } from "../../model/claim/claim.ts";
import { durationText, shareText } from "../../model/claim/figure-words.ts";
import { misfitOf } from "../../model/target/backing-fit.ts";
import { declaredKnowledge } from "../../model/target/knowledge.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { type Caveat, type Question, slowed } from "./caveat.ts";
import { failureCaveats, incomplete, unfinished } from "./failures.ts";

/** More failures than this, and the rest is no fair sample. */
const MAX_ERRORS_SHARE = 0.001;

/** Repetitions that did not come to their end, or whose operations failed or never completed. */
export function completenessCaveats(question: Question): readonly Caveat[] {
  const { claim, evidence } = question;
  if (claim.measure.kind === "errors") return failureCaveats(question);
  for (const { result } of evidence.repetitions) {
    const found = incomplete(result) ?? unfinished(result);
    if (found !== null) return [{ ...found, effect: "either" }];
    const summary = overall(result);
    const failed =
      (summary?.errors ?? 0) / Math.max(1, summary === null ? 0 : allOperations(summary));
    if (failed > MAX_ERRORS_SHARE) {
      const words = `${shareText(failed)} of the operations failed`;
      const settle = "find out why they fail, and run it again";
      return [{ code: "errors", words, settle, effect: "either" }];
    }
  }
  return [];
}

/** Blocks of a snapshot, lazily loaded files: the first touch is not what the storage does. */
export function initialisationCaveats({ claim, evidence }: Question): readonly Caveat[] {
  if (!claim.needs.initialised || claim.side.workload.touch !== undefined) return [];
  const { initialised, origin } = evidence.knowledge.provisioned;
  if (initialised?.value === true) return [];
  if (origin?.value === "empty" && initialised?.value !== false) return [];
  if (evidence.repetitions.every(({ touch }) => touch === "again")) return [];
  const words = "it was the first touch of this data, and nobody said that it was touched before";
  const settle = "read all of it once and run it again, or declare `initialised: true` if it was";
  return slowed(claim, { code: "initialisation", words, settle });
}

/** Long enough to say anything. */
export function durationCaveats({ claim, evidence }: Question): readonly Caveat[] {
  const times = evidence.repetitions.map(({ result }) => result.reportedNs ?? result.elapsedNs);
  const shortest = Math.min(...times);
  if (shortest >= claim.needs.durationNs * 0.99) return [];
  const needed = durationText(claim.needs.durationNs);
  const words = `it lasted ${durationText(shortest)}, which is less than ${needed}`;
  // What failed in a shorter time has failed.
  const effect = claim.measure.kind === "errors" ? "too-low" : "either";
  return [{ code: "too-short", words, settle: `run it for ${needed}`, effect }];
}

/** Below this a balance of burst credits was not full, percent: CloudWatch rounds. */
const FULL_PERCENT = 99;

/**
 * Credits: a rate on both sides of a burst's end is neither the burst's nor the baseline's, and a
 * burst that began with a part of its credits ends early.
 */
export function burstCaveats({ claim, evidence }: Question): readonly Caveat[] {
  const { kind } = claim.measure;
  if (kind === "burst-duration") return partlySpentCaveats(evidence);
  // The end of the burst is what a measure of its levels is about.
  if (kind === "burst" || claim.needs.burst !== "lasting") return [];
  if (!evidence.repetitions.some(({ result }) => hasFallen(result.stability))) return [];
  const words = "the rate fell to another level while it was measured, as when credits run out";
  const settle = "run it for a shorter time from a full bucket of credits";
  return slowed(claim, { code: "burst-state", words, settle });
}

function partlySpentCaveats({ repetitions }: Evidence): readonly Caveat[] {
  const balances = repetitions.map(({ run }) => run.storage?.states.burstBalancePercent ?? null);
  const spent = balances.find((balance) => balance !== null && Number(balance) < FULL_PERCENT);
  if (spent === undefined) return [];
  const words = `the burst began with ${spent} % of its credits, so it ends early`;
  const settle = "run it from full burst credits";
  return [{ code: "burst-state", words, settle, effect: "too-low" }];
}

/** Machine and storage in one zone. */
export function zoneCaveats({ claim, evidence }: Question): readonly Caveat[] {
  if (!claim.needs.sameZone || evidence.target.emulated !== undefined) return [];
  const storage = evidence.knowledge.provisioned.zone?.value;
  const machine = evidence.knowledge.instance.zone?.value;
  if (storage !== undefined && storage === machine) return [];
  const known = storage !== undefined && machine !== undefined;
  const words = known
    ? `the storage is in ${storage}, the machine in ${machine}`
    : "whether machine and storage are in the same zone is not known";
  const settle = known
    ? `run it in ${storage}`
    : "declare `zone` in the targets file, and run it on EC2 without --offline";
  return slowed(claim, { code: "zone", words, settle });
}

/**
 * A target that is not what it was declared to be. Nothing measured on it supports or refutes a
 * figure until that is resolved, so this comes before everything else that is doubtful. Each run is
 * looked at: a path may have been mounted from something else by the next one.
 */
export function misfitCaveats({ evidence }: Question): readonly Caveat[] {
  const found = evidence.repetitions.flatMap(
    ({ run }) => misfitOf(run.target, run.storage ?? declaredKnowledge(run.target)) ?? [],
  );
  const [words] = found;
  if (words === undefined) return [];
  const settle =
    "declare what it is (`--kind`, or `kind` in the targets file), or mount what was declared, " +
    "and run it again; an imitation is declared with `--emulated`";
  return [{ code: "mismatch", words, settle, effect: "either" }];
}

/**
 * Where it matters that blocks were touched before and the target does not declare it, only what
 * touched them again, if anything did: after a second pass, the first one is no reason for doubt.
 */
export function touchedBefore(claim: Claim, evidence: readonly Evidence[]): readonly Evidence[] {
  const sure = evidence.flatMap((one) => {
    const doubts = initialisationCaveats({ claim, evidence: one, figure: null, value: null });
    if (doubts.length === 0) return [one];
    const repetitions = one.repetitions.filter(({ touch }) => touch === "again");
    return repetitions.length === 0 ? [] : [{ ...one, repetitions }];
  });
  return sure.length > 0 ? sure : evidence;
}

/** Whether what is compared happens once: data is accessed for the first time in one repetition. */
export function isOnce({ side, over }: Claim): boolean {
  return side.workload.touch === "first" || over?.workload.touch === "first";
}
