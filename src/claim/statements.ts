import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Problem } from "../model/errors.ts";
import { ScenarioError } from "../model/errors.ts";
import type { Statement } from "../model/statement.ts";
import { MEASURES, SERVICES } from "../model/statement.ts";
import { TARGET_KINDS } from "../model/target.ts";
import { choice, text } from "../scenario/fields.ts";
import { schemaProblems } from "../scenario/issues.ts";
import { inOrder, readText } from "../scenario/load.ts";
import { locate, type Place, readSource, type Source } from "../scenario/source.ts";

const GUIDE = fileURLToPath(new URL("../../scenarios/claims/guide.yaml", import.meta.url));

const filled = (description: string) => text(description, { rule: /\S/, words: "some text" });
const many = <T extends z.ZodType>(item: T) => z.array(item).min(1);

const workload = z.strictObject({
  scenario: filled("Name of a shipped scenario."),
  phase: filled("Name of a phase, `*` stands for any text."),
  measure: choice("The number that is read.", MEASURES),
  of: choice("Which phase counts.", ["highest", "lowest"]),
});

const ID = { rule: /^G\d{2}$/, words: "an id of G and two digits, such as `G05`" };

const statement = z.strictObject({
  id: text("Number of the statement.", ID),
  statement: filled("What it says."),
  services: many(choice("A service.", SERVICES)),
  kinds: many(choice("A kind of target.", TARGET_KINDS)),
  testable: choice("Whether it can be tested.", ["yes", "partly"]),
  needs: filled("What a test takes."),
  claims: z.array(filled("Id of a claim.")).optional(),
  workloads: z.array(workload),
});

const file = z.strictObject({ statements: many(statement) });

/** What could be read of a file of statements, and everything that is wrong with it. */
export interface StatementsRead {
  readonly statements: readonly Statement[];
  /** Where each claim is named. */
  readonly places: readonly { readonly id: string; readonly place: Place }[];
  readonly problems: readonly Problem[];
}

/**
 * The statements of the guide, in the order of the file.
 *
 * @throws ScenarioError with every problem of the file as file:line:column.
 */
export async function loadStatements(path: string = GUIDE): Promise<readonly Statement[]> {
  return parseStatements(await readText(path), path);
}

/** {@link loadStatements} of text that is already there; `path` only names it in errors. */
export function parseStatements(source: string, path: string): readonly Statement[] {
  const { statements, problems } = readStatements(path, source);
  if (problems.length > 0) throw new ScenarioError(problems);
  return statements;
}

/** Reads the text of a file of statements; `path` is what problems are reported under. */
export function readStatements(path: string, content: string): StatementsRead {
  const source = readSource(path, content, {});
  if (source.value === undefined) return { statements: [], places: [], problems: source.problems };
  const parsed = file.safeParse(source.value);
  if (!parsed.success || source.problems.length > 0) {
    const problems = inOrder([...source.problems, ...schemaProblems(file, source)], path);
    return { statements: [], places: [], problems };
  }
  const statements = parsed.data.statements.map(({ claims = [], ...rest }) => ({
    ...rest,
    claims,
  }));
  const places = statements.flatMap(({ claims }, index) =>
    claims.map((id, at) => ({
      id,
      place: locate(source, ["statements", index, "claims", at], "value"),
    })),
  );
  return { statements, places, problems: twice(statements, source) };
}

function twice(statements: readonly Statement[], source: Source): readonly Problem[] {
  return statements.flatMap(({ id }, index) => {
    if (statements.findIndex((other) => other.id === id) === index) return [];
    const message = `${id} is there twice, expected each id once`;
    return [{ ...locate(source, ["statements", index, "id"], "value"), message }];
  });
}
