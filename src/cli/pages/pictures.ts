import { PreflightError } from "../../model/fault/errors.ts";
import { standaloneSvg } from "../../report/chart/standalone.ts";
import { type Block, type Chart, plain } from "../../report/parts/document.ts";
import type { Document } from "../../report/report.ts";
import type { FinishedRun } from "../../run/request.ts";
import { storeFile } from "../../run/store/results-folder.ts";

/** At most this many pictures of a run; its page has all charts. */
const MAX_PICTURES = 8;

/**
 * Stores the first charts of a report as SVG files next to it. Returns the file of each by the id
 * of its chart; without those that could not be stored.
 */
export function storePictures(
  finished: FinishedRun,
  { view = [] }: Document,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const chart of chartsOf(view).slice(0, MAX_PICTURES)) {
    const { id, figure, reading } = chart;
    const names = { id, title: plain(chart.title), description: plain(reading) };
    try {
      storeFile(finished, `${id}.svg`, standaloneSvg(figure, names));
      files.set(id, `${id}.svg`);
    } catch (error) {
      // The report is complete without pictures.
      if (!(error instanceof PreflightError)) throw error;
    }
  }
  return files;
}

/** All charts, those of folds last: a fold has the details of one phase. */
function chartsOf(blocks: readonly Block[]): readonly Chart[] {
  return [
    ...blocks.flatMap((block) => (block.kind === "chart" ? [block] : [])),
    ...blocks.flatMap((block) => (block.kind === "fold" ? chartsOf(block.blocks) : [])),
  ];
}
