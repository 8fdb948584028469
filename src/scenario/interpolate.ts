/** The environment as it is handed in; never read from `process` here. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A reference that cannot be filled: where in the text it begins, and why. */
export interface InterpolationProblem {
  readonly index: number;
  readonly message: string;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Fills `${NAME}` and `${NAME:-default}` (the default also stands in for an empty variable, as in a
 * shell); `$${` is a literal `${`. Filled values are not looked at again.
 */
export function interpolate(
  text: string,
  env: Env,
): { readonly text: string; readonly problems: readonly InterpolationProblem[] } {
  const problems: InterpolationProblem[] = [];
  const filled = text.replaceAll(REFERENCE, (found: string, inner: unknown, index: number) => {
    if (found === "$${") return "${";
    const match = typeof inner === "string" ? NAME.exec(inner) : null;
    const name = match?.[1];
    if (name === undefined) {
      const expected = `expected \`\${NAME}\` or \`\${NAME:-default}\``;
      const message = `\`${found}\` is not a reference, ${expected}`;
      problems.push({ index, message: `${message}; a literal \`\${\` is written \`$\${\`` });
      return "";
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    const fallback = match?.[2];
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value !== undefined) return value;
    const message = `the environment variable ${name} is not set`;
    problems.push({ index, message: `${message}: set it or write \`\${${name}:-default}\`` });
    return "";
  });
  return { text: filled, problems };
}
