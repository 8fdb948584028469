import { storageDifferences } from "../../metrics/difference/difference.ts";
import { describeDifferences } from "../../metrics/difference/fields.ts";
import type { Claim } from "../../model/claim/claim.ts";
import { runAdvice, workloadScenarios } from "../../model/claim/run-advice.ts";
import type { Statement } from "../../model/claim/statement.ts";
import type { StatementVerdict, Verdict } from "../../model/claim/verdict.ts";
import type { StorageCost } from "../../model/run/cost.ts";
import type { Run } from "../../model/run/run.ts";
import { isForeign } from "../../model/target/amazon.ts";
import { type Caveats, makeCaveats } from "./caveats.ts";
import { gridOf, type WorkloadGrid } from "./grid.ts";

/** Input of the report on the guide. */
export interface GuideInput {
  readonly statements: readonly Statement[];
  /** Claims that the statements name. */
  readonly claims: readonly Claim[];
  /** One verdict per statement, in the same order. */
  readonly verdicts: readonly StatementVerdict[];
  readonly runs: readonly Run[];
  /** Costs of the targets that have prices. */
  readonly costs: readonly StorageCost[];
  /** The guide's workloads. */
  readonly scenarios: readonly GuideScenario[];
}

/** A workload of the guide: its statements and target kinds (empty: any kind). */
export interface GuideScenario {
  readonly name: string;
  readonly guide: readonly string[];
  readonly targets: readonly string[];
}

/** A statement with its verdict and the claim that decides it. */
export interface JudgedStatement {
  readonly statement: Statement;
  readonly judged: StatementVerdict;
  /** The deciding claim and its verdict; null if no run applies to any of its claims. */
  readonly leading: { readonly claim: Claim; readonly verdict: Verdict } | null;
}

function judgedStatements(input: GuideInput): readonly JudgedStatement[] {
  return input.statements.flatMap((statement): JudgedStatement[] => {
    const judged = input.verdicts.find((one) => one.statement === statement.id);
    if (judged === undefined) return [];
    const { verdicts, outcome, reason } = judged;
    const leading =
      verdicts.find((one) => one.outcome === outcome && one.reason.code === reason.code) ??
      verdicts.find((one) => one.outcome === outcome) ??
      null;
    const claim = input.claims.find(({ id }) => id === leading?.claim);
    const both = leading === null || claim === undefined ? null : { claim, verdict: leading };
    // One remedy on the whole page: the scenarios that "Next steps" names.
    const names = scenariosFor(statement, input.scenarios);
    const isToRun = judged.settle === runAdvice(statement, workloadScenarios(statement));
    const settle = isToRun && names.length > 0 ? runAdvice(statement, names) : judged.settle;
    return [{ statement, judged: { ...judged, settle }, leading: both }];
  });
}

/** Returns the workloads of a statement for the target kinds that can test it. */
export function scenariosFor(
  { id, kinds }: Statement,
  scenarios: readonly GuideScenario[],
): readonly string[] {
  return scenarios.flatMap(({ name, guide, targets }) => {
    const suits = targets.length === 0 || kinds.some((kind) => targets.includes(kind));
    return suits && guide.includes(id) ? [name] : [];
  });
}

/** Returns the latest complete run of a scenario on a target, else the latest run. */
export function latestRun(runs: readonly Run[], scenario: string, target: string): Run | null {
  const made = runs.filter((run) => run.plan.name === scenario && run.target.name === target);
  const complete = made.filter((run) => run.state === "complete");
  return (complete.length > 0 ? complete : made).reduce<Run | null>(
    (latest, run) => (latest === null || run.startedAt > latest.startedAt ? run : latest),
    null,
  );
}

/** A run on earlier storage of a target, with the differences from the latest run. */
export interface EarlierRun {
  readonly run: Run;
  readonly differences: string;
}

/** The latest run of each target, by the target's name. */
export function latestByTarget(runs: readonly Run[]): ReadonlyMap<string, Run> {
  const inOrder = [...runs].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  return new Map(inOrder.map((run) => [run.target.name, run]));
}

/**
 * Separates runs on the present storage of a target from earlier ones: a volume that was resized or
 * replaced has the values and the cost of its present state.
 */
function byPresentStorage(runs: readonly Run[]): {
  readonly present: readonly Run[];
  readonly earlier: readonly EarlierRun[];
} {
  const latest = latestByTarget(runs);
  const present: Run[] = [];
  const earlier: EarlierRun[] = [];
  for (const run of runs) {
    const found = storageDifferences(run, latest.get(run.target.name) ?? run);
    if (found.length === 0) present.push(run);
    else earlier.push({ run, differences: describeDifferences(found) });
  }
  return { present, earlier };
}

/** Input of every section of the report. */
export interface GuideSubject extends GuideInput {
  readonly judged: readonly JudgedStatement[];
  /** The latest complete run of each scenario on each target with its present storage. */
  readonly latest: readonly Run[];
  readonly earlier: readonly EarlierRun[];
  readonly grid: WorkloadGrid;
  /** Letters of caveats, in the order of their first use. */
  readonly caveats: Caveats;
  /** Whether no AWS storage was measured. */
  readonly isOff: boolean;
}

/** Returns the input that the sections share. */
export function guideSubject(input: GuideInput): GuideSubject {
  const { present, earlier } = byPresentStorage(input.runs);
  const latest = present.filter(
    (run) => latestRun(present, run.plan.name, run.target.name) === run,
  );
  return {
    ...input,
    judged: judgedStatements(input),
    latest,
    earlier,
    grid: gridOf(latest),
    caveats: makeCaveats(),
    isOff: input.runs.every(({ target }) => isForeign(target)),
  };
}
