import { z } from "zod";
import type { Problem } from "../model/fault/errors.ts";
import { oneOf, suggestion } from "./nearest.ts";
import { locate, type Path, placeKey, type Source } from "./source.ts";

type Issue = z.core.$ZodIssue;

/**
 * What does not fit the schema, as sentences with places. `refuse` may know a better sentence for a
 * key that is not in the schema.
 */
export function schemaProblems(
  schema: z.ZodType,
  source: Source,
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

/** Problems without those of a value that was already refused as it was read. */
export function withoutEchoes(
  problems: readonly Problem[],
  { unfilled }: Source,
): readonly Problem[] {
  const refused = new Set(unfilled.map(placeKey));
  return problems.filter((problem) => !refused.has(placeKey(problem)));
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return at;
}

/** Keys that a schema knows at a path; empty where any key or none is allowed. */
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

/** Where the keys of a record are a choice, those. */
function recordKeys({ keyType }: z.ZodRecord): readonly string[] {
  return keyType instanceof z.ZodEnum ? keyType.options.map(String) : [];
}

interface Context {
  readonly schema: z.ZodType;
  readonly source: Source;
  readonly refuse: (key: string) => string | null;
}

function explainIssue(context: Context, issue: Issue, path: Path): readonly Problem[] {
  const { schema, source, refuse } = context;
  if (issue.code === "unrecognized_keys") {
    const keys = validKeys(schema, path);
    return issue.keys.map((key) => ({
      ...locate(source, [...path, key], "key"),
      message: refuse(key) ?? `unknown key \`${key}\`, ${suggestion(key, keys)}`,
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
    return [{ ...locate(source, path, "key"), message: `${name} is missing, ${expected}` }];
  }
  const empty = found === null ? `${name} is empty` : name;
  const joint = found === null ? ", " : ": ";
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
