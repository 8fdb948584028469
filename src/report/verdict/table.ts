import { baseUnitOf, type Claim } from "../../model/claim/claim.ts";
import { figureWords, intervalWords, shown } from "../../model/claim/figure-words.ts";
import type { Outcome, Verdict } from "../../model/claim/verdict.ts";
import {
  type Cell,
  cell,
  dataTable,
  type Inline,
  sentenceText,
  type Table,
  tableColumns,
  type Value,
  words,
} from "../parts/document.ts";
import type { Notes } from "../parts/notes.ts";

/** A verdict and the claim it is on. */
export interface Judged {
  readonly claim: Claim;
  readonly verdict: Verdict;
}

const COLUMNS = tableColumns([
  ["claim", "Claim", "left"],
  ["target", "Target", "left"],
  ["verdict", "Verdict", "left"],
  ["measured", "Measured", "right"],
  ["figure", "Figure", "right"],
  ["bound", "Limit that applied", "left"],
  ["reason", "Why", "left"],
  ["notes", "Notes", "left"],
]);

/** One row a verdict: what was asked, what was found and how sure. */
export function verdictTable(judged: readonly Judged[], notes: Notes): Table {
  return {
    kind: "table",
    id: "verdicts",
    columns: COLUMNS,
    rows: judged.map((one) => row(one, notes)),
  };
}

function row({ claim, verdict }: Judged, notes: Notes): readonly Cell[] {
  const { figure, bound } = verdict;
  return [
    cell([{ code: claim.id }, `: ${claim.says}`], claim.id),
    words(verdict.targets.join(" over ")),
    outcomeCell(verdict.outcome),
    measuredCell({ claim, verdict }),
    figure === null
      ? cell("–", null)
      : cell(figureWords(figure, claim), figure.value, baseUnitOf(claim.unit)),
    bound === null
      ? cell("–", null)
      : cell(`${bound.words} (${bound.from})`, bound.value, boundUnit(claim)),
    cell(sentenceText(verdict.reason.words), verdict.reason.words),
    notes.refer(verdict.caveats.map(sentenceText)),
  ];
}

/** A limit is one of a rate, also where the claim is about a share of seconds. */
function boundUnit({ measure, unit }: Claim): string {
  const base = baseUnitOf(unit);
  return measure.kind === "share-of-seconds" ? baseUnitOf(measure.unit) : base;
}

/** The word that a reader looks for; only a settled one stands out. */
export function outcomeCell(outcome: Outcome): Cell {
  const text: readonly Inline[] = outcome === "inconclusive" ? [outcome] : [{ strong: outcome }];
  return cell(text, outcome);
}

/** Value and interval, in the unit of the claim's figure. */
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
  // `unit` is that of measured, figure and their bounds; this is the one a figure is published in.
  "published_unit",
  "bound_unit",
  "measured_is_lower_bound",
  "measured_how",
] as const;

/** The same in base units (1/s, B/s, ns, ratios), one row a verdict. */
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
  ];
}
