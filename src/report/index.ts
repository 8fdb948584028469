import { renderCsv } from "./csv.ts";
import type { Document } from "./document.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import type { TerminalOptions } from "./terminal.ts";
import { renderTerminal } from "./terminal.ts";

/** How a document becomes text; a new format is one file and one line here. */
export const RENDERERS = {
  markdown: renderMarkdown,
  csv: renderCsv,
  json: renderJson,
  terminal: renderTerminal,
} as const satisfies Readonly<
  Record<string, (document: Document, options: TerminalOptions) => string>
>;

export type ReportFormat = keyof typeof RENDERERS;
