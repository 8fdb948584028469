import { z } from "zod";
import { field } from "./fields.ts";
import { looksSecret } from "./secret-names.ts";

/** Environment variables, passed in by the caller and never read from `process` here. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The environment variables that a file may read. */
export interface EnvAccess {
  readonly env: Env;
  /** Names of the file's `env` list; names with the prefix `ASSAY_` need no declaration. */
  readonly declared: ReadonlySet<string>;
}

/** A reference that cannot be filled: its position in the text, its text and the reason. */
interface InterpolationProblem {
  readonly index: number;
  /** As written, without the closing brace. */
  readonly reference: string;
  readonly message: string;
}

/** A text with its references filled. */
export interface Interpolated {
  readonly text: string;
  readonly problems: readonly InterpolationProblem[];
  /** Values from the environment, which errors must not show; defaults are not included. */
  readonly values: readonly string[];
}

/** Prefix of the variables that need no declaration. */
const PREFIX = "ASSAY_";

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Characters of an invalid reference that an error shows. */
const MAX_SHOWN = 60;

/**
 * Fills `${NAME}` and `${NAME:-default}`; as in a shell, the default also replaces an empty value.
 * `$${` is a literal `${`. References in filled values are not filled. Only declared names and
 * names that start with `ASSAY_` are read, and no name that looks like a credential. Runs in
 * linear time.
 */
export function interpolate(text: string, variables: EnvAccess): Interpolated {
  const parts: string[] = [];
  const problems: InterpolationProblem[] = [];
  const values: string[] = [];
  let from = 0;
  for (let at = text.indexOf("${"); at !== -1; at = text.indexOf("${", from)) {
    if (at > from && text[at - 1] === "$") {
      parts.push(text.slice(from, at - 1), "${");
      from = at + 2;
      continue;
    }
    parts.push(text.slice(from, at));
    const end = text.indexOf("}", at + 2);
    const inner = end === -1 ? null : text.slice(at + 2, end);
    const read = readReference(inner, variables);
    if ("message" in read) {
      problems.push({ index: at, reference: `\${${inner ?? ""}`, message: read.message });
    } else {
      parts.push(read.value);
      if (read.own) values.push(read.value);
    }
    // Without a closing brace here, no later reference has one.
    from = end === -1 ? text.length : end + 1;
  }
  parts.push(text.slice(from));
  return { text: parts.join(""), problems, values };
}

type FilledReference =
  | { readonly message: string }
  /** `own`: whether the value comes from the environment, not from the reference's default. */
  | { readonly value: string; readonly own: boolean };

function readReference(inner: string | null, { env, declared }: EnvAccess): FilledReference {
  const dash = inner?.indexOf(":-") ?? -1;
  const name = dash === -1 ? inner : (inner ?? "").slice(0, dash);
  if (inner === null || name === null || !VARIABLE_NAME.test(name)) {
    return { message: notReference(inner) };
  }
  if (looksSecret(name)) return { message: secretName(name) };
  if (!name.startsWith(PREFIX) && !declared.has(name)) return { message: undeclared(name) };
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const fallback = dash === -1 ? undefined : inner.slice(dash + 2);
  if (fallback !== undefined && (value === undefined || value === "")) {
    return { value: fallback, own: false };
  }
  if (value !== undefined) return { value, own: true };
  const message = `the environment variable ${name} is not set`;
  return { message: `${message}; set it, or write \`\${${name}:-default}\`` };
}

function notReference(inner: string | null): string {
  const shown = inner === null ? "${" : `\${${shortened(inner)}}`;
  const expected = `expected \`\${NAME}\` or \`\${NAME:-default}\``;
  return `\`${shown}\` is not a reference; ${expected}; write \`$\${\` for a literal \`\${\``;
}

/** The error for a variable that is not read even if it is declared. */
function secretName(name: string): string {
  return (
    `the name of the environment variable ${name} looks like a credential; assay stores and ` +
    "prints values from files, so it does not read this variable; remove the reference: assay " +
    "takes credentials from the environment, a profile or the instance role by itself"
  );
}

function undeclared(name: string): string {
  return (
    `the environment variable ${name} is not declared; write \`env: [${name}]\` at the top of ` +
    `the file, or use a name that starts with \`${PREFIX}\``
  );
}

/** The start of a text, as long as an error may show it. */
export function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

const ENV_DESCRIPTION =
  `Environment variables that \`\${NAME}\` may read in this file. Names that start with ` +
  `${PREFIX} need no entry. Names of credentials are rejected. Default: none.`;

const variable = field(
  {
    description: "Name of an environment variable.",
    type: "string",
    pattern: VARIABLE_NAME.source,
    examples: ["FILE_SIZE"],
  },
  (input) => {
    const name = typeof input === "string" ? input : "";
    if (!VARIABLE_NAME.test(name)) {
      return { problem: "expected the name of an environment variable, such as `FILE_SIZE`" };
    }
    return looksSecret(name) ? { problem: secretName(name) } : { value: name };
  },
);

/** The `env` list of scenarios and targets files. */
export const ENV_FIELD = z
  .array(variable)
  .optional()
  .meta({
    description: ENV_DESCRIPTION,
    examples: [["FILE_SIZE"]],
  });
