import type { RunSeries } from "../../metrics/series/series.ts";
import { messageOf } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { renderHtml } from "../../report/html/html.ts";
import type { Document } from "../../report/report.ts";
import { runReport } from "../../report/run/run.ts";
import { detailOf } from "../../report/run/view/detail.ts";
import type { FinishedRun } from "../../run/request.ts";
import { readHostRates } from "../../run/store/read-host-rates.ts";
import { readSeries } from "../../run/store/read-series.ts";
import { RUN_PAGE, storeFile } from "../../run/store/results-folder.ts";
import type { ResultPage } from "./pages.ts";
import { storePictures } from "./pictures.ts";

/** The page of one stored run, next to it. */
export function runPage(folder: string, run: Run): ResultPage {
  return {
    folder,
    name: RUN_PAGE,
    document: () => runReport(run, seriesOf(folder, run)),
  };
}

/** The series of the phases that have charts, as detailed as the page can show. */
function seriesOf(folder: string, run: Run): RunSeries {
  const { results, columns } = detailOf(run);
  const series = readSeries(folder, run, {
    maxColumns: columns,
    hasColumns: (result) => results.includes(result),
  });
  return run.hosts === undefined ? series : { ...series, hosts: readHostRates(folder, run) };
}

/** Page and pictures of a run, as they are stored. */
interface StoredPage {
  /** Report with charts; null if it could not be made. */
  readonly document: Document | null;
  /** Files of the pictures by the ids of their charts. */
  readonly pictures: ReadonlyMap<string, string>;
  /** Why the page is not stored; null if it is. */
  readonly problem: string | null;
}

/**
 * Stores the page of a finished run next to it, and pictures for its report in markdown. A page is
 * never the reason for a failed run.
 */
export function storeRunPage(finished: FinishedRun): StoredPage {
  const { run, folder } = finished;
  let document: Document | null = null;
  let pictures: ReadonlyMap<string, string> = new Map();
  try {
    document = runReport(run, seriesOf(folder, run));
    storeFile(finished, RUN_PAGE, renderHtml(document));
    pictures = storePictures(finished, document);
    return { document, pictures, problem: null };
  } catch (error) {
    return { document, pictures, problem: `${RUN_PAGE} is not stored: ${messageOf(error)}` };
  }
}
