import type { ClaimMeasure, Side, Workload } from "../../model/claim/claim.ts";
import { AMAZON_KINDS, BLOCK_KINDS, type TargetKind } from "../../model/target/kind.ts";
import { targetKindOf } from "../../model/target/knowledge.ts";
import type { Evidence, Repetition } from "./evidence.ts";
import { failuresWith } from "./failures.ts";
import { holds, unsaid } from "./figure.ts";
import { inFlight, operationByteRange, operationsOf, variablesOf } from "./phase-variables.ts";

export function kindOf({ knowledge, target }: Evidence): TargetKind {
  return targetKindOf(target, knowledge);
}

/**
 * What speaks to one side of a claim on one target, whatever the target's kind: only those of its
 * repetitions that do, and none that measured nothing.
 */
export function speaking(
  { workload }: Side,
  evidence: readonly Evidence[],
  measure: ClaimMeasure,
): readonly Evidence[] {
  const fitting = evidence.flatMap((one) => {
    if (!fits(workload, one)) return [];
    const repetitions = one.repetitions.filter((repetition) => touches(workload, repetition));
    return repetitions.length === 0 ? [] : [{ ...one, repetitions: settled(repetitions, measure) }];
  });
  const { where } = workload;
  if (where === undefined) return fitting;
  const sure = fitting.filter((one) => holds(where, variablesOf(one)) === true);
  // What depends on something that nobody said is not passed over: the verdict asks for it.
  if (sure.length > 0) return sure;
  return fitting.filter((one) => holds(where, variablesOf(one)) === null);
}

/** What nobody said and a side's condition depends on. */
export function unsaidOf({ workload: { where } }: Side, evidence: Evidence): readonly string[] {
  return where === undefined ? [] : unsaid(where, variablesOf(evidence));
}

/**
 * Complete repetitions, others only without any. What failed in a phase that was not completed has
 * failed: where failures are counted, it stays.
 */
function settled(repetitions: readonly Repetition[], measure: ClaimMeasure): readonly Repetition[] {
  const kept = repetitions.filter(
    ({ result }) =>
      result.state === "complete" ||
      (measure.kind === "errors" && failuresWith(measure.codes, result) > 0),
  );
  return kept.length > 0 ? kept : repetitions;
}

function touches({ touch }: Workload, repetition: Repetition): boolean {
  return touch === undefined || repetition.touch === touch;
}

/** Whether a phase does the work that a side of a claim is about. */
export function fits(workload: Workload, evidence: Evidence): boolean {
  const { phase } = evidence;
  const { operations, including, access, blockBytes, pacing } = workload;
  if (!phase.mix.every(({ operation }) => operations.includes(operation))) return false;
  if (including !== undefined && !phase.mix.some(({ operation }) => including.includes(operation)))
    return false;
  if (access !== undefined && !access.includes(phase.access)) return false;
  if (blockBytes !== undefined) {
    const sizes = operationByteRange(evidence);
    if (!sizes.every((size) => within(size, blockBytes))) return false;
  }
  if (pacing !== undefined && (phase.rate === null ? "closed" : "open") !== pacing) return false;
  if (workload.inFlight !== undefined && !within(inFlight(evidence), workload.inFlight))
    return false;
  return !hasExtraWork(workload, evidence);
}

/** Whether a kind's figures are of blocks, which a direct write reaches without a sync. */
function isOfBlocks(kind: TargetKind): boolean {
  return AMAZON_KINDS.has(kind) && BLOCK_KINDS.has(kind);
}

/**
 * Whether each operation does more than the figure is about: a sync after a block is written, a
 * connection of its own, a detour over an edge location.
 */
function hasExtraWork({ where = "" }: Workload, evidence: Evidence): boolean {
  const { phase, target } = evidence;
  const isSynced = phase.dsync || phase.sync != null;
  if (isSynced && isOfBlocks(kindOf(evidence))) return true;
  if (target.address.kind !== "bucket") return false;
  if (phase.objects.connections === "new") return true;
  return target.address.accelerate === true && !where.includes("accelerate");
}

function within(
  value: number,
  { least, most }: { readonly least?: number; readonly most?: number },
): boolean {
  return value >= (least ?? 0) && value <= (most ?? Number.POSITIVE_INFINITY);
}

/**
 * Of phases that all speak to a claim, those to judge it by, chosen by what they were to do and not
 * by what came of it: for a rate the one with the most in flight, for a time the one with the
 * least, of equals the longest. One for each operation, and for each host and each state of what
 * was provisioned: what one of them shows must not hide what another one does.
 */
export function representatives(
  measure: ClaimMeasure,
  speaking: readonly Evidence[],
): readonly Evidence[] {
  if (measure.kind === "errors") return speaking;
  const chosen = new Map<string, Evidence>();
  for (const evidence of speaking) {
    const key = JSON.stringify([evidence.surroundings, operationsOf(evidence)]);
    const known = chosen.get(key);
    if (known === undefined || rank(measure, evidence) > rank(measure, known)) {
      chosen.set(key, evidence);
    }
  }
  return [...chosen.values()];
}

/** Whether a measure is best read where most is in flight; a time is where least is. */
export function moreInFlight({ kind }: ClaimMeasure): boolean {
  return kind !== "time" && kind !== "share-slower";
}

/** In flight above all; what was measured for longer decides between equals. */
function rank(measure: ClaimMeasure, evidence: Evidence): number {
  const load = moreInFlight(measure) ? inFlight(evidence) : -inFlight(evidence);
  return load + 1 - 1 / (1 + reportedNs(evidence) / 1e9);
}

/** How long all repetitions together were measured. */
export function reportedNs({ repetitions }: Evidence): number {
  const times = repetitions.map(({ result }) => result.reportedNs ?? result.elapsedNs);
  return times.reduce((sum, one) => sum + one, 0);
}
