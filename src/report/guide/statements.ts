import type { Claim, ClaimSource } from "../../model/claim/claim.ts";
import { figureWords, targetWords } from "../../model/claim/figure-words.ts";
import type { Statement } from "../../model/claim/statement.ts";
import type { StatementVerdict, Verdict } from "../../model/claim/verdict.ts";
import { narrowTable } from "../format/narrow-table.ts";
import {
  type Cell,
  cell,
  list,
  paragraph,
  sentenceText,
  type Table,
  tableColumns,
  words,
} from "../parts/document.ts";
import { formatShare, sentence } from "../parts/format.ts";
import type { Section } from "../report.ts";
import { asSentence, measuredCell, outcomeCell } from "../verdict/table.ts";
import type { GuideSubject, JudgedStatement } from "./subject.ts";

const STATEMENTS = tableColumns([
  ["statement_id", "Id", "left"],
  ["statement", "Statement", "left"],
  ["verdict", "Verdict", "left"],
  ["target", "Target", "left"],
  ["measured", "Measured", "right"],
  ["figure", "Figure", "right"],
  ["reason", "Reason", "left"],
]);

/** Every statement with its verdict. */
export function statementSection({ judged }: GuideSubject): Section {
  const table: Table = {
    kind: "table",
    id: "statements",
    columns: STATEMENTS,
    rows: judged.map(statementRow),
  };
  const details = ["statement", "reason"];
  const blocks = narrowTable(table, { name: "statement_id", details });
  return { title: "Statements", isDetail: true, blocks };
}

function statementRow({ statement, judged, leading }: JudgedStatement): readonly Cell[] {
  const decisive = leading !== null && judged.outcome !== "inconclusive" ? leading : null;
  const shown = decisive ?? (isOff(leading?.verdict) ? null : leading);
  return [
    words(statement.id),
    words(sentence(statement.statement)),
    outcomeCell(judged.outcome),
    shown === null ? cell("–", null) : words(targetWords(shown.verdict)),
    shown === null ? cell("–", null) : measuredCell(shown),
    figureCell(shown),
    whyCell(judged, statement, leading),
  ];
}

/** The reason, shortened if many statements share it. */
function whyCell(
  { verdicts, reason }: StatementVerdict,
  { claims }: Statement,
  leading: JudgedStatement["leading"],
): Cell {
  if (verdicts.length === 0 && claims.length > 0) {
    return words(reason.code === "off-aws" ? "Not testable off AWS." : "No run applies to it.");
  }
  if (reason.code !== "off-aws") return reasonCell(reason, leading?.claim ?? null);
  const targets = [...new Set(verdicts.flatMap((verdict) => verdict.targets))];
  return cell(`Measured off AWS only, on ${targets.join(" and ")}.`, reason.words);
}

/** The reason. Measured value and figure are in the same row, so a decided verdict omits them. */
function reasonCell({ code, words: reason }: Verdict["reason"], claim: Claim | null): Cell {
  const isOwn = reason.startsWith("all ") || claim === null;
  if (isOwn || (code !== "agrees" && code !== "contradicts")) {
    return cell(sentenceText(asSentence(reason)), reason);
  }
  const tolerance = claim.tolerance === 0 ? "" : ` (tolerance ${formatShare(claim.tolerance)})`;
  const verb = code === "agrees" ? "Agrees with" : "Contradicts";
  return cell(`${verb} the figure${tolerance}.`, reason);
}

function isOff(verdict: Verdict | undefined): boolean {
  return verdict?.reason.code === "off-aws";
}

function figureCell(one: { readonly claim: Claim; readonly verdict: Verdict } | null): Cell {
  if (one === null || one.verdict.figure === null) return cell("–", null);
  return cell(figureWords(one.verdict.figure, one.claim), one.verdict.figure.value);
}

const EVIDENCE = tableColumns([
  ["claim", "Claim", "left"],
  ["target", "Target", "left"],
  ["verdict", "Verdict", "left"],
  ["measured", "Measured", "right"],
  ["figure", "Figure", "right"],
  ["statements", "Statements", "left"],
  ["says", "Assertion", "left"],
  ["reason", "Reason", "left"],
  ["bound", "Limit", "left"],
  ["caveats", "Caveats", "left"],
  ["source", "Source", "left"],
]);

/** The verdict on each claim of the statements; null if no AWS storage was measured. */
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
  const rows = shown.flatMap(([verdict, ids]) => {
    const claim = claims.find(({ id }) => id === verdict.claim);
    return claim === undefined ? [] : [evidenceRow(claim, verdict, ids, sources)];
  });
  const table: Table = { kind: "table", id: "evidence", columns: EVIDENCE, rows };
  const details = ["statements", "says", "reason", "bound", "caveats", "source"];
  return {
    title: "Claims",
    isDetail: true,
    blocks: [
      ...narrowTable(table, { name: "claim", details }),
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
): readonly Cell[] {
  const { bound, caveats } = verdict;
  return [
    cell([{ code: claim.id }], claim.id),
    words(targetWords(verdict)),
    outcomeCell(verdict.outcome),
    measuredCell({ claim, verdict }),
    figureCell({ claim, verdict }),
    cell(`For ${ids.join(", ")}.`, ids.join(", ")),
    words(sentence(claim.says)),
    reasonCell(verdict.reason, claim),
    bound === null ? cell("–", null) : cell(`Limit: ${bound.words} (${bound.from}).`, bound.value),
    caveats.length === 0
      ? cell("–", null)
      : cell(sentenceText(caveats.map(asSentence).join(" ")), caveats.join("; ")),
    sourceCell(claim.source, sources),
  ];
}

/** Number of a source in the list below the claims. */
function sourceCell(source: ClaimSource, sources: Map<string, number>): Cell {
  const { title, address, date } = source;
  const where = address === null ? "" : `, ${address}`;
  const next = sources.size + 1;
  const known = [...sources.entries()].find(([line]) =>
    line.endsWith(`${title}${where} (${date})`),
  );
  const number = known?.[1] ?? next;
  if (known === undefined) sources.set(`S${next}: ${title}${where} (${date})`, next);
  return cell(`Source: S${number}.`, address ?? title);
}
