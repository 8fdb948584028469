import type { Argv } from "yargs";
import { UsageError } from "../model/fault/errors.ts";
import type { Table } from "../report/parts/document.ts";
import type { Document } from "../report/report.ts";
import { text } from "./command.ts";
import type { Console } from "./console.ts";

/** What `--print` selects for stdout. `path` and `nothing` are for commands that store runs. */
export type Print = "summary" | "report" | "json" | "path" | "nothing";

/** Values of `--print` of a command that has a report. */
const PRINTS = ["summary", "report", "json"] as const satisfies readonly Print[];

/** Values of `--print` of a command that stores runs. */
export const RUN_PRINTS = [...PRINTS, "path", "nothing"] as const satisfies readonly Print[];

/** The `--print` option. `byDefault`: the default value as the help shows it. */
export function printOption(choices: readonly Print[], byDefault: string = "summary") {
  const forms = choices.map((choice) => `${choice} (${MEANINGS[choice]})`).join(", ");
  return {
    choices,
    nargs: 1,
    describe: `what stdout gets: ${forms}`,
    // Not yargs' own default: that hides whether the user chose.
    defaultDescription: byDefault,
  } as const;
}

const MEANINGS: Readonly<Record<Print, string>> = {
  summary: "at most 25 lines",
  report: "everything",
  json: "for programs",
  path: "directory of the run",
  nothing: "no output",
};

/** The `--format` option of every command that has a report. */
const FORMATS = {
  choices: ["markdown", "csv", "json", "terminal"],
  nargs: 1,
  describe: "format of the report; implies --print report",
  defaultDescription: "terminal on a terminal, otherwise markdown",
} as const;

/** Adds `--print` and `--format` to a command that has a report. */
export function printOptions(parser: Argv, byDefault?: string): Argv {
  return parser.option("print", printOption(PRINTS, byDefault)).option("format", FORMATS);
}

/**
 * Returns what the command line selects for stdout, or the default.
 *
 * @throws UsageError if `--format` and `--print` contradict each other.
 */
export function printOf(parsed: Readonly<Record<string, unknown>>, byDefault: Print): Print {
  const chosen = text(parsed, "print");
  const format = text(parsed, "format");
  const print = RUN_PRINTS.find((one) => one === chosen);
  if (format === undefined) return print ?? byDefault;
  if (print === undefined || print === "report") return "report";
  throw new UsageError(
    `--format ${format} requires --print report, got --print ${print}; remove one of the options`,
  );
}

/** The default of commands whose output is read in logs and pull requests as a whole. */
export function summaryOnTerminal({ interactive }: Console): Print {
  return interactive ? "summary" : "report";
}

/** The result of a command, in the forms that it can be printed in. */
export interface Printable {
  readonly document: Document;
  /** The table that CSV shows instead of all tables. */
  readonly data?: Table;
  /** The JSON document of `--print json`; if absent, the report as JSON. */
  readonly json?: () => string;
}

/** Prints a result on stdout as `--print` and `--format` select. */
export async function printResult(
  result: Printable,
  parsed: Readonly<Record<string, unknown>>,
  console: Console,
  byDefault: Print,
): Promise<void> {
  const print = printOf(parsed, byDefault);
  await console.out(await render(result, print, text(parsed, "format"), console));
}

async function render(
  { document, data, json }: Printable,
  print: Print,
  format: string | undefined,
  console: Console,
): Promise<string> {
  if (print === "json" && json !== undefined) return json();
  const defaultFormat = console.interactive ? "terminal" : "markdown";
  switch (format ?? (print === "json" ? "json" : defaultFormat)) {
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
