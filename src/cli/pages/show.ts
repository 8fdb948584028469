import { renderHtml } from "../../report/html/html.ts";
import type { CommandContext } from "../command.ts";
import { openPage } from "./open.ts";
import { type ResultPage, writePage } from "./pages.ts";

/** Output of a page, as a command line selects it. */
export interface PageOutput {
  /** `--format html`: on stdout; on a terminal, the path of its file. */
  readonly prints: boolean;
  /** `--open`: also in a browser. */
  readonly opens: boolean;
}

/**
 * Prints a page on stdout, or writes it to its file and opens that. A terminal gets the path of the
 * file in place of the page.
 */
export async function showPage(
  page: ResultPage,
  { prints, opens }: PageOutput,
  context: Pick<CommandContext, "console" | "env">,
): Promise<void> {
  const { console } = context;
  const toTerminal = prints && console.interactive;
  if (prints && !toTerminal) {
    const from = console.outFolder() ?? ".";
    await console.out(renderHtml(page.document(from)));
  }
  if (!opens && !toTerminal) return;
  const path = writePage(page);
  if (toTerminal) await console.out(`${path}\n`);
  if (opens) await openPage(path, context);
}
