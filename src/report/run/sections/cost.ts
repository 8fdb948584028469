import type { Cost, CostLine } from "../../../model/run/cost.ts";
import type { Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  list,
  name,
  paragraph,
  type Text,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatBytes, formatCount, usd } from "../../parts/format.ts";
import type { Section } from "../../report.ts";

const COLUMNS: readonly Column[] = tableColumns([
  ["what", "Phase", "left"],
  ["request_class", "Requests", "left"],
  ["storage_class", "Storage class", "left"],
  ["requests", "Count", "right"],
  ["sent_bytes", "Sent", "right"],
  ["received_bytes", "Received", "right"],
  ["cost_usd", "USD", "right"],
]);

const CLASS_WORDS: Readonly<Record<CostLine["requestClass"], string>> = {
  write: "PUT, COPY, POST, LIST",
  read: "GET, HEAD and others",
  free: "DELETE",
  restore: "restore",
};

/** Cost of the requests of a run; null if it is unknown. */
export function costSection(run: Run): Section | null {
  const actual = run.cost?.actual ?? null;
  if (actual === null) return null;
  const { totalUsd, region, charged, transferOutUsd } = actual;
  const of = charged ? "These requests cost" : "On Amazon S3 these requests would have cost";
  const estimate = run.cost?.estimated ?? null;
  const before = estimate === null ? "" : estimateText(estimate, totalUsd);
  const blocks: Block[] = [
    paragraph(
      { strong: `${of} ${usd(totalUsd)}` },
      `, at the prices of ${region}.${before} Received data costs another ` +
        `${usd(transferOutUsd)} for a client outside AWS. Storage is included only for storage ` +
        "classes with a minimum storage duration.",
    ),
    { kind: "table", id: "cost", columns: COLUMNS, rows: actual.lines.map(costRow), keys: 1 },
    list(sourcesOf(actual)),
  ];
  return { title: "Request costs", blocks };
}

/** The estimate before the run, and why the run cost more, if it did. */
function estimateText({ totalUsd, assumedMs }: Cost, actualUsd: number): string {
  const isAbove = actualUsd > totalUsd;
  const before = `The estimate before the run was ${isAbove ? "" : "at most "}${usd(totalUsd)}`;
  if (assumedMs === undefined) {
    const why = " The run sent more requests than the estimate counts, such as retries.";
    return ` ${before}.${isAbove ? why : ""}`;
  }
  const assumed = `${before}, for operations of at least ${assumedMs} ms`;
  return ` ${assumed}${isAbove ? "; the run cost more, because operations were faster" : ""}.`;
}

function costRow(line: CostLine): Cell[] {
  return [
    name(line.what),
    words(CLASS_WORDS[line.requestClass]),
    words(line.storageClass),
    cell(formatCount(line.requests), line.requests),
    cell(formatBytes(line.sentBytes), line.sentBytes),
    cell(formatBytes(line.receivedBytes), line.receivedBytes),
    cell(usd(line.usd).replace(" USD", ""), line.usd),
  ];
}

function sourcesOf({ sources }: Cost): readonly Text[] {
  return sources.map(({ title, address, date }) => [`Prices: ${title} (${date}), `, address, "."]);
}
