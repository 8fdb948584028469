import { PreflightError } from "../../model/fault/errors.ts";
import type { CleanReport } from "../target/target.ts";
import type { Holder } from "./manifest.ts";

/** Most sentences about what is left; a thousand would hide the first. */
const MAX_LEFT = 10;

/** A clean-up under way. */
export interface Cleaning {
  removedFiles: number;
  removedBytes: number;
  readonly left: string[];
  /** What could not be looked into, although nothing of the run is known to stay. */
  readonly notes: string[];
  incomplete: boolean;
  /** Files that the manifest lists, and how many of them are not known to be gone. */
  counts: { readonly listedFiles: number; readonly leftFiles: number } | null;
}

/** A clean-up that has yet to begin. */
export function newCleaning(): Cleaning {
  return { removedFiles: 0, removedBytes: 0, left: [], notes: [], incomplete: false, counts: null };
}

/** Takes note of something of the run's own that stays although it should go. */
export function couldNotRemove(cleaning: Cleaning, sentence: string): void {
  cleaning.left.push(sentence);
  cleaning.incomplete = true;
}

/** What a clean-up came to; of very many sentences the first stay. */
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

function shortened(sentences: readonly string[]): readonly string[] {
  const hidden = sentences.length - MAX_LEFT;
  return hidden > 0 ? [...sentences.slice(0, MAX_LEFT), `and ${hidden} more`] : sentences;
}

/**
 * The report of a run that used kept data: it has nothing of its own to remove but what it made
 * before it took that over; `ownLeft` says what of it stays, a sentence each.
 */
export function reportKept(
  where: string,
  runId: string,
  ownLeft: readonly string[] = [],
): CleanReport {
  const kept = `${where} was kept by run ${runId}; \`assay clean ${runId}\` removes it`;
  const left = [...ownLeft, kept];
  return { removedFiles: 0, removedBytes: 0, left, incomplete: ownLeft.length > 0 };
}

/** The data of a run that still goes on is not removed. */
export function stillGoing(holder: Holder | null | undefined, where: string): PreflightError {
  return new PreflightError(
    `run ${holder?.runId} is going on in ${where} (process ${holder?.pid} on ` +
      `${holder?.host}); end it before its data is removed`,
  );
}
