import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPage } from "../../src/cli/pages/run-page.ts";
import { overviewPage } from "../../src/cli/pages/stored.ts";
import { renderHtml } from "../../src/report/html/html.ts";
import { readRun, type StoredRun } from "../../src/run/store/read.ts";

const EXAMPLES = fileURLToPath(new URL("../../results/examples/", import.meta.url));

/** Example runs with a page. The others have none, to keep the repository small. */
const WITH_PAGE = ["random-read-local", "queue-depth-sweep-local", "random-read-minio"];

/** Returns the HTML pages of example runs and the page about all of them, by absolute path. */
export async function examplePages(): Promise<ReadonlyMap<string, string>> {
  const stored: StoredRun[] = [];
  for (const name of readdirSync(EXAMPLES).filter((one) => /^\d{8}-/.test(one)))
    stored.push(await readRun(join(EXAMPLES, name), EXAMPLES));
  const shown = stored.filter(({ run }) => WITH_PAGE.some((name) => run.id.includes(`-${name}-`)));
  const pages = [
    ...shown.map(({ folder, run }) => runPage(folder, run)),
    overviewPage(stored, EXAMPLES),
  ];
  return new Map(
    pages.map(({ folder, name, document }) => [join(folder, name), renderHtml(document(folder))]),
  );
}
