import { PreflightError } from "../../model/fault/errors.ts";
import type { CleanReport } from "../target/target.ts";
import type { Holder } from "./manifest.ts";

/** Maximum messages about remaining data; the rest are counted. */
const MAX_LEFT = 10;

/** State of a cleanup in progress. */
export interface Cleaning {
  removedFiles: number;
  removedBytes: number;
  readonly left: string[];
  /** Checks that were not possible, one message each; no data of the run is known to remain. */
  readonly notes: string[];
  incomplete: boolean;
  /** Files listed in the manifest, and how many of them may remain; null if not counted. */
  counts: { readonly listedFiles: number; readonly leftFiles: number } | null;
}

/** Makes the state of a cleanup that has not started. */
export function newCleaning(): Cleaning {
  return { removedFiles: 0, removedBytes: 0, left: [], notes: [], incomplete: false, counts: null };
}

/** Records data of the run that could not be removed. */
export function couldNotRemove(cleaning: Cleaning, sentence: string): void {
  cleaning.left.push(sentence);
  cleaning.incomplete = true;
}

/** Report of a cleanup, with at most `MAX_LEFT` messages of each kind. */
export function reportOf(cleaning: Cleaning): CleanReport {
  const { removedFiles, removedBytes, incomplete, counts, notes } = cleaning;
  return {
    removedFiles,
    removedBytes,
    incomplete,
    left: shortened(cleaning.left),
    ...(counts === null ? {} : counts),
    ...(notes.length === 0 ? {} : { notes: shortened(notes) }),
  };
}

function shortened(messages: readonly string[]): readonly string[] {
  const hidden = messages.length - MAX_LEFT;
  return hidden > 0 ? [...messages.slice(0, MAX_LEFT), `and ${hidden} more`] : messages;
}

/**
 * Cleanup report of a run that reused kept data. Nothing is removed.
 *
 * @param ownLeft what remains of the directory that the run created before it reused the data, one
 *   message each
 */
export function reportKept(
  where: string,
  runId: string,
  ownLeft: readonly string[] = [],
): CleanReport {
  const kept = `${where} is kept data of run ${runId}; \`assay clean ${runId}\` removes it`;
  const left = [...ownLeft, kept];
  return { removedFiles: 0, removedBytes: 0, left, incomplete: ownLeft.length > 0 };
}

/** The error for a cleanup of data that a run still uses. */
export function runIsActive(holder: Holder | null | undefined, where: string): PreflightError {
  return new PreflightError(
    `run ${holder?.runId} is active in ${where} (process ${holder?.pid} on ${holder?.host}); ` +
      "nothing was removed; stop that run, or wait for its end, then clean up again",
  );
}
