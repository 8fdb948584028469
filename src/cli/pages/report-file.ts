import { existsSync } from "node:fs";
import { join } from "node:path";
import { RUN_PAGE } from "../../run/store/results-folder.ts";

/** The file that readers open for a run: its page if it has one, otherwise its report. */
export function reportFile(folder: string): string {
  return existsSync(join(folder, RUN_PAGE)) ? RUN_PAGE : "report.md";
}
