import { KIND } from "../../model/target/kind.ts";
import type { Doubt } from "../doubt/doubt.ts";
import { ENOUGH_REPETITIONS } from "../evidence/interval.ts";
import { kindOf } from "../evidence/select.ts";
import type { Findings } from "./verdict.ts";

/**
 * The caveat that a refutation of shared storage has too few runs; null where it has enough or
 * refutes nothing. Each repetition counts: it runs the phase again. Counted errors need no
 * repetition, and a first access has none.
 */
export function fewRuns({ claim, questions, measured, judgement }: Findings): Doubt | null {
  if (judgement?.outcome !== "refuted" || claim.measure.kind === "errors") return null;
  const sides = [claim.side, claim.over];
  if (sides.some((side) => side?.workload.touch === "first")) return null;
  const isShared = questions.some(({ evidence }) => KIND[kindOf(evidence)].isShared);
  const runs = measured?.repetitions ?? 0;
  if (!isShared || runs >= ENOUGH_REPETITIONS) return null;
  const words =
    `storage that others use as well is refuted by ${ENOUGH_REPETITIONS} runs or more, ` +
    `and this is ${runs}`;
  const settle = `run it with \`repetitions: ${ENOUGH_REPETITIONS}\` or more, or at other times`;
  return { code: "repetitions", words, settle, effect: "either" };
}
