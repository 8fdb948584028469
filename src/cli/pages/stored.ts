import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { overviewReport } from "../../report/overview/overview.ts";
import type { RangeOf } from "../../report/overview/trend.ts";
import { addressOf } from "../../report/parts/address.ts";
import type { Document } from "../../report/report.ts";
import type { FinishedRun } from "../../run/request.ts";
import type { StoredRun } from "../../run/store/read.ts";
import { readRateRanges } from "../../run/store/read-rates.ts";
import type { CommandContext } from "../command.ts";
import { type AbsentRuns, withAbsent } from "./absent.ts";
import { folderOfRuns, type ResultPage } from "./pages.ts";
import { reportFile } from "./report-file.ts";
import { runPage } from "./run-page.ts";
import { type PageOutput, showPage } from "./show.ts";

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
