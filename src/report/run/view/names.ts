import type { PhaseResult, Run } from "../../../model/run/run.ts";

/** Maximum length of a name in a file name. */
const MAX_LENGTH = 40;

/** A text as part of a file name on any file system: small letters, digits and `-`. */
export function slug(text: string): string {
  const safe = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_LENGTH)
    .replace(/^-+|-+$/g, "");
  return safe === "" ? "phase" : safe;
}

/** Name of a result for charts and files, unique in the run: `2-write`; `read` for the only one. */
export function phaseId({ phases }: Run, result: PhaseResult): string {
  const name = slug(result.phase.name);
  return phases.length < 2 ? name : `${phases.indexOf(result) + 1}-${name}`;
}

/** Name of a result for readers; with its repetition if the run has several. */
export function phaseTitle(run: Run, { phase, repetition }: PhaseResult): string {
  const isRepeated = run.phases.some((other) => other.repetition !== 1);
  return isRepeated ? `${phase.name}, repetition ${repetition}` : phase.name;
}
