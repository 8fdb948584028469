import { oneLine } from "../../model/printable.ts";
import { type Block, type Inline, plain, type Table, type Text } from "../parts/document.ts";
import { formatLatency } from "../parts/format.ts";
import { peakSparkline } from "../parts/sparkline.ts";
import type { Document } from "../report.ts";
import { fitted } from "./fitted.ts";
import { displayWidth, padded } from "./format.ts";

/** How a terminal shows a document. */
export interface TerminalOptions {
  readonly color: boolean;
}

const SGR = { bold: "1", dim: "2", yellow: "33", cyan: "36" } as const;

type Paint = (style: keyof typeof SGR, text: string) => string;

/** Text with aligned columns for a fixed-width font. Control characters are escaped. */
export function renderTerminal(document: Document, options: TerminalOptions): string {
  const paint: Paint = (style, text) =>
    options.color && text !== "" ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;
  const parts = [paint("bold", oneLine(document.title))];
  for (const block of document.lead) parts.push(blockText(block, paint));
  parts.push(...(document.view ?? []).map((block) => sparklineText(block)));
  for (const section of document.sections) {
    parts.push(paint("bold", oneLine(section.title).toUpperCase()));
    for (const block of section.blocks) parts.push(blockText(block, paint));
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Characters of a sparkline. */
const SPARKLINE_WIDTH = 60;

/** Time lines of the view as one line each; its other content is in the sections too. */
function sparklineText(block: Block): string {
  if (block.kind === "fold") {
    return block.blocks
      .map(sparklineText)
      .filter((part) => part !== "")
      .join("\n");
  }
  if (block.kind !== "chart" || block.figure.kind !== "timeline") return "";
  const { columns, tail } = block.figure;
  const values = columns.map(({ p99Ns, maxNs }) => (tail === "p99" ? p99Ns : maxNs));
  const known = values.flatMap((ns) => ns ?? []);
  if (known.length === 0) return "";
  const [low, high] = [formatLatency(Math.min(...known)), formatLatency(Math.max(...known))];
  const line = peakSparkline(values, SPARKLINE_WIDTH);
  return `${oneLine(plain(block.title))}\n${tail} ${line} ${low} to ${high}`;
}

function blockText(block: Block, paint: Paint): string {
  if (block.kind === "table") {
    return fitted(block)
      .map((part) => (part.kind === "table" ? tableText(part, paint) : blockText(part, paint)))
      .join("\n\n");
  }
  if (block.kind === "paragraph") {
    if (!block.loud) return styled(block.text, paint);
    return paint("yellow", `! ${oneLine(plain(block.text))}`);
  }
  if (block.kind === "fold") {
    const inside = block.blocks.map((one) => blockText(one, paint));
    return [styled(block.title, paint), ...inside].filter((part) => part !== "").join("\n\n");
  }
  // Tiles and cards repeat what the document says elsewhere.
  if (block.kind === "tiles" || block.kind === "cards" || block.kind === "chart") return "";
  if (block.kind === "notice") return styled(block.text, paint);
  return block.items
    .map((item, index) => `${block.numbered ? `${index + 1}.` : "-"} ${styled(item, paint)}`)
    .join("\n");
}

function tableText(table: Table, paint: Paint): string {
  const rows = table.rows.map((row) =>
    table.columns.map((_, index) => oneLine(plain(row[index]?.text ?? ""))),
  );
  const titles = table.columns.map((column) => oneLine(column.title));
  const widths = titles.map((title, index) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[index] ?? ""))),
  );
  const aligned = (cells: readonly string[]): string =>
    table.columns
      .map((column, index) => padded(cells[index] ?? "", widths[index] ?? 0, column.align))
      .join("  ")
      .trimEnd();
  return [paint("dim", aligned(titles)), ...rows.map(aligned)].join("\n");
}

function styled(text: Text, paint: Paint): string {
  if (typeof text === "string") return oneLine(text);
  return text.map((part) => inlineText(part, paint)).join("");
}

function inlineText(part: Inline, paint: Paint): string {
  if (typeof part === "string") return oneLine(part);
  if ("code" in part) return paint("cyan", oneLine(part.code));
  if ("link" in part) return oneLine(part.link);
  return paint("bold", oneLine(part.strong));
}
