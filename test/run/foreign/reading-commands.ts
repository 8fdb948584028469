import { type Catalogue, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import { statementVerdict } from "../../../src/claim/verdict/statement-verdict.ts";
import { costsOf } from "../../../src/cli/guide/guide.ts";
import { againstBaseline } from "../../../src/cli/running/baseline.ts";
import { loadPrices } from "../../../src/cost/prices.ts";
import type { Prices } from "../../../src/cost/prices-schema.ts";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import { evaluateThresholds } from "../../../src/metrics/threshold/threshold.ts";
import { comparisonReport } from "../../../src/report/comparison/comparison.ts";
import { comparisonData } from "../../../src/report/comparison/data.ts";
import { renderCsv, tableCsv } from "../../../src/report/format/csv.ts";
import { renderJson } from "../../../src/report/format/json.ts";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { renderTerminal } from "../../../src/report/format/terminal.ts";
import { guideReport } from "../../../src/report/guide/guide.ts";
import type { GuideScenario } from "../../../src/report/guide/subject.ts";
import type { Document } from "../../../src/report/report.ts";
import { junitXml } from "../../../src/report/run/files/junit.ts";
import { searchCsv } from "../../../src/report/run/files/search-csv.ts";
import { summaryCsv } from "../../../src/report/run/files/summary-csv.ts";
import { thresholdsCsv } from "../../../src/report/run/files/thresholds-csv.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { verdictReport } from "../../../src/report/verdict/verdict.ts";
import type { StoredRun } from "../../../src/run/store/read.ts";
import { timeLinesOf } from "../../../src/run/store/read-time-line.ts";
import { listScenarios } from "../../../src/scenario/shipped.ts";

/** What commands read besides stored runs, loaded once: it is the same for each of them. */
export interface Around {
  readonly catalogue: Catalogue;
  readonly prices: Prices;
  readonly scenarios: readonly GuideScenario[];
}

/** Loads it. */
export async function loadAround(): Promise<Around> {
  const scenarios = (await listScenarios()).filter(({ ofGuide }) => ofGuide);
  return { catalogue: await loadCatalogue(), prices: await loadPrices(), scenarios };
}

function everyFormat(document: Document): number {
  const texts = [
    renderMarkdown(document),
    renderCsv(document),
    renderJson(document),
    renderTerminal(document, { color: true }),
  ];
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** The work of each command that reads stored runs, on a run that could be read. */
export const READING: Readonly<
  Record<string, (stored: StoredRun, original: StoredRun, around: Around) => unknown>
> = {
  report: ({ run }) => {
    everyFormat(runReport(run));
    return [summaryCsv(run), thresholdsCsv(run), searchCsv(run), junitXml([run], [])];
  },
  compare: (stored, original) => {
    const runs = [original.run, { ...stored.run, id: `${stored.run.id}x` }];
    const timeSeries = timeLinesOf([original, stored]);
    for (const pool of [true, false]) {
      const comparison = compareRuns(runs, { force: true, pool, across: pool, timeSeries });
      everyFormat(comparisonReport(comparison));
      tableCsv(comparisonData(comparison));
    }
  },
  verify: (stored, _, { catalogue: { claims } }) => {
    const verdicts = verify(claims, [stored.run], timeLinesOf([stored]));
    const judged = verdicts.flatMap((verdict) =>
      claims.filter(({ id }) => id === verdict.claim).map((claim) => ({ claim, verdict })),
    );
    everyFormat(verdictReport(judged, [stored.run]));
  },
  guide: (stored, original, { catalogue: { claims, statements }, prices, scenarios }) => {
    const runs = [original.run, stored.run];
    const found = verify(claims, runs, timeLinesOf([original, stored]));
    const verdicts = statements.map((statement) => statementVerdict(statement, found, false));
    const costs = costsOf(runs, prices);
    everyFormat(guideReport({ statements, claims, verdicts, runs, costs, scenarios }));
  },
  baseline: async (stored, { run }) => {
    const named = { baseline: stored.folder, baselinesFolder: "", resultsFolder: "" };
    await againstBaseline([run.plan], [run.target], named);
    evaluateThresholds(run, stored.run);
  },
};
