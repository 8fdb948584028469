import { markdownTable } from "markdown-table";
import { oneLine } from "../../model/printable.ts";
import { isFileAddress } from "../parts/address.ts";
import {
  type Block,
  type Cell,
  type Chart,
  type Inline,
  type Link,
  plain,
  type Table,
  type Text,
} from "../parts/document.ts";
import type { Document } from "../report.ts";
import { fitted } from "./fitted.ts";
import { displayWidth } from "./format.ts";

/** Path of the picture of a chart, relative to the document; null if it has none. */
export type PictureOf = (chart: Chart) => string | null;

/**
 * GitHub-flavored markdown that also reads well as text: columns line up. Charts are images where
 * `pictureOf` has a file; without one they are left out.
 */
export function renderMarkdown(document: Document, pictureOf: PictureOf = () => null): string {
  const parts = [
    `# ${inlineMarkdown(document.title)}`,
    ...document.lead.map(blockMarkdown),
    ...(document.view ?? []).map((block) => pictureMarkdown(block, pictureOf)),
  ];
  for (const section of document.sections) {
    parts.push(`## ${inlineMarkdown(section.title)}`, ...section.blocks.map(blockMarkdown));
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** The pictures of a block of the view; its other content is in the sections too. */
function pictureMarkdown(block: Block, pictureOf: PictureOf): string {
  if (block.kind === "fold") {
    const inside = block.blocks.map((one) => pictureMarkdown(one, pictureOf));
    return inside.every((part) => part === "") ? "" : foldMarkdown(block.title, inside);
  }
  const path = block.kind === "chart" ? pictureOf(block) : null;
  if (block.kind !== "chart" || path === null) return "";
  const alternative = escaped(oneLine(plain(block.title))).replace(/(?<!\\)[[\]]/g, "\\$&");
  return `![${alternative}](${path})\n\n${lineStart(textMarkdown(block.reading))}`;
}

function blockMarkdown(block: Block): string {
  if (block.kind === "table") {
    return fitted(block)
      .map((part) => (part.kind === "table" ? tableMarkdown(part) : blockMarkdown(part)))
      .join("\n\n");
  }
  if (block.kind === "fold") return foldMarkdown(block.title, block.blocks.map(blockMarkdown));
  // Tiles and cards repeat what the document says elsewhere.
  if (block.kind === "tiles" || block.kind === "cards" || block.kind === "chart") return "";
  if (block.kind === "notice") return lineStart(textMarkdown(block.text));
  if (block.kind === "list") {
    return block.items
      .map(
        (item, index) =>
          `${block.numbered ? `${index + 1}.` : "-"} ${lineStart(textMarkdown(item))}`,
      )
      .join("\n");
  }
  const text = textMarkdown(block.text);
  return block.loud ? `> ⚠ ${text}` : lineStart(text);
}

/** GitHub shows `<details>` as its summary until a reader opens it. */
function foldMarkdown(title: Text, blocks: readonly string[]): string {
  const summary = typeof title === "string" ? inlineHtml(title) : title.map(inlineHtml).join("");
  const inside = blocks.filter((part) => part !== "");
  return [`<details>\n<summary>${summary}</summary>`, ...inside, "</details>"].join("\n\n");
}

/** A line of HTML: markdown is not read inside `<summary>`. */
function inlineHtml(part: Inline): string {
  if (typeof part === "string") return escapedHtml(oneLine(part));
  if ("strong" in part) return `<strong>${escapedHtml(oneLine(part.strong))}</strong>`;
  if ("link" in part) return escapedHtml(oneLine(part.link));
  return `<code>${escapedHtml(oneLine(part.code))}</code>`;
}

function escapedHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** One table as it is; empty for one without columns. */
export function tableMarkdown(table: Table): string {
  if (table.columns.length === 0) return "";
  const titles = table.columns.map((column) => inCell(inlineMarkdown(column.title)));
  const rows = table.rows.map((row) =>
    table.columns.map((_, index) => inCell(cellMarkdown(row[index]))),
  );
  return markdownTable([titles, ...rows], {
    align: table.columns.map(({ align }) => (align === "right" ? "r" : "")),
    stringLength: displayWidth,
  });
}

function cellMarkdown(cell: Cell | undefined): string {
  return cell === undefined ? "" : textMarkdown(cell.text);
}

/**
 * A pipe ends a cell even inside code, so every pipe is escaped; a line break would end the row.
 */
function inCell(markdown: string): string {
  return markdown.replace(/\\?\|/g, "\\|");
}

function textMarkdown(text: Text): string {
  if (typeof text === "string") return inlineMarkdown(text);
  return text.map(inlineMarkdown).join("");
}

function inlineMarkdown(part: Inline): string {
  if (typeof part === "string") return escaped(oneLine(part));
  if ("strong" in part) return `**${escaped(oneLine(part.strong))}**`;
  if ("link" in part) return linkMarkdown(part);
  return codeSpan(oneLine(part.code));
}

function linkMarkdown({ link, to }: Link): string {
  const text = escaped(oneLine(link)).replace(/[[\]]/g, "\\$&");
  return isFileAddress(to) ? `[${text}](${to})` : text;
}

/** Code with a fence longer than any run of backticks inside, as CommonMark requires. */
function codeSpan(text: string): string {
  const safe = text.split("|").map(withoutLastBackslashes).join("|");
  if (safe.trim() === "") return "";
  const runs = safe.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = safe.startsWith("`") || safe.endsWith("`") ? " " : "";
  return `${fence}${space}${safe}${space}${fence}`;
}

/** Replaces backslashes before a pipe: with its escape they would end the cell. */
function withoutLastBackslashes(part: string, index: number, all: readonly string[]): string {
  let end = index === all.length - 1 ? 0 : part.length;
  if (end === 0) return part;
  while (end > 0 && part[end - 1] === "\\") end--;
  return part.slice(0, end) + "/".repeat(part.length - end);
}

/** Escapes only characters that would change the meaning, so that the source reads as text. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*|]|(?<!\s)~|~(?!\s|$)/g, "\\$&")
    .replace(/<(?=[a-z!/?])/gi, "\\<")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/\](?=[([:])/g, "\\]")
    .replace(/&(?=#?\w+;)/g, "\\&");
}

/** Escapes the start of a line that would make it a heading, a quotation, a list or a rule. */
function lineStart(markdown: string): string {
  return markdown
    .replace(/^(#{1,6}|>|[-+]|-{3,}|=+)(?=\s|$)/, "\\$1")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}
