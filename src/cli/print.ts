import type { Argv } from "yargs";
import { UsageError } from "../model/fault/errors.ts";
import type { Table } from "../report/parts/document.ts";
import type { Document } from "../report/report.ts";
import type { Screen } from "../report/screen/screen.ts";
import { type CommandContext, flag, text } from "./command.ts";
import type { Console } from "./console.ts";
import type { ResultPage } from "./pages/pages.ts";
import type { PageOutput } from "./pages/show.ts";

/** A value of `--print`: selects what a command writes to stdout. */
export type Print = "summary" | "report" | "json" | "path" | "nothing";

/** Values of `--print` of a command that has a report. */
const PRINTS = ["summary", "report", "json"] as const satisfies readonly Print[];

/** Values of `--print` of a command that stores runs. */
export const RUN_PRINTS = [...PRINTS, "path", "nothing"] as const satisfies readonly Print[];

/** Heading of the options that select the output. */
export const OUTPUT_GROUP = "Output:";

/** The `--out` option of the commands that have runs. */
export const OUT = {
  type: "string",
  array: true,
  nargs: 1,
  describe:
    "also write numbers for another program as FORMAT=FILE: benchmark-bigger or " +
    "benchmark-smaller (github-action-benchmark), otlp (OpenTelemetry; FILE or http URL)",
} as const;

const MEANINGS: Readonly<Record<Print, string>> = {
  summary: "at most 25 lines",
  report: "everything",
  json: "for programs",
  path: "directory of the run",
  nothing: "no output",
};

/** The `--print` option. `byDefault`: the default as the help shows it. */
export function printOption(choices: readonly Print[], byDefault: string = "summary") {
  const forms = choices.map((choice) => `${choice} (${MEANINGS[choice]})`).join(", ");
  return {
    choices,
    nargs: 1,
    group: OUTPUT_GROUP,
    describe: `print on stdout: ${forms}`,
    // Not yargs' own default: that hides whether the user chose.
    defaultDescription: byDefault,
  } as const;
}

/** The `--format` option of every command that has a report. */
const FORMATS = {
  choices: ["markdown", "csv", "json", "terminal", "html"],
  nargs: 1,
  group: OUTPUT_GROUP,
  describe: "format of the report; implies --print report",
  defaultDescription: "terminal on a terminal, otherwise markdown",
} as const;

/** The `--open` option of every command that has a report. */
export const OPEN = {
  type: "boolean",
  group: OUTPUT_GROUP,
  describe: "write the report as an HTML page and open it in the browser",
} as const;

/** Default of `--print` for commands whose report is read in logs and pull requests. */
export const SUMMARY_ON_TERMINAL = "summary on a terminal, otherwise report";

/** Adds `--print` and `--format` to a command that has a report. */
export function printOptions(parser: Argv, byDefault?: string): Argv {
  return parser
    .option("print", printOption(PRINTS, byDefault))
    .option("format", FORMATS)
    .option("open", OPEN)
    .check((parsed) => {
      rejectContradiction(parsed);
      return true;
    });
}

/** Throws UsageError if `--format` and `--print` contradict each other. */
function rejectContradiction(parsed: Readonly<Record<string, unknown>>): void {
  const print = text(parsed, "print");
  const format = text(parsed, "format");
  if (format === undefined || print === undefined || print === "report") return;
  throw new UsageError(
    `--format ${format} requires --print report, got --print ${print}; remove one of the options`,
  );
}

/** Returns the value of `--print`, which `--format` implies, or the default. */
export function printOf(parsed: Readonly<Record<string, unknown>>, byDefault: Print): Print {
  if (text(parsed, "format") !== undefined) return "report";
  const chosen = text(parsed, "print");
  return RUN_PRINTS.find((one) => one === chosen) ?? byDefault;
}

/** Returns the default that {@link SUMMARY_ON_TERMINAL} describes. */
export function summaryOnTerminal({ interactive }: Console): Print {
  return interactive ? "summary" : "report";
}

/** The result of a command, in the forms that it can be printed in. */
export interface Printable {
  readonly document: Document;
  /** The short answer; if absent, the report takes its place. */
  readonly screen?: Screen;
  /** The table that CSV shows instead of all tables. */
  readonly data?: Table;
  /** The JSON document of `--print json`; if absent, the report as JSON. */
  readonly json?: () => string;
  /** Its HTML page. */
  readonly page: ResultPage;
}

/** Prints a result on stdout as `--print` and `--format` select. */
export async function printResult(
  result: Printable,
  parsed: Readonly<Record<string, unknown>>,
  context: Pick<CommandContext, "console" | "env">,
  byDefault: Print,
): Promise<void> {
  const output = pageOutput(parsed);
  if (!output.prints && !isPageOnly(parsed, byDefault)) {
    await printText(result, parsed, context.console, byDefault);
  }
  if (!output.prints && !output.opens) return;
  const { showPage } = await import("./pages/show.ts");
  await showPage(result.page, output, context);
}

/** Whether `--open` shows the report, and no option selects it as text as well. */
function isPageOnly(parsed: Readonly<Record<string, unknown>>, byDefault: Print): boolean {
  const isChosen = ["print", "format"].some((name) => text(parsed, name) !== undefined);
  return flag(parsed, "open") && byDefault === "report" && !isChosen;
}

/** Neither prints nor opens a page. */
export const NO_PAGE: PageOutput = { prints: false, opens: false };

/** Returns what `--format` and `--open` select for the page of a result. */
export function pageOutput(parsed: Readonly<Record<string, unknown>>): PageOutput {
  return { prints: text(parsed, "format") === "html", opens: flag(parsed, "open") };
}

async function printText(
  result: Printable,
  parsed: Readonly<Record<string, unknown>>,
  console: Console,
  byDefault: Print,
): Promise<void> {
  const print = printOf(parsed, byDefault);
  const { screen, json } = result;
  if (print === "summary" && screen !== undefined) return printScreen(screen, console);
  if (print === "json" && json !== undefined) return console.out(json());
  const format = text(parsed, "format") ?? (print === "json" ? "json" : defaultFormat(console));
  await console.out(await render(result, format, console));
}

/** Prints a short answer on stdout. */
async function printScreen(screen: Screen, console: Console): Promise<void> {
  const { renderScreen } = await import("../report/screen/screen.ts");
  const { pageColumns, colour } = console;
  await console.out(renderScreen(screen, { columns: pageColumns, color: colour }));
}

function defaultFormat({ interactive }: Console): string {
  return interactive ? "terminal" : "markdown";
}

async function render(
  { document, data }: Printable,
  format: string,
  console: Console,
): Promise<string> {
  switch (format) {
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
