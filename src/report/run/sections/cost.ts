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
  ["what", "For", "left"],
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

/** What the requests of a run cost; null where they cost nothing that is known. */
export function costSection(run: Run): Section | null {
  const actual = run.cost?.actual ?? null;
  if (actual === null) return null;
  const { totalUsd, region, charged, transferOutUsd } = actual;
  const of = charged ? "These requests cost" : "On Amazon S3 these requests would have cost";
  const estimate = run.cost?.estimated ?? null;
  const before = estimate === null ? "" : estimateText(estimate);
  const blocks: Block[] = [
    paragraph(
      { strong: `${of} ${usd(totalUsd)}` },
      `, at the prices of ${region}.${before} To a client outside of AWS, what was received ` +
        `costs another ${usd(transferOutUsd)}. Storage is in it only where a class charges for a ` +
        "least number of days.",
    ),
    { kind: "table", id: "cost", columns: COLUMNS, rows: actual.lines.map(costRow) },
    list(sourcesOf(actual)),
  ];
  return { title: "Cost", blocks };
}

function estimateText({ totalUsd, assumedMs }: Cost): string {
  const assumed = assumedMs === undefined ? "" : `, if an operation takes ${assumedMs} ms or more`;
  return ` It was estimated at most ${usd(totalUsd)}${assumed}.`;
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
