import { UsageError } from "../model/errors.ts";
import type { StoredRun } from "../run/read.ts";
import { text, texts } from "./command.ts";

/** The `--results` option, the same wherever runs are stored or read. */
export const RESULTS = {
  type: "string",
  nargs: 1,
  default: "results",
  describe: "folder the runs are stored in",
} as const;

/** The folder that `--results` names; UsageError where it names none. */
export function resultsFolder(parsed: Readonly<Record<string, unknown>>): string {
  const folder = text(parsed, "results") ?? RESULTS.default;
  if (folder === "") throw new UsageError("--results is empty; expected a folder for stored runs");
  return folder;
}

/** The stored runs a command line names, in order. */
export async function readNamed(
  parsed: Readonly<Record<string, unknown>>,
): Promise<readonly StoredRun[]> {
  const { readRun } = await import("../run/read.ts");
  const folder = resultsFolder(parsed);
  const stored: StoredRun[] = [];
  for (const name of texts(parsed, "run")) stored.push(await readRun(name, folder));
  return stored;
}
