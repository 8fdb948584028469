/**
 * Summaries of a CI job: the verdict as the title, the most important reasons below it, and each
 * report folded. This file has their common form; `runs.ts` has the verdict of runs by their
 * thresholds, `claims.ts` those of claims and statements, `comparison.ts` that of a comparison.
 */

import {
  type Block,
  dataTable,
  fold,
  list,
  paragraph,
  strong,
  type Text,
} from "../parts/document.ts";
import { formatCount } from "../parts/format.ts";
import type { Document } from "../report.ts";

/** Verdict of a job: `open` is neither good nor bad, such as an inconclusive claim. */
export interface JobVerdict {
  readonly mark: "good" | "bad" | "open";
  /** Counts, without a mark: `8 of 16 thresholds failed`. */
  readonly headline: string;
  /** Reasons, the most important ones first. */
  readonly reasons: readonly Text[];
}

/** A report that a summary folds below its title. */
export interface FoldedReport {
  readonly title: Text;
  readonly document: Document;
}

const SIGNS: Readonly<Record<JobVerdict["mark"], string>> = { good: "✅", bad: "❌", open: "⚠" };

/** Maximum number of reasons that are listed; the reports below have all of them. */
const MAX_REASONS = 20;

/** The sign of a verdict and its counts: `❌ 8 of 16 thresholds failed`. */
export function signed({ mark, headline }: Pick<JobVerdict, "mark" | "headline">): string {
  return `${SIGNS[mark]} ${headline}`;
}

/** The summary of a job: verdict, reasons, and the reports, which readers open one by one. */
export function jobSummary(verdict: JobVerdict, reports: readonly FoldedReport[]): Document {
  const { reasons } = verdict;
  const more = reasons.length - MAX_REASONS;
  const items: readonly Text[] = [
    ...reasons.slice(0, MAX_REASONS),
    ...(more > 0 ? [`${formatCount(more)} more: see below`] : []),
  ];
  return {
    title: signed(verdict),
    lead: [...(items.length === 0 ? [] : [list(items)]), ...reports.map(folded)],
    sections: [],
    data: dataTable("job", [], []),
  };
}

/** The first section of a report is open, the others are folded again. */
function folded({ title, document }: FoldedReport): Block {
  const [first, ...others] = document.sections;
  return fold(title, [
    ...document.lead,
    ...(first === undefined ? [] : [paragraph(strong(first.title)), ...first.blocks]),
    ...others.map((section) => fold(section.title, section.blocks)),
  ]);
}
