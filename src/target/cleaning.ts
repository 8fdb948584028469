import { PreflightError } from "../model/errors.ts";
import type { Holder } from "./manifest.ts";
import type { CleanReport } from "./target.ts";

/** Most sentences about what is left; a thousand would hide the first. */
const MOST_LEFT = 10;

/** A clean-up under way. */
export interface Cleaning {
  removedFiles: number;
  removedBytes: number;
  readonly left: string[];
  incomplete: boolean;
}

/** A clean-up that has yet to begin. */
export function newCleaning(): Cleaning {
  return { removedFiles: 0, removedBytes: 0, left: [], incomplete: false };
}

/** Takes note of something of the run's own that stays although it should go. */
export function couldNotRemove(cleaning: Cleaning, sentence: string): void {
  cleaning.left.push(sentence);
  cleaning.incomplete = true;
}

/** What a clean-up came to; of very many sentences the first stay. */
export function reportOf(cleaning: Cleaning): CleanReport {
  const hidden = cleaning.left.length - MOST_LEFT;
  const left =
    hidden > 0 ? [...cleaning.left.slice(0, MOST_LEFT), `and ${hidden} more`] : cleaning.left;
  return { ...cleaning, left };
}

/** The report of a run that used kept data: it has nothing of its own to remove. */
export function reportKept(where: string, runId: string): CleanReport {
  const left = `${where} was kept by run ${runId}; \`assay clean ${runId}\` removes it`;
  return { removedFiles: 0, removedBytes: 0, left: [left] };
}

/** The data of a run that still goes on is not removed. */
export function stillGoing(holder: Holder | null | undefined, where: string): PreflightError {
  return new PreflightError(
    `run ${holder?.runId} is going on in ${where} (process ${holder?.pid} on ` +
      `${holder?.host}); end it before its data is removed`,
  );
}
