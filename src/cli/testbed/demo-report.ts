import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCatalogue } from "../../claim/catalogue/catalogue.ts";
import { verify } from "../../claim/index.ts";
import { type Comparison, compareRuns } from "../../metrics/compare/compare.ts";
import { comparisonReport } from "../../report/comparison/comparison.ts";
import { comparisonScreen } from "../../report/comparison/screen.ts";
import { renderMarkdown } from "../../report/format/markdown.ts";
import { renderScreen } from "../../report/screen/screen.ts";
import { demoScreen } from "../../report/verdict/demo.ts";
import { verdictReport } from "../../report/verdict/verdict.ts";
import { readRun, type StoredRun } from "../../run/store/read.ts";
import { timeLinesOf } from "../../run/store/read-time-line.ts";
import type { Console } from "../console.ts";
import { guideOf } from "../guide/guide.ts";
import type { Places } from "./demo-places.ts";
import type { DemoRuns } from "./demo-runs.ts";

interface Around {
  readonly places: Places;
  readonly console: Console;
  readonly startedMs: number;
}

const RESULTS = "results";
/** File of the short report. */
const REPORT = join(RESULTS, "demo.md");

/** Prints the comparison and the verdicts, and stores the whole report. */
export async function shortReport(done: DemoRuns, { places, console, startedMs }: Around) {
  const stored = await read(done.folders);
  const isVerdict = ({ run }: StoredRun): boolean => run.target.emulated !== undefined;
  const comparison = comparisonOf(
    stored.filter((one) => !isVerdict(one)),
    done,
  );
  const { claims } = await loadCatalogue();
  const runs = stored.filter(isVerdict);
  const found = verify(
    claims,
    runs.map(({ run }) => run),
    timeLinesOf(runs),
  );
  const verdicts = found.flatMap((verdict) =>
    claims.filter(({ id }) => id === verdict.claim).map((claim) => ({ claim, verdict })),
  );
  const guide = await guideOf(stored);
  const emulated = runs.map(({ run }) => run);
  const documents = [
    ...(comparison === null ? [] : [comparisonReport(comparison)]),
    verdictReport(verdicts, emulated),
    guide.summary,
  ];
  await mkdir(RESULTS, { recursive: true });
  await writeFile(REPORT, documents.map((one) => renderMarkdown(one)).join("\n"));
  const seconds = (performance.now() - startedMs) / 1000;
  const shape = { columns: console.pageColumns, color: console.colour };
  if (comparison !== null) {
    const whole = comparisonScreen(comparison);
    // Its caveats and next steps are in the stored report.
    const lines = whole.lines.filter(({ label }) => label === "Meaning");
    const compared = { ...whole, lines, others: "see the report" };
    await console.out(`${renderScreen(compared, shape)}\n`);
  }
  const { notes } = places;
  const subject = { verdicts, notes, statements: guide.counts, seconds, report: REPORT };
  await console.out(renderScreen(demoScreen(subject), shape));
}

/** Prints the whole report: the comparison, then the guide's statements. */
export async function fullReport(done: DemoRuns, { places, console }: Around): Promise<void> {
  const stored = await read(done.folders);
  for (const note of places.notes) console.error(`${note}\n`);
  const comparison = comparisonOf(stored, done);
  const guide = await guideOf(stored);
  const compared = comparison === null ? "" : `${renderMarkdown(comparisonReport(comparison))}\n`;
  await console.out(`${compared}${renderMarkdown(guide.document)}`);
}

/** Compares the runs; null if all are on one target, because there is no S3 server. */
function comparisonOf(stored: readonly StoredRun[], { notRun }: DemoRuns): Comparison | null {
  const runs = stored.map(({ run }) => run);
  if (new Set(runs.map(({ target }) => target.name)).size < 2) return null;
  return compareRuns(runs, { force: false, notRun });
}

async function read(folders: readonly string[]): Promise<readonly StoredRun[]> {
  const stored: StoredRun[] = [];
  for (const folder of folders) stored.push(await readRun(folder, RESULTS));
  return stored;
}
