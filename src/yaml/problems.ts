import { z } from "zod";
import { formatProblem, type Problem } from "../model/fault/errors.ts";
import { oneOf, suggestion } from "./nearest.ts";
import { locate, type Path, positionKey, valueAt, type YamlSource } from "./yaml.ts";

type Issue = z.core.$ZodIssue;

/**
 * Returns the differences between a source and a schema, each with its place. `refuse` may return a
 * better message for a key that is not in the schema.
 */
export function schemaProblems(
  schema: z.ZodType,
  source: YamlSource,
  refuse: (key: string) => string | null = () => null,
): readonly Problem[] {
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return [];
  const context = { schema, source, refuse };
  return withoutEchoes(
    parsed.error.issues.flatMap((issue) => explainIssue(context, issue, toPath(issue.path))),
    source,
  );
}

/** Removes problems at values that were already rejected while reading. */
export function withoutEchoes(
  problems: readonly Problem[],
  { unfilled }: YamlSource,
): readonly Problem[] {
  const refused = new Set(unfilled.map(positionKey));
  return problems.filter((problem) => !refused.has(positionKey(problem)));
}

/** Keys that a schema defines at a path; empty if any key or none is allowed. */
function validKeys(schema: z.core.$ZodType, path: Path): readonly string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion) {
    return inner.options.flatMap((option) => validKeys(option, path));
  }
  const [step, ...rest] = path;
  if (inner instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(inner.shape);
    const child: unknown = Object.hasOwn(inner.shape, step) ? inner.shape[step] : undefined;
    return child instanceof z.ZodType ? validKeys(child, rest) : [];
  }
  if (step === undefined) return inner instanceof z.ZodRecord ? recordKeys(inner) : [];
  if (inner instanceof z.ZodArray) return validKeys(inner.element, rest);
  if (inner instanceof z.ZodRecord) return validKeys(inner.valueType, rest);
  return [];
}

/** The keys of a record that allows only certain keys; otherwise empty. */
function recordKeys({ keyType }: z.ZodRecord): readonly string[] {
  return keyType instanceof z.ZodEnum ? keyType.options.map(String) : [];
}

interface Context {
  readonly schema: z.ZodType;
  readonly source: YamlSource;
  readonly refuse: (key: string) => string | null;
}

function explainIssue(context: Context, issue: Issue, path: Path): readonly Problem[] {
  const { schema, source, refuse } = context;
  if (issue.code === "unrecognized_keys") {
    const keys = validKeys(schema, path);
    return issue.keys.map((key) => ({
      ...locate(source, [...path, key], "key"),
      message: refuse(key) ?? `unknown key \`${key}\`; ${suggestion(key, keys)}`,
    }));
  }
  const found = valueAt(source.value, path);
  if (issue.code === "invalid_union") {
    const branch = issue.errors[found !== null && typeof found === "object" ? 1 : 0] ?? [];
    return branch.flatMap((inner) =>
      explainIssue(context, inner, [...path, ...toPath(inner.path)]),
    );
  }
  const name = nameOf(path);
  const expected = expectation(issue, validKeys(schema, path));
  if (found === undefined) {
    return [{ ...locate(source, path, "key"), message: `${name} is missing; ${expected}` }];
  }
  const empty = found === null ? `${name} is empty` : name;
  const joint = found === null ? "; " : ": ";
  return [{ ...locate(source, path, "value"), message: `${empty}${joint}${expected}` }];
}

function expectation(issue: Issue, keys: readonly string[]): string {
  if (issue.code === "invalid_type") {
    if (issue.expected === "array") return "expected a list";
    const known = keys.length > 0 ? ` with the keys ${oneOf(keys)}` : "";
    return `expected a mapping${known.replace("one of ", "")}`;
  }
  if (issue.code === "too_small") return "expected at least one entry";
  return issue.message;
}

function nameOf(path: Path): string {
  const last = path.at(-1);
  if (typeof last === "number") return `entry ${last + 1} of \`${String(path.at(-2) ?? "")}\``;
  return last === undefined ? "the file" : `\`${last}\``;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

function toPath(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}

/** Sorts problems by their position in the file, `--set` last, and removes duplicates. */
export function inOrder(problems: readonly Problem[], file: string): readonly Problem[] {
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) =>
      Number(a.file !== file) - Number(b.file !== file) || a.line - b.line || a.column - b.column,
  );
}

/**
 * Reads the valid fields of a mapping, so that one invalid field does not hide problems in others.
 * `broken` has the names of the invalid fields; `value` is null if nothing can be read.
 */
export function salvage<T>(
  schema: z.ZodType<T>,
  input: unknown,
): { readonly value: T | null; readonly broken: ReadonlySet<string> } {
  const first = schema.safeParse(input);
  if (first.success) return { value: first.data, broken: new Set() };
  const broken = new Set(
    first.error.issues.flatMap((issue) =>
      issue.path.length === 0 && issue.code === "unrecognized_keys"
        ? issue.keys
        : issue.path.slice(0, 1).map(String),
    ),
  );
  if (broken.size === 0) return { value: null, broken };
  const sound = Object.entries(Object(input)).filter(([key]) => !broken.has(key));
  const second = schema.safeParse(Object.fromEntries(sound));
  return { value: second.success ? second.data : null, broken };
}
