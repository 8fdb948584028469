import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { Problem } from "../model/errors.ts";
import { messageOf, ScenarioError } from "../model/errors.ts";
import type { Statement } from "../model/statement.ts";
import { MEASURES, SERVICES } from "../model/statement.ts";
import { TARGET_KINDS } from "../model/target.ts";

const GUIDE = fileURLToPath(new URL("../../scenarios/claims/guide.yaml", import.meta.url));

const text = z.string().trim().min(1, "expected some text");

const workload = z.strictObject({
  scenario: text,
  phase: text,
  measure: z.enum(MEASURES),
  of: z.enum(["highest", "lowest"]),
});

const statement = z.strictObject({
  id: z.string().regex(/^G\d{2}$/, "expected G and two digits, such as G05"),
  statement: text,
  services: z.array(z.enum(SERVICES)).min(1, "expected at least one service"),
  kinds: z.array(z.enum(TARGET_KINDS)).min(1, "expected at least one kind of target"),
  testable: z.enum(["yes", "partly"]),
  needs: text,
  claims: z.array(text).default([]),
  workloads: z.array(workload),
});

const file = z.strictObject({ statements: z.array(statement).min(1, "expected statements") });

/**
 * The statements of the guide, in the order of the file.
 *
 * @throws ScenarioError with every problem of the file as file:line:column.
 */
export async function loadStatements(path: string = GUIDE): Promise<readonly Statement[]> {
  return parseStatements(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const message = `the statements cannot be read (${messageOf(error)}); name a file that can`;
    throw new ScenarioError([{ file: path, line: 1, column: 1, message }]);
  }
}

/** {@link loadStatements} of text that is already there; `path` only names it in errors. */
export function parseStatements(source: string, path: string): readonly Statement[] {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const problemAt = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file: path, line: Math.max(1, line), column: Math.max(1, col), message };
  };
  if (document.errors.length > 0) {
    throw new ScenarioError(document.errors.map((error) => problemAt(error.pos[0], error.message)));
  }
  const parsed = file.safeParse(document.toJS());
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) =>
      problemAt(offsetOf(document, issue.path), describe(issue)),
    );
    throw new ScenarioError(inOrder(problems));
  }
  const { statements } = parsed.data;
  const seen = new Set<string>();
  const twice = statements.flatMap(({ id }, index) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const message = `statements.${index}.id: ${id} is there twice; expected each id once`;
    return [problemAt(offsetOf(document, ["statements", index, "id"]), message)];
  });
  if (twice.length > 0) throw new ScenarioError(twice);
  return statements;
}

function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  return where + issue.message;
}

/** Where the innermost part of a path that exists begins. */
function offsetOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
