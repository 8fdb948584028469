import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { RunSeries } from "../../metrics/series/series.ts";
import { messageOf } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { renderHtml } from "../../report/html/html.ts";
import { overviewReport } from "../../report/overview/overview.ts";
import type { RangeOf } from "../../report/overview/trend.ts";
import { addressOf } from "../../report/parts/address.ts";
import type { Document } from "../../report/report.ts";
import { runReport } from "../../report/run/run.ts";
import { detailOf } from "../../report/run/view/detail.ts";
import type { FinishedRun } from "../../run/request.ts";
import type { StoredRun } from "../../run/store/read.ts";
import { readHostRates } from "../../run/store/read-host-rates.ts";
import { readRateRanges } from "../../run/store/read-rates.ts";
import { readSeries } from "../../run/store/read-series.ts";
import { RUN_PAGE, storeFile } from "../../run/store/results-folder.ts";
import type { CommandContext } from "../command.ts";
import { type AbsentRuns, withAbsent } from "./absent.ts";
import { folderOfRuns, type ResultPage } from "./pages.ts";
import { storePictures } from "./pictures.ts";
import { reportFile } from "./report-file.ts";
import { type PageOutput, showPage } from "./show.ts";

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

/**
 * The page of several stored runs, with links to theirs; in the directory that has all of them.
 * `unreadable`: why other runs are not on it, one sentence each.
 */
export function overviewPage(
  stored: readonly StoredRun[],
  resultsFolder: string,
  unreadable: readonly string[] = [],
): ResultPage {
  return {
    folder: folderOfRuns(stored, resultsFolder),
    name: "index.html",
    document: (folder) => overviewOf(stored, folder, unreadable),
  };
}

/** An overview whose links are relative to `from`. Only runs of a trend are read again. */
function overviewOf(
  stored: readonly StoredRun[],
  from: string,
  unreadable: readonly string[],
): Document {
  const known = new Map<string, ReturnType<typeof readRateRanges>>();
  const rangesOf = ({ run, folder }: StoredRun): ReturnType<typeof readRateRanges> => {
    const ranges = known.get(run.id) ?? readRateRanges(folder, run);
    known.set(run.id, ranges);
    return ranges;
  };
  const rows = stored.map(({ run, folder }) => {
    // A run without a page has its report.
    const page = join(folder, reportFile(folder));
    return { run, page: existsSync(page) ? addressOf(relative(from, page)) : null };
  });
  const rangeOf: RangeOf = (runId, phase, repetition) => {
    const found = stored.find(({ run }) => run.id === runId);
    const ranges = found === undefined ? [] : rangesOf(found);
    return ranges.find((one) => one.phase === phase && one.repetition === repetition) ?? null;
  };
  return overviewReport(rows, rangeOf, unreadable);
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

/** Shows the page of the finished runs of a command: that of one run, or one with links to all. */
export async function showFinished(
  { finished, absent }: { readonly finished: readonly FinishedRun[]; readonly absent: AbsentRuns },
  output: PageOutput,
  resultsFolder: string,
  context: Pick<CommandContext, "console" | "env">,
): Promise<void> {
  const [first, ...others] = finished;
  if (first === undefined) return;
  const isSingle = others.length === 0;
  const page = isSingle ? runPage(first.folder, first.run) : overviewPage(finished, resultsFolder);
  const document = (folder: string) => withAbsent(page.document(folder), absent);
  await showPage({ ...page, document }, output, context);
}
