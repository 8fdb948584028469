import { misfitOf } from "../../model/target/backing-fit.ts";
import { declaredKnowledge } from "../../model/target/knowledge.ts";
import type { Doubt, Question } from "./doubt.ts";

/**
 * A target that is not what it was declared to be. Nothing measured on it supports or refutes a
 * figure until that is resolved, so this comes before everything else that is doubtful. Each run is
 * looked at: a path may have been mounted from something else by the next one.
 */
export function misfitDoubts({ evidence }: Question): readonly Doubt[] {
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
