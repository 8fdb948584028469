import { hostName } from "../../metrics/host-evidence.ts";
import { overall } from "../../metrics/phase-result.ts";
import type { ClaimMeasure, Workload } from "../../model/claim/claim.ts";
import { durationText } from "../../model/claim/figure-words.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { allFailures, completed, failuresWith } from "../evidence/failures.ts";
import type { Caveat, Question } from "./caveat.ts";

type Errors = Extract<ClaimMeasure, { readonly kind: "errors" }>;
type Cause = Pick<Caveat, "code" | "words" | "settle">;

const FIND_OUT = "find the cause, and run it again";

/**
 * Returns what prevents support for a claim that nothing fails. A counted failure still refutes it.
 * An operation that did not complete, or failed for another reason, does not show that it works.
 */
export function failureCaveats({ claim, evidence }: Question): readonly Caveat[] {
  const { measure, side } = claim;
  if (measure.kind !== "errors") return [];
  for (const { run, result } of evidence.repetitions) {
    const found =
      incomplete(result) ??
      silent(run, result) ??
      unseen(side.workload, result) ??
      others(measure, result);
    if (found !== null) return [{ ...found, effect: "too-low" }];
  }
  return [];
}

/** Caveat of an incomplete repetition; null if it is complete. */
export function incomplete({ state, reason }: PhaseResult): Cause | null {
  if (state === "complete") return null;
  const words = `the phase is ${state}: ${reason ?? "it did not finish"}`;
  return { code: "incomplete", words, settle: "run it to completion" };
}

/**
 * Caveat that a host did not answer for a time, or was lost: what it loaded is unknown; null if all
 * answered.
 */
export function silent({ hosts = [] }: Run, result: PhaseResult): Cause | null {
  const found = result.hosts?.find(
    ({ state, silentNs }) => silentNs !== undefined || state !== "complete",
  );
  if (found === undefined) return null;
  const name = hostName(hosts, found);
  const words =
    found.silentNs === undefined
      ? `${name} did not finish: ${found.reason ?? "the reason is unknown"}`
      : `${name} did not respond for ${durationText(found.silentNs)}, so its load is unknown`;
  return { code: "incomplete", words, settle: "run it again with hosts that always respond" };
}

/** Caveat that no operation completed that could have failed; null if one did. */
function unseen({ including }: Workload, result: PhaseResult): Cause | null {
  if (completed(result, including) > 0) return null;
  const named = including === undefined ? "operation" : including.join(" or ");
  const failed = codesOf(result);
  const words = `no ${named} completed${failed === "" ? "" : `: ${failed}`}`;
  return { code: "errors", words, settle: FIND_OUT };
}

function others({ codes }: Errors, result: PhaseResult): Cause | null {
  const neverCompleted = unfinished(result);
  if (neverCompleted !== null) return neverCompleted;
  const other = allFailures(result) - failuresWith(codes, result);
  if (other <= 0) return null;
  const failed = codesOf(result);
  const words =
    `${numbered(other, "operation")} failed for reasons outside the claim` +
    (failed === "" ? "" : ` (${failed})`);
  return { code: "errors", words, settle: FIND_OUT };
}

/** Caveat of operations that did not complete: their latency has no upper bound. */
export function unfinished(result: PhaseResult): Cause | null {
  const count = overall(result)?.unfinished ?? 0;
  if (count === 0) return null;
  const words = `${numbered(count, "operation")} did not complete`;
  return { code: "errors", words, settle: FIND_OUT };
}

/** `EACCES 12, EMFILE 1`. */
function codesOf({ errors }: PhaseResult): string {
  return errors.map(({ code, count }) => `${code} ${count}`).join(", ");
}

function numbered(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
