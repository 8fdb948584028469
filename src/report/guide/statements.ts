import type { Claim, ClaimSource } from "../../model/claim/claim.ts";
import { figureWords } from "../../model/claim/figure-words.ts";
import type { Statement } from "../../model/claim/statement.ts";
import type { StatementVerdict, Verdict } from "../../model/claim/verdict.ts";
import {
  type Cell,
  type Column,
  cell,
  list,
  paragraph,
  sentenceText,
  type Table,
  type Text,
  tableColumns,
  words,
} from "../parts/document.ts";
import { formatShare, sentence } from "../parts/format.ts";
import { makeNotes, type Notes } from "../parts/notes.ts";
import type { Section } from "../report.ts";
import { measuredCell, outcomeCell } from "../verdict/table.ts";
import type { GuideSubject, JudgedStatement } from "./subject.ts";

const STATEMENTS = tableColumns([
  ["statement_id", "Id", "left"],
  ["statement", "Statement, in our words", "left"],
  ["verdict", "Verdict", "left"],
  ["target", "On", "left"],
  ["measured", "Measured", "right"],
  ["figure", "Held against", "right"],
  ["reason", "Why", "left"],
]);

/** Every statement: what was asked, what was found, how sure. */
export function statementSection({ judged }: GuideSubject): Section {
  const table: Table = {
    kind: "table",
    id: "statements",
    ...withoutEmpty(STATEMENTS, judged.map(statementRow)),
  };
  return { title: "Statements of the guide", blocks: [table] };
}

/** Without columns in which no row has anything. */
function withoutEmpty(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Pick<Table, "columns" | "rows"> {
  const kept = columns.map((_, at) => rows.some((row) => (row[at]?.value ?? null) !== null));
  return {
    columns: columns.filter((_, at) => kept[at]),
    rows: rows.map((row) => row.filter((_, at) => kept[at])),
  };
}

function statementRow({ statement, judged, leading }: JudgedStatement): readonly Cell[] {
  const spoken = leading !== null && judged.outcome !== "inconclusive" ? leading : null;
  const shown = spoken ?? (isOff(leading?.verdict) ? null : leading);
  return [
    words(statement.id),
    words(statement.statement),
    outcomeCell(judged.outcome),
    shown === null ? cell("–", null) : words(shown.verdict.targets.join(" over ")),
    shown === null ? cell("–", null) : measuredCell(shown),
    figureCell(shown),
    whyCell(judged, statement, leading),
  ];
}

/** The reason, without what is the same for many. */
function whyCell(
  { verdicts, reason }: StatementVerdict,
  { claims }: Statement,
  leading: JudgedStatement["leading"],
): Cell {
  if (verdicts.length === 0 && claims.length > 0) {
    return words(reason.code === "off-aws" ? "not testable off AWS" : "no run speaks to it");
  }
  if (reason.code !== "off-aws") return reasonCell(reason, leading?.claim ?? null);
  const targets = [...new Set(verdicts.flatMap((verdict) => verdict.targets))];
  return cell(`measured off AWS only, on ${targets.join(" and ")}`, reason.words);
}

/** Measured value and figure stand beside it, so a verdict that is one says only which. */
function reasonCell({ code, words: said }: Verdict["reason"], claim: Claim | null): Cell {
  const own = said.startsWith("all ") || claim === null;
  if (own || (code !== "agrees" && code !== "contradicts")) return cell(sentenceText(said), said);
  const tolerance = claim.tolerance === 0 ? "" : `, give or take ${formatShare(claim.tolerance)}`;
  return cell(`${code}${tolerance}`, said);
}

function isOff(verdict: Verdict | undefined): boolean {
  return verdict?.reason.code === "off-aws";
}

function figureCell(one: { readonly claim: Claim; readonly verdict: Verdict } | null): Cell {
  if (one === null || one.verdict.figure === null) return cell("–", null);
  return cell(figureWords(one.verdict.figure, one.claim), one.verdict.figure.value);
}

const EVIDENCE = tableColumns([
  ["statements", "Of", "left"],
  ["claim", "What is published or asserted", "left"],
  ["target", "On", "left"],
  ["verdict", "Verdict", "left"],
  ["measured", "Measured", "right"],
  ["figure", "Figure", "right"],
  ["source", "Source", "left"],
  ["bound", "Limit that applied", "left"],
  ["reason", "Why", "left"],
  ["notes", "Notes", "left"],
]);

/** Each claim behind the statements on each target; null where nothing of AWS was measured. */
export function evidenceSection({ claims, verdicts: judged }: GuideSubject): Section | null {
  const named = new Map<Verdict, string[]>();
  for (const { statement, verdicts } of judged) {
    for (const verdict of verdicts) {
      named.set(verdict, [...(named.get(verdict) ?? []), statement]);
    }
  }
  const shown = [...named].filter(([verdict]) => !isOff(verdict));
  if (shown.length === 0) return null;
  const sources = new Map<string, number>();
  const notes = makeNotes();
  const rows = shown.flatMap(([verdict, ids]) => {
    const claim = claims.find(({ id }) => id === verdict.claim);
    return claim === undefined ? [] : [evidenceRow(claim, verdict, ids, sources, notes)];
  });
  const remarks = notes.list();
  return {
    title: "What the verdicts rest on",
    blocks: [
      { kind: "table", id: "evidence", ...withoutEmpty(EVIDENCE, rows) },
      ...(remarks === null ? [] : [paragraph("Notes:"), remarks]),
      paragraph("Sources:"),
      list([...sources.keys()]),
    ],
  };
}

function evidenceRow(
  claim: Claim,
  verdict: Verdict,
  ids: readonly string[],
  sources: Map<string, number>,
  notes: Notes,
): readonly Cell[] {
  const { bound } = verdict;
  const text: Text = [`${sentence(claim.says)} `, { code: claim.id }];
  return [
    words(ids.join(", ")),
    cell(text, claim.id),
    words(verdict.targets.join(" over ")),
    outcomeCell(verdict.outcome),
    measuredCell({ claim, verdict }),
    figureCell({ claim, verdict }),
    sourceCell(claim.source, sources),
    bound === null ? cell("–", null) : cell(`${bound.words} (${bound.from})`, bound.value),
    reasonCell(verdict.reason, claim),
    notes.refer(verdict.caveats.map(sentence)),
  ];
}

/** A letter and number that the list below explains. */
function sourceCell(source: ClaimSource, sources: Map<string, number>): Cell {
  const { title, address, date } = source;
  const where = address === null ? "" : `, ${address}`;
  const next = sources.size + 1;
  const known = [...sources.entries()].find(([line]) =>
    line.endsWith(`${title}${where} (${date})`),
  );
  const number = known?.[1] ?? next;
  if (known === undefined) sources.set(`S${next}: ${title}${where} (${date})`, next);
  return cell(`S${number}`, address ?? title);
}
