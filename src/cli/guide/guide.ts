/**
 * Report on the statements of the guide, for the commands that print it: reads the catalogue and
 * the prices, and evaluates stored runs. The text is made in `src/report/guide`.
 */

import { loadCatalogue } from "../../claim/catalogue/catalogue.ts";
import { verify } from "../../claim/index.ts";
import { statementVerdict } from "../../claim/verdict/statement-verdict.ts";
import { loadPrices } from "../../cost/prices.ts";
import type { Prices } from "../../cost/prices-schema.ts";
import { storageCost } from "../../cost/storage.ts";
import type { StorageCost } from "../../model/run/cost.ts";
import type { Run } from "../../model/run/run.ts";
import { isForeign } from "../../model/target/amazon.ts";
import { declaredKnowledge, type Known, targetKindOf } from "../../model/target/knowledge.ts";
import type { Provisioned } from "../../model/target/target.ts";
import { guideReport } from "../../report/guide/guide.ts";
import { guideScreen } from "../../report/guide/screen.ts";
import { statementCounts } from "../../report/guide/short.ts";
import { latestByTarget } from "../../report/guide/subject.ts";
import type { Document } from "../../report/report.ts";
import type { Screen } from "../../report/screen/screen.ts";
import { guideSummary } from "../../report/summary/claims.ts";
import type { StoredRun } from "../../run/store/read.ts";
import { timeLinesOf } from "../../run/store/read-time-line.ts";
import { listScenarios } from "../../scenario/shipped.ts";

/**
 * Returns the report and the screen of stored runs on the guide: verdicts on the claims of its
 * statements, and costs by a prices file (absent: the one that assay ships).
 *
 * @throws ScenarioError for invalid input in that file.
 */
export async function guideOf(
  stored: readonly StoredRun[],
  prices?: string,
): Promise<{
  readonly document: Document;
  readonly screen: Screen;
  readonly summary: Document;
  /** Counts of the statements by outcome and reason, one line. */
  readonly counts: string;
}> {
  const { claims: all, statements } = await loadCatalogue();
  const table = await loadPrices(prices);
  const runs = stored.map(({ run }) => run);
  const named = new Set(statements.flatMap((statement) => statement.claims));
  const claims = all.filter(({ id }) => named.has(id));
  const found = verify(claims, runs, timeLinesOf(stored));
  const isOff = runs.length > 0 && runs.every(({ target }) => isForeign(target));
  const verdicts = statements.map((statement) => statementVerdict(statement, found, isOff));
  const scenarios = (await listScenarios()).filter(({ ofGuide }) => ofGuide);
  const costs = costsOf(runs, table);
  const input = { statements, claims, verdicts, runs, costs, scenarios };
  const document = guideReport(input);
  const outcomes = verdicts.map(({ statement, outcome, reason }) => {
    const says = statements.find(({ id }) => id === statement)?.statement ?? "";
    return { id: statement, says, outcome, reason: reason.words };
  });
  const summary = guideSummary(outcomes, document);
  return { document, screen: guideScreen(input), summary, counts: statementCounts(verdicts) };
}

/** Returns the cost of each target by its latest run; of a bucket, by storage class. */
export function costsOf(runs: readonly Run[], prices: Prices): readonly StorageCost[] {
  return [...latestByTarget(runs).values()].flatMap((run) => {
    const { target } = run;
    // The prices of storage outside AWS are unknown.
    if (isForeign(target)) return [];
    const knowledge = run.storage ?? declaredKnowledge(target);
    const own = runs.filter((one) => one.target.name === target.name);
    const classes = own.flatMap(({ plan }) =>
      plan.phases.map(({ objects }) => objects.storageClass),
    );
    const inBucket = target.address.kind === "bucket" ? [...new Set(classes)] : [null];
    return inBucket.flatMap((storageClass) => {
      const priced = {
        name: target.name,
        kind: targetKindOf(target, knowledge),
        provisioned: plainFacts(knowledge.provisioned),
        storageClass,
      };
      return storageCost(priced, prices) ?? [];
    });
  });
}

/** Facts without their sources. */
function plainFacts(known: Known<Provisioned>): Provisioned {
  const entries = Object.entries(known).map(([name, fact]) => [name, fact?.value]);
  return Object.fromEntries(entries);
}
