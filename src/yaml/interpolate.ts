import { z } from "zod";
import { field } from "./fields.ts";
import { looksSecret } from "./secret-names.ts";

/** The environment as it is handed in; never read from `process` here. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a file may read of the environment. */
export interface EnvAccess {
  readonly env: Env;
  /** Names of the file's `env` list; names with the prefix `ASSAY_` need no declaration. */
  readonly declared: ReadonlySet<string>;
}

/** A reference that cannot be filled: where in the text it begins, what it is, and why. */
interface InterpolationProblem {
  readonly index: number;
  /** As written, up to and without its closing brace. */
  readonly reference: string;
  readonly message: string;
}

/** A text with its references filled. */
export interface Interpolated {
  readonly text: string;
  readonly problems: readonly InterpolationProblem[];
  /** What the environment put in, for errors that must not repeat it; defaults are not in here. */
  readonly values: readonly string[];
}

/** Variables that are meant for assay alone. */
const PREFIX = "ASSAY_";

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** More than this of a wrong reference is not repeated. */
const MAX_SHOWN = 60;

/**
 * Fills `${NAME}` and `${NAME:-default}` (the default also stands in for an empty variable, as in a
 * shell); `$${` is a literal `${`. Filled values are not looked at again. Only declared names and
 * those that begin with `ASSAY_` are read, and none that looks like a credential. Time is
 * proportional to the text.
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
    // Without a closing brace there is none for what follows either.
    from = end === -1 ? text.length : end + 1;
  }
  parts.push(text.slice(from));
  return { text: parts.join(""), problems, values };
}

type FilledReference =
  | { readonly message: string }
  /** `own`: from the environment, not from the reference's default. */
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
  return { message: `${message}: set it or write \`\${${name}:-default}\`` };
}

function notReference(inner: string | null): string {
  const shown = inner === null ? "${" : `\${${shortened(inner)}}`;
  const expected = `expected \`\${NAME}\` or \`\${NAME:-default}\``;
  return `\`${shown}\` is not a reference, ${expected}; a literal \`\${\` is written \`$\${\``;
}

/** Why a variable is not read even where it is declared. */
function secretName(name: string): string {
  return (
    `the name of the environment variable ${name} looks like a credential, which a file never ` +
    "reads: what it fills is stored and printed; credentials come from the environment, a " +
    "profile or the instance's role by themselves"
  );
}

function undeclared(name: string): string {
  return (
    `the environment variable ${name} is not declared: write \`env: [${name}]\` at the top of ` +
    `the file, or use a name that begins with \`${PREFIX}\``
  );
}

/** As much of a text as an error repeats. */
export function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

const ENV_DESCRIPTION =
  `Environment variables that \`\${NAME}\` may read in this file. Names that begin with ` +
  `${PREFIX} need no entry; names of credentials are refused.`;

const variable = field(
  { description: "Name of a variable.", type: "string", pattern: VARIABLE_NAME.source },
  (input) => {
    const name = typeof input === "string" ? input : "";
    if (!VARIABLE_NAME.test(name)) {
      return { problem: "expected the name of an environment variable, such as `FILE_SIZE`" };
    }
    return looksSecret(name) ? { problem: secretName(name) } : { value: name };
  },
);

/** The `env` list of scenarios and targets files. */
export const ENV_FIELD = z.array(variable).optional().describe(ENV_DESCRIPTION);
