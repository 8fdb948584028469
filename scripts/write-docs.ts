import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { withCaptures } from "./docs/captures.ts";
import { commandLineReference } from "./docs/command-line.ts";
import { dataDictionary } from "./docs/data-dictionary.ts";
import { examplePages } from "./docs/example-pages.ts";
import { fieldReference } from "./docs/fields.ts";
import { troubleshooting } from "./docs/troubleshooting.ts";

/** The generated documents, by path in the repository; each is made of the source it describes. */
const WRITERS: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/cli.md": commandLineReference,
  "docs/fields.md": fieldReference,
  "docs/data-dictionary.md": dataDictionary,
  "docs/troubleshooting.md": troubleshooting,
};

/** Pages with captured output of assay, by path in the repository. */
const CAPTURED = ["README.md", "docs/comparing.md", "docs/getting-started.md", "docs/verdicts.md"];

/**
 * Returns the text of every generated document, by absolute path. Run `npm run docs` after a change
 * of a command, an option, a column or a description; `test/scripts/write-docs.test.ts` compares.
 */
export async function docFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [path, write] of Object.entries(WRITERS)) {
    files.set(fileURLToPath(new URL(`../${path}`, import.meta.url)), await write());
  }
  return files;
}

/** Returns the text of every page with captures, by absolute path, with current output. */
export function capturedPages(): ReadonlyMap<string, string> {
  return new Map(
    CAPTURED.map((path) => [
      fileURLToPath(new URL(`../${path}`, import.meta.url)),
      withCaptures(path),
    ]),
  );
}

if (import.meta.main) {
  for (const [path, text] of await docFiles()) await writeFile(path, text);
  for (const [path, text] of await examplePages()) await writeFile(path, text);
  for (const [path, text] of capturedPages()) await writeFile(path, text);
}
