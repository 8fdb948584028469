/**
 * Reports: stored runs, comparisons and verdicts as a `Document`, plain data that `format/` turns
 * into markdown, CSV, JSON or terminal text. Pure: nothing here reads a file, asks the clock or
 * prints, and only `metrics` and `model` are imported. The reports in `run/`, `comparison/`,
 * `guide/` and `verdict/` are each a list of functions that make a section; `parts/` has what they
 * share. Read `run/run.ts` next.
 */

import type { Block, Table } from "./parts/document.ts";

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A report before it has a format: plain data that a renderer turns into text. */
export interface Document {
  readonly title: string;
  /** What stands before the first section. */
  readonly lead: readonly Block[];
  readonly sections: readonly Section[];
  /** Every number in base units, tidy: what CSV holds, beside or instead of what is shown. */
  readonly data: Table;
}

/**
 * One entry of a report's list of sections: makes a section (or several, or null where there is
 * nothing to say) of what the report is about.
 */
export type SectionOf<Subject> = (subject: Subject) => Section | readonly Section[] | null;

/** Makes the sections of a report in the order of its list, without those that say nothing. */
export function sectionsOf<Subject>(
  makers: readonly SectionOf<Subject>[],
  subject: Subject,
): readonly Section[] {
  return makers.flatMap((make) => make(subject) ?? []);
}
