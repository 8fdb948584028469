import { baseUnitOf, type Claim } from "../../model/claim/claim.ts";
import { figureWords, intervalWords, shown, targetWords } from "../../model/claim/figure-words.ts";
import type { Outcome, Verdict } from "../../model/claim/verdict.ts";
import { narrowTable } from "../format/narrow-table.ts";
import {
  type Block,
  type Cell,
  cell,
  dataTable,
  type Inline,
  list,
  sentenceText,
  type Table,
  type Text,
  tableColumns,
  type Value,
  words,
} from "../parts/document.ts";
import { capitalized, sentence } from "../parts/format.ts";

/** A verdict and its claim. */
export interface Judged {
  readonly claim: Claim;
  readonly verdict: Verdict;
}

const COLUMNS = tableColumns([
  ["claim", "Claim", "left"],
  ["target", "Target", "left"],
  ["measured", "Measured", "right"],
  ["figure", "Figure", "right"],
]);

/** Verdicts with one outcome: a table of claims and values, and a list with the reasons. */
export function verdictBlocks(judged: readonly Judged[], outcome: Outcome): readonly Block[] {
  const own = judged.filter(({ verdict }) => verdict.outcome === outcome);
  const table: Table = {
    kind: "table",
    id: `verdicts-${outcome}`,
    columns: COLUMNS,
    rows: own.map(row),
  };
  if (own.length === 0) return [];
  return [...narrowTable(table, { name: "claim", details: [] }), list(reasonsOf(own))];
}

/** Reason, limit and caveats of each verdict; equal ones of several claims are one item. */
function reasonsOf(judged: readonly Judged[]): readonly Text[] {
  const texts = judged.map(({ claim, verdict: { bound, caveats, reason } }) => ({
    claim,
    text: [
      asSentence(reason.words),
      ...(bound === null ? [] : [`Limit: ${bound.words} (${bound.from}).`]),
      ...caveats.map(asSentence),
    ].join(" "),
  }));
  return [...Map.groupBy(texts, ({ text }) => text)].map(([text, group]): Text => {
    const says = new Map(group.map(({ claim }) => [claim.id, claim.says.replace(/\.$/, "")]));
    const claims = [...says].flatMap(([id, words], at) => [
      at === 0 ? "" : ", ",
      { code: id },
      ` (${words})`,
    ]);
    return [...claims, ": ", ...sentenceText(text)];
  });
}

function row({ claim, verdict }: Judged): readonly Cell[] {
  const { figure } = verdict;
  return [
    cell([{ code: claim.id }], claim.id),
    words(targetWords(verdict)),
    measuredCell({ claim, verdict }),
    figure === null
      ? cell("–", null)
      : cell(figureWords(figure, claim), figure.value, baseUnitOf(claim.unit)),
  ];
}

/** Text as a sentence: it starts with a capital and ends with a full stop. */
export function asSentence(text: string): string {
  const isName = /^\S*[A-Z0-9`./]/.test(text);
  return sentence(isName ? text : capitalized(text));
}

/** Unit of a limit: that of a rate, also if the claim is about a share of seconds. */
function boundUnit({ measure, unit }: Claim): string {
  const base = baseUnitOf(unit);
  return measure.kind === "share-of-seconds" ? baseUnitOf(measure.unit) : base;
}

/** The outcome; strong unless it is inconclusive. */
export function outcomeCell(outcome: Outcome): Cell {
  const text: readonly Inline[] = outcome === "inconclusive" ? [outcome] : [{ strong: outcome }];
  return cell(text, outcome);
}

/** Value and interval, in the unit of the figure. */
export function measuredCell({ claim, verdict: { measured } }: Judged): Cell {
  if (measured === null) return cell("–", null);
  const { value } = measured;
  return cell(
    [{ strong: shown(value, claim) }, intervalWords(measured, claim)],
    value,
    baseUnitOf(claim.unit),
  );
}

export const VERDICT_KEYS = [
  "claim_id",
  "says",
  "role",
  "targets",
  "verdict",
  "reason_code",
  "reason",
  "settle",
  "unit",
  "measured",
  "measured_low",
  "measured_high",
  "confidence",
  "repetitions",
  "relation",
  "figure",
  "figure_low",
  "figure_high",
  "tolerance_share",
  "reached_share",
  "bound_by",
  "bound",
  "bound_from",
  "caveats",
  "phases",
  "run_ids",
  "source_title",
  "source_address",
  "source_date",
  // `unit` is the unit of measured, figure and their bounds; the source publishes it in this one.
  "published_unit",
  "bound_unit",
  "measured_is_lower_bound",
  "measured_how",
  "scope",
  "clients",
  "client_host",
] as const;

/** Verdicts in base units (1/s, B/s, ns, ratios), one row per verdict. */
export function verdictData(judged: readonly Judged[]): Table {
  return dataTable("verdicts", VERDICT_KEYS, judged.map(verdictValues));
}

/** The values of {@link VERDICT_KEYS}. */
export function verdictValues({ claim, verdict }: Judged): readonly Value[] {
  const { measured, figure, bound } = verdict;
  return [
    claim.id,
    claim.says,
    claim.role,
    verdict.targets.join(";"),
    verdict.outcome,
    verdict.reason.code,
    verdict.reason.words,
    verdict.settle,
    baseUnitOf(claim.unit),
    measured?.value ?? null,
    measured?.low ?? null,
    measured?.high ?? null,
    measured?.confidence ?? null,
    measured?.repetitions ?? null,
    claim.relation,
    figure?.value ?? null,
    figure?.low ?? null,
    figure?.high ?? null,
    claim.tolerance,
    verdict.reachedShare,
    bound?.by ?? null,
    bound?.value ?? null,
    bound?.from ?? null,
    verdict.caveats.join("; "),
    verdict.phases.join(";"),
    verdict.runIds.join(";"),
    claim.source.title,
    claim.source.address,
    claim.source.date,
    claim.unit,
    bound === null ? null : boundUnit(claim),
    measured === null ? null : (measured.isLowerBound ?? false),
    measured?.how ?? null,
    claim.scope,
    // A comparison has those of both sides.
    verdict.clients === undefined ? null : verdict.clients.map(({ count }) => count).join(";"),
    verdict.clients?.find(({ host }) => host !== null)?.host ?? null,
  ];
}
