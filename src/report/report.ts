/**
 * Reports: stored runs, comparisons and verdicts as a `Document`, plain data that `format/` turns
 * into markdown, CSV, JSON or terminal text. Pure: nothing here reads a file, asks the clock or
 * prints, and only `metrics` and `model` are imported. The reports in `run/`, `comparison/`,
 * `guide/` and `verdict/` are each a list of functions that make a section; `parts/` has what they
 * share. Read `run/run.ts` next.
 */

import type { Block, Table, Text } from "./parts/document.ts";

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Whether only specialists need it: pages fold it after the other sections. Absent: no. */
  readonly isDetail?: boolean;
}

/** A report as plain data; a renderer turns it into text. */
export interface Document {
  readonly title: string;
  /** Blocks before the first section. */
  readonly lead: readonly Block[];
  /**
   * Notices, tiles, charts and cards that precede the sections; absent: none. Formats that cannot
   * show them leave them out, so that all of their content is in the document elsewhere too.
   */
  readonly view?: readonly Block[];
  readonly sections: readonly Section[];
  /**
   * Origin of the numbers at the end of a page: run, plan, version, dates. Other formats leave it
   * out, because sections have the same; absent: none.
   */
  readonly provenance?: Text;
  /** All numbers in base units, one table for CSV and JSON. */
  readonly data: Table;
}

/**
 * Makes a section of a report, or several, or null if it has no content.
 */
export type SectionOf<Subject> = (subject: Subject) => Section | readonly Section[] | null;

/** Makes the sections of a report in the order of its list, without empty ones. */
export function sectionsOf<Subject>(
  makers: readonly SectionOf<Subject>[],
  subject: Subject,
): readonly Section[] {
  return makers.flatMap((make) => make(subject) ?? []);
}
