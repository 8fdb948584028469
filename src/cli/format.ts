import type { Table } from "../report/parts/document.ts";
import type { Document } from "../report/report.ts";
import type { Console } from "./console.ts";

/** The `--format` option, the same wherever a document is printed. */
export const FORMATS = {
  choices: ["markdown", "csv", "json", "terminal"],
  nargs: 1,
  describe: "markdown, csv, json or terminal; by default terminal on one, else markdown",
} as const;

/** Renders a document to stdout. `data`: the table that CSV shows instead of all tables. */
export async function printDocument(
  document: Document,
  format: string | undefined,
  console: Console,
  data?: Table,
): Promise<void> {
  await console.out(await render(document, format, console, data));
}

async function render(
  document: Document,
  format: string | undefined,
  console: Console,
  data: Table | undefined,
): Promise<string> {
  switch (format ?? (console.interactive ? "terminal" : "markdown")) {
    case "csv": {
      const { renderCsv, tableCsv } = await import("../report/format/csv.ts");
      return data === undefined ? renderCsv(document) : tableCsv(data);
    }
    case "json":
      return (await import("../report/format/json.ts")).renderJson(document);
    case "terminal": {
      const { renderTerminal } = await import("../report/format/terminal.ts");
      return renderTerminal(document, { color: console.colour });
    }
    default:
      return (await import("../report/format/markdown.ts")).renderMarkdown(document);
  }
}
