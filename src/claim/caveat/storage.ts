import { allOperations } from "../../metrics/histogram/summary.ts";
import { hasFallen, overall } from "../../metrics/phase-result.ts";
import type { Claim } from "../../model/claim/claim.ts";
import { durationText, shareText } from "../../model/claim/figure-words.ts";
import { misfitOf } from "../../model/target/backing-fit.ts";
import { declaredKnowledge } from "../../model/target/knowledge.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { type Caveat, type Question, slowed } from "./caveat.ts";
import { failureCaveats, incomplete, silent, unfinished } from "./failures.ts";

/** Share of failures above which the rest is not a fair sample. */
const MAX_ERRORS_SHARE = 0.001;

/** Caveats of incomplete repetitions, and of operations that failed or did not complete. */
export function completenessCaveats(question: Question): readonly Caveat[] {
  const { claim, evidence } = question;
  if (claim.measure.kind === "errors") return failureCaveats(question);
  for (const { run, result } of evidence.repetitions) {
    const found = incomplete(result) ?? silent(run, result) ?? unfinished(result);
    if (found !== null) return [{ ...found, effect: "either" }];
    const summary = overall(result);
    const failed =
      (summary?.errors ?? 0) / Math.max(1, summary === null ? 0 : allOperations(summary));
    if (failed > MAX_ERRORS_SHARE) {
      const words = `${shareText(failed)} of the operations failed`;
      const settle = "find the cause, and run it again";
      return [{ code: "errors", words, settle, effect: "either" }];
    }
  }
  return [];
}

/** Caveat of a first access, which loads blocks of a snapshot or files on demand. */
export function initialisationCaveats({ claim, evidence }: Question): readonly Caveat[] {
  if (!claim.needs.initialised || claim.side.workload.touch !== undefined) return [];
  const { initialised, origin } = evidence.knowledge.provisioned;
  if (initialised?.value === true) return [];
  if (origin?.value === "empty" && initialised?.value !== false) return [];
  if (evidence.repetitions.every(({ touch }) => touch === "again")) return [];
  const words = "first access to the data; whether the volume is initialized is undeclared";
  const settle = "read all of the data once and run it again, or declare `initialised: true`";
  return slowed(claim, { code: "initialisation", words, settle });
}

/** Caveat of a phase that is shorter than the claim needs. */
export function durationCaveats({ claim, evidence }: Question): readonly Caveat[] {
  const times = evidence.repetitions.map(({ result }) => result.reportedNs ?? result.elapsedNs);
  const shortest = Math.min(...times);
  if (shortest >= claim.needs.durationNs * 0.99) return [];
  const needed = durationText(claim.needs.durationNs);
  const words = `the phase lasted ${durationText(shortest)}; the claim needs ${needed}`;
  // A failure in a shorter phase is a failure.
  const effect = claim.measure.kind === "errors" ? "too-low" : "either";
  return [{ code: "too-short", words, settle: `run it for ${needed}`, effect }];
}

/** Percent of burst credits from which the balance counts as full: CloudWatch rounds. */
const FULL_PERCENT = 99;

/**
 * Caveats of burst credits: a rate across the end of a burst is neither that of the burst nor the
 * baseline, and a burst that starts with a part of its credits ends early.
 */
export function burstCaveats({ claim, evidence }: Question): readonly Caveat[] {
  const { kind } = claim.measure;
  if (kind === "burst-duration") return partlySpentCaveats(evidence);
  // A measure of the levels of a burst is about its end.
  if (kind === "burst" || claim.needs.burst !== "lasting") return [];
  if (!evidence.repetitions.some(({ result }) => hasFallen(result.stability))) return [];
  const words = "the rate dropped during the phase, as it does when burst credits run out";
  const settle = "run it for a shorter time, starting with full burst credits";
  return slowed(claim, { code: "burst-state", words, settle });
}

function partlySpentCaveats({ repetitions }: Evidence): readonly Caveat[] {
  const balances = repetitions.map(({ run }) => run.storage?.states.burstBalancePercent ?? null);
  const spent = balances.find((balance) => balance !== null && Number(balance) < FULL_PERCENT);
  if (spent === undefined) return [];
  const words = `the burst started with ${spent}% of its credits, so it ended early`;
  const settle = "start with full burst credits";
  return [{ code: "burst-state", words, settle, effect: "too-low" }];
}

/** Caveat that instance and storage may be in different Availability Zones. */
export function zoneCaveats({ claim, evidence }: Question): readonly Caveat[] {
  if (!claim.needs.sameZone || evidence.target.emulated !== undefined) return [];
  const storage = evidence.knowledge.provisioned.zone?.value;
  const machine = evidence.knowledge.instance.zone?.value;
  if (storage !== undefined && storage === machine) return [];
  const known = storage !== undefined && machine !== undefined;
  const words = known
    ? `the storage is in ${storage}, the instance in ${machine}`
    : "whether instance and storage are in the same Availability Zone is unknown";
  const settle = known
    ? `run it in ${storage}`
    : "declare `zone` in the targets file, and run it on EC2 without --offline";
  return slowed(claim, { code: "zone", words, settle });
}

/**
 * Caveat of a target that differs from its declaration. Its measurements neither support nor refute
 * a figure, so this caveat comes first. Every run is checked, because a path may have another mount
 * in the next run.
 */
export function misfitCaveats({ evidence }: Question): readonly Caveat[] {
  const found = evidence.repetitions.flatMap(
    ({ run }) => misfitOf(run.target, run.storage ?? declaredKnowledge(run.target)) ?? [],
  );
  const [words] = found;
  if (words === undefined) return [];
  const settle =
    "declare the actual kind (`--kind`, or `kind` in the targets file) or mount the declared " +
    "storage, and run it again; declare an emulation with `--emulated`";
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
