import type { Claim } from "../../model/claim/claim.ts";
import type { Statement } from "../../model/claim/statement.ts";
import type { StatementVerdict, Verdict } from "../../model/claim/verdict.ts";
import type { Run } from "../../model/run/run.ts";
import { dataTable, type Table, type Value } from "../parts/document.ts";
import { VERDICT_KEYS, verdictValues } from "../verdict/table.ts";
import { type GuideInput, scenariosFor } from "./subject.ts";

const KEYS = [
  "statement_id",
  "statement",
  "services",
  "testable",
  "statement_verdict",
  "statement_reason_code",
  "statement_reason",
  "statement_settle",
  "target_kinds",
  "emulated",
  ...VERDICT_KEYS,
] as const;

/**
 * One row per statement, claim and target (or pair of targets), in base units. A claim without a
 * verdict has one row without a target, a statement without claims one row without a claim.
 */
export function guideData(input: GuideInput): Table {
  const rows = input.verdicts.flatMap((judged) => {
    const statement = input.statements.find(({ id }) => id === judged.statement);
    return statement === undefined ? [] : rowsOf(input, statement, judged);
  });
  return dataTable("guide", KEYS, rows);
}

function rowsOf(
  { claims, runs, scenarios }: GuideInput,
  statement: Statement,
  judged: StatementVerdict,
): readonly (readonly Value[])[] {
  const head: readonly Value[] = [
    statement.id,
    statement.statement,
    statement.services.join(";"),
    statement.testable,
    judged.outcome,
    judged.reason.code,
    judged.reason.words,
    remedyOf(judged, statement, scenariosFor(statement, scenarios)),
  ];
  const own = statement.claims.flatMap((id) => claims.filter((claim) => claim.id === id));
  if (own.length === 0) return [[...head, null, null, ...VERDICT_KEYS.map(() => null)]];
  return own.flatMap((claim) => {
    const found = judged.verdicts.filter((verdict) => verdict.claim === claim.id);
    const verdicts = found.length > 0 ? found : [noRunVerdict(claim)];
    return verdicts.map((verdict) => [
      ...head,
      ...about(verdict, runs),
      ...verdictValues({ claim, verdict }),
    ]);
  });
}

/** The remedy; if there is no run, the workloads of the guide. */
function remedyOf(
  { settle, reason }: StatementVerdict,
  { kinds }: Statement,
  names: readonly string[],
): string | null {
  if (reason.code !== "no-run" || names.length === 0) return settle;
  return `assay run ${names.join(" ")} on a target of kind ${kinds.join(", ")}`;
}

function about({ targets }: Verdict, runs: readonly Run[]): readonly Value[] {
  if (targets.length === 0) return [null, null];
  const specs = targets.flatMap((name) => {
    const run = runs.find(({ target }) => target.name === name);
    return run === undefined ? [] : [run.target];
  });
  const emulated = specs.some((target) => target.emulated !== undefined);
  return [specs.map(({ kind }) => kind).join(";"), emulated];
}

function noRunVerdict(claim: Claim): Verdict {
  return {
    claim: claim.id,
    targets: [],
    runIds: [],
    phases: [],
    outcome: "inconclusive",
    reason: { code: "no-run", words: "no run applies to it" },
    settle: null,
    measured: null,
    figure: null,
    reachedShare: null,
    bound: null,
    caveats: [],
  };
}
