import type { z } from "zod";

/** Maximum nesting of lists and objects in a file that assay reads; its own files have about 12. */
const MAX_DEPTH = 64;

/** Maximum length of an invalid value in a message. */
const MAX_SHOWN = 40;

/**
 * The schema of each field of a type. An object literal that `satisfies` it must name all fields,
 * optional ones included, so that reading a stored run cannot drop a new field.
 */
export type Fields<T> = { readonly [Name in keyof T]-?: z.ZodType<T[Name]> };

/** A value from JSON text, or the end of a sentence with the problem. */
export type ParsedJson = { readonly value: unknown } | { readonly invalid: string };

/**
 * Parses the JSON text of a file that another program may have written. Deep nesting is rejected,
 * because recursive code would exhaust the stack.
 */
export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    // Some editors put a byte order mark before the text.
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch {
    return { invalid: "is not valid JSON: the file is damaged" };
  }
  if (depthOf(text) <= MAX_DEPTH) return { value };
  return { invalid: `has more than ${MAX_DEPTH} nested levels: assay did not write this file` };
}

/** Maximum nesting of valid JSON text. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}

/**
 * Describes the first schema violation of a value from JSON, with the field's path:
 * `phases[3].summaries[0].latency.p99Ns: expected a number, got null (and 2 more)`.
 */
export function faultText(error: z.ZodError, root: unknown): string {
  const [first] = error.issues;
  if (first === undefined) return "expected another value";
  const { path, expected, got = shown(valueAt(root, path)) } = innermost(first, []);
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : "";
  return `${fieldPath(path)}: expected ${expected}, got ${got}${more}`;
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
  /** Absent: the value at the path. */
  readonly got?: string;
}

/** The innermost fault of an issue; for a union, that of the best matching branch. */
function innermost(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Fault {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const deepest = issue.errors
      .flatMap((branch) => branch.slice(0, 1).map((inner) => innermost(inner, path)))
      .toSorted((a, b) => b.path.length - a.path.length)[0];
    return deepest ?? { path, expected: "one of the kinds that this version knows" };
  }
  if (issue.code === "unrecognized_keys") {
    return { path: [...path, issue.keys[0] ?? ""], expected: "no such field" };
  }
  const got: unknown = issue.code === "custom" ? issue.params?.got : undefined;
  return { path, expected: expectation(issue), ...(typeof got === "string" ? { got } : {}) };
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  number: "a number",
  int: "a whole number",
  null: "null",
};

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") {
    return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  }
  if (issue.code === "too_small") return `at least ${issue.minimum}${counted(issue.origin)}`;
  if (issue.code === "too_big") return `at most ${issue.maximum}${counted(issue.origin)}`;
  if (issue.code === "invalid_key") return "another name";
  return issue.message;
}

function counted(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}

/** Formats a path: `phases[3].summaries[0]`; unusual keys are quoted: `counters["a b"]`. */
function fieldPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the file";
  return path
    .map((step, at) => {
      if (typeof step === "number") return `[${step}]`;
      const name = String(step);
      if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return `[${shown(name)}]`;
      return at === 0 ? name : `.${name}`;
    })
    .join("");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let at = root;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return at;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(typeof value === "string" ? value.slice(0, MAX_SHOWN) : value);
  return typeof value === "string" && value.length > MAX_SHOWN ? `${text.slice(0, -1)}…"` : text;
}
