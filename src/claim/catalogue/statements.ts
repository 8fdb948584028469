import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Derivation, Statement } from "../../model/claim/statement.ts";
import { SERVICES, STATEMENT_MEASURES } from "../../model/claim/statement.ts";
import type { Problem } from "../../model/fault/errors.ts";
import { ScenarioError } from "../../model/fault/errors.ts";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { choice, text } from "../../yaml/fields.ts";
import { readText } from "../../yaml/file.ts";
import { inOrder, schemaProblems } from "../../yaml/problems.ts";
import { locate, type Position, readSource, type YamlSource } from "../../yaml/yaml.ts";

const GUIDE = fileURLToPath(new URL("../../../scenarios/claims/guide.yaml", import.meta.url));

const filled = (description: string) => text(description, { rule: /\S/, words: "some text" });
const many = <T extends z.ZodType>(item: T) => z.array(item).min(1);

const workload = z.strictObject({
  scenario: filled("Name of a shipped scenario."),
  phase: filled("Name of a phase, `*` stands for any text."),
  measure: choice("The number that is read.", STATEMENT_MEASURES),
  of: choice("Which phase counts.", ["highest", "lowest"]),
});

const ID = { rule: /^G\d{2}$/, words: "an id of G and two digits, such as `G05`" };

const derivation = z.strictObject({
  supported: filled("What measurements show where it is right.").optional(),
  refuted: filled("What they show where it is wrong.").optional(),
  undecided: filled("Why they cannot show one of the two, or either.").optional(),
  beyond: filled("What else it says, which they leave open.").optional(),
  rule: choice("Which of its claims support it.", ["all", "any"]).optional(),
});

type DerivationText = z.output<typeof derivation>;

const statement = z.strictObject({
  id: text("Number of the statement.", ID),
  statement: filled("What it says."),
  services: many(choice("A service.", SERVICES)),
  kinds: many(choice("A kind of target.", TARGET_KINDS)),
  testable: choice("Whether it can be tested.", ["yes", "partly"]),
  needs: filled("What a test takes."),
  derivation: derivation.optional(),
  claims: z.array(filled("Id of a claim.")).optional(),
  workloads: z.array(workload),
});

const file = z.strictObject({ statements: many(statement) });

/** What could be read of a file of statements, and everything that is wrong with it. */
export interface StatementsRead {
  readonly statements: readonly Statement[];
  /** Where each claim is named. */
  readonly places: readonly { readonly id: string; readonly place: Position }[];
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
  const written = parsed.data.statements;
  const statements = written.map(({ derivation: text, claims = [], ...rest }) => ({
    ...rest,
    ...(text === undefined ? {} : { derivation: derivationOf(text) }),
    claims,
  }));
  const places = written.flatMap(({ claims = [] }, index) =>
    claims.map((id, at) => ({
      id,
      place: locate(source, ["statements", index, "claims", at], "value"),
    })),
  );
  const problems = [...twice(statements, source), ...derivationProblems(statements, source)];
  return { statements, places, problems: inOrder(problems, path) };
}

function derivationOf(text: DerivationText): Derivation {
  const { supported = null, refuted = null, undecided = null, beyond = null, rule = "all" } = text;
  return { supported, refuted, undecided, beyond, rule };
}

/** What of a derivation does not fit: every outcome has a sentence, or a reason why it has none. */
function derivationProblems(
  statements: readonly Pick<Statement, "derivation" | "claims">[],
  source: YamlSource,
): readonly Problem[] {
  return statements.flatMap(({ derivation, claims }, index) => {
    if (derivation === undefined) return [];
    const { supported, refuted, undecided } = derivation;
    const isWhole = supported !== null && refuted !== null;
    const isOpen = supported === null && refuted === null;
    const messages = [
      ...(!isWhole && undecided === null
        ? ["`undecided` is missing: why measurements cannot support or refute it"]
        : []),
      ...(isWhole && undecided !== null
        ? ["`undecided` is there, but measurements can both support and refute it"]
        : []),
      ...(isOpen && claims.length > 0 ? ["`claims` carry what nothing supports or refutes"] : []),
      ...(!isOpen && claims.length === 0 ? ["the `claims` that carry it are missing"] : []),
    ];
    const place = locate(source, ["statements", index, "derivation"], "key");
    return messages.map((message) => ({ ...place, message: `derivation: ${message}` }));
  });
}

function twice(statements: readonly Statement[], source: YamlSource): readonly Problem[] {
  return statements.flatMap(({ id }, index) => {
    if (statements.findIndex((other) => other.id === id) === index) return [];
    const message = `${id} is there twice, expected each id once`;
    return [{ ...locate(source, ["statements", index, "id"], "value"), message }];
  });
}
