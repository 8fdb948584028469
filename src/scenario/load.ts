import { createReadStream } from "node:fs";
import { codeOf, formatProblem, messageOf, type Problem, ScenarioError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import { expand } from "./expand.ts";
import { withoutFilled } from "./filled.ts";
import type { Env } from "./interpolate.ts";
import { schemaProblems, valueAt } from "./issues.ts";
import { ScenarioSchema, SettingsSchema } from "./schema.ts";
import { applySet } from "./set.ts";
import { resolveScenario } from "./shipped.ts";
import { readSource, type Source } from "./source.ts";

/** What a scenario is loaded with besides its file. */
export interface LoadOptions {
  /** Fills `${VAR}`; usually `process.env`. */
  readonly env: Env;
  /** `key=value` texts of `--set`, in order. */
  readonly set: readonly string[];
}

/**
 * Reads a scenario, by path or shipped name, and makes its plan. Throws ScenarioError with every
 * mistake found, in file order.
 */
export async function loadScenario(nameOrPath: string, options: LoadOptions): Promise<Plan> {
  const path = await resolveScenario(nameOrPath);
  return planScenario(path, await readText(path), options);
}

/** The plan of a scenario's text; `file` is what problems are reported under. */
export function planScenario(file: string, text: string, { env, set }: LoadOptions): Plan {
  const read = readSource(file, text, env);
  const stranger = notScenario(read);
  if (stranger !== null) throw new ScenarioError([{ file, line: 1, column: 1, message: stranger }]);
  if (read.value === undefined) throw new ScenarioError(inOrder(read.problems, file));
  const overridden = applySet(read, set, env);
  const { source, forced } = overridden;
  const { plan, problems } = expand(overridden);
  const all = [
    ...source.problems,
    ...schemaProblems(ScenarioSchema, source),
    ...schemaProblems(SettingsSchema, forced),
    ...problems,
  ];
  if (all.length > 0) {
    const filled = [...source.filled, ...forced.filled];
    throw new ScenarioError(inOrder(withoutFilled(all, filled), file));
  }
  return plan;
}

/** The text of a YAML file. Throws ScenarioError with one sentence where it cannot be one. */
export async function readText(path: string): Promise<string> {
  const fail = (message: string) =>
    new ScenarioError([{ file: path, line: 1, column: 1, message }]);
  const bytes = await readStart(path).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === "ENOENT") throw fail("there is no such file");
    if (code === "EISDIR") throw fail("this is a folder, expected a YAML file");
    if (code === "EACCES") throw fail("this file may not be read (permission denied)");
    throw fail(messageOf(error));
  });
  if (bytes.length > MOST_BYTES) throw fail("longer than 1 MiB, more than any scenario needs");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    throw fail("this is not a text file (not UTF-8), expected YAML");
  }
  throw fail("this is not a text file, expected YAML");
}

const MOST_BYTES = 1_048_576;

/** The first bytes of a file, which may be a pipe and need not end: at least one more than most. */
async function readStart(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** Problems in the order of the file, `--set` last, the same one only once. */
export function inOrder(problems: readonly Problem[], file: string): readonly Problem[] {
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) =>
      Number(a.file !== file) - Number(b.file !== file) || a.line - b.line || a.column - b.column,
  );
}

function notScenario({ value, problems }: Source): string | null {
  if (value === undefined) return null;
  if (value === null && problems.length === 0) {
    return "the file is empty, expected a scenario with `name`, `datasets` and `phases`";
  }
  const keys = typeof value === "object" && !Array.isArray(value) ? Object.keys(Object(value)) : [];
  if (keys.includes("phases") || keys.includes("datasets")) return null;
  if (valueAt(value, ["targets"]) !== undefined) {
    return "this is a targets file, not a scenario: it has `targets` where `phases` were expected";
  }
  return "this is not a scenario, expected a mapping with `name`, `datasets` and `phases`";
}
