/** A step of a path into a value from JSON. */
export type Step = string | number;

/** One change of one field of a stored file. */
export interface Mutation {
  /** Path of the field, with `[]` for any entry of a list. */
  readonly field: string;
  readonly path: readonly Step[];
  readonly what: string;
  /** The whole file with the change. */
  readonly text: () => string;
}

/** JSON text in place of a field's value; `null` removes the field. */
const HOSTILE: readonly (readonly [what: string, text: string | null])[] = [
  ["removed", null],
  ["null", "null"],
  ["true", "true"],
  ["false", "false"],
  ["-1", "-1"],
  ["0", "0"],
  ["-0", "-0"],
  ["a fraction", "0.5"],
  ["a small fraction", "5e-324"],
  ["2^53", "9007199254740992"],
  ["1e308", "1e308"],
  ["-1e308", "-1e308"],
  ["infinity", "1e999"],
  ["999999999", "999999999"],
  ["not a number", '"NaN"'],
  ["an empty text", '""'],
  ["a number as text", '"12"'],
  ["a text", '"x"'],
  ["a name of every object", '"__proto__"'],
  ["a method's name", '"constructor"'],
  ["a path", '"../../etc/passwd"'],
  ["escapes", '"\\u001b[2J\\u202e\\u0000"'],
  ["a lone surrogate", '"\\ud800"'],
  ["a long text", JSON.stringify("x".repeat(300_000))],
  ["a time that is none", '"2026-02-31T25:61:61.000Z"'],
  ["a time far away", '"+275760-09-13T00:00:00.000Z"'],
  ["an empty list", "[]"],
  ["a list of null", "[null]"],
  ["a list of lists", "[[[]]]"],
  ["an empty object", "{}"],
  ["an object with odd keys", '{"__proto__":{"a":1},"constructor":null,"":0}'],
];

/** What stands for the changed field while the rest is written as JSON. */
const MARK = "\u0001mark\u0001";

/** Every field of a value, each kind of it once: of a list, its first and last entry. */
export function fieldsOf(root: unknown): readonly (readonly Step[])[] {
  const found = new Map<string, readonly Step[]>();
  const walk = (value: unknown, path: readonly Step[]): void => {
    const field = fieldName(path);
    if (!found.has(field)) found.set(field, path);
    else if (path.at(-1) !== 0) found.set(`${field}#last`, path);
    if (Array.isArray(value)) for (const [at, one] of value.entries()) walk(one, [...path, at]);
    else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
    }
  };
  walk(root, []);
  return [...found.values()];
}

/** `phases[].summaries[].latency`. */
function fieldName(path: readonly Step[]): string {
  return path.map((step) => (typeof step === "number" ? "[]" : `.${step}`)).join("");
}

/** All changes of one field: the hostile values, a list twice as long, a field added to it. */
export function* mutationsOf(root: unknown, path: readonly Step[]): Generator<Mutation> {
  const field = fieldName(path);
  for (const [what, text] of HOSTILE) {
    if (text === null && path.length === 0) continue;
    yield { field, path, what, text: () => replaced(root, path, text) };
  }
  const value = valueAt(root, path);
  const lines = JSON.stringify(value);
  if (Array.isArray(value)) {
    const doubled = JSON.stringify([...value, ...value]);
    yield { field, path, what: "its entries twice", text: () => replaced(root, path, doubled) };
    const deep = "[".repeat(200) + "]".repeat(200);
    yield { field, path, what: "200 lists in each other", text: () => replaced(root, path, deep) };
  } else if (typeof value === "object" && value !== null) {
    const more = `${lines.slice(0, -1)}${lines === "{}" ? "" : ","}"laterField":{"a":[1]}}`;
    yield {
      field,
      path,
      what: "a field of a later version",
      text: () => replaced(root, path, more),
    };
  }
}

function valueAt(root: unknown, path: readonly Step[]): unknown {
  let at = root;
  for (const step of path) at = Object(at)[step];
  return at;
}

/** The root's JSON text with other text in place of one value. */
function replaced(root: unknown, path: readonly Step[], text: string | null): string {
  const copy = structuredClone(root);
  const [last] = path.slice(-1);
  if (last === undefined) return text ?? "";
  const parent = Object(valueAt(copy, path.slice(0, -1)));
  if (text !== null) parent[last] = MARK;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return JSON.stringify(copy).replace(JSON.stringify(MARK), () => text ?? "");
}
