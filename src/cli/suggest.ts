import { closest, distance } from "fastest-levenshtein";

/** Names that a command knows. */
export interface KnownNames {
  /** Its options. */
  readonly options: readonly string[];
  /** Returns the value of a scenario with the nearest name; null for a command without `--set`. */
  readonly nearestValue: ((name: string) => string | null) | null;
}

/**
 * Returns yargs' message as a sentence with a remedy, such as the nearest option. `usage`: usage of
 * the command that was called; null if there is no such command.
 */
export function explainUsage(message: string, known: KnownNames, usage: string | null): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message);
  if (unknown !== null) {
    return typedNames((unknown[1] ?? "").split(", "))
      .map((name) => suggestion(name, known))
      .join("; ");
  }
  if (/^Not enough non-option arguments/.test(message) && usage !== null) {
    return `an argument is missing; expected \`assay ${usage}\`; \`--help\` has examples`;
  }
  const choice = /Argument: (\S+), Given: (.*?), Choices: (.*)$/m.exec(message);
  if (choice !== null) {
    const [, option = "", given = "", all = ""] = choice;
    const place = known.options.includes(option) ? `--${option}` : option;
    return `${place}: expected one of ${all}, got ${given}`;
  }
  const lacking = /^Not enough arguments following: (\S+)$/.exec(message);
  if (lacking?.[1] !== undefined) {
    return `${spelled(lacking[1])} requires a value; \`--help\` has examples`;
  }
  return `${firstToLower(message.replaceAll("\n", " "))}; \`assay --help\` lists the commands`;
}

/** Removes the second spelling, without dashes, that yargs adds to each name with dashes. */
function typedNames(names: readonly string[]): readonly string[] {
  const added = new Set(names.filter((name) => name.includes("-")).map(letters));
  return names.filter((name) => name.includes("-") || !added.has(letters(name)));
}

/** Returns the letters of a name, which its two spellings share: `minhosts` of `min-hosts`. */
function letters(name: string): string {
  return name.replace(/[-_]/g, "").toLowerCase();
}

/** Returns a sentence for an unknown command, with the nearest known one. */
export function explainCommand(name: string, commands: readonly string[]): string {
  const nearest = closest(name, [...commands]);
  const hint = isNear(name, nearest)
    ? `did you mean \`assay ${nearest}\`?`
    : "`assay --help` lists the commands";
  return `unknown command ${name}; ${hint}`;
}

function suggestion(name: string, { options, nearestValue }: KnownNames): string {
  const unknown = `unknown option ${spelled(name)}`;
  const value = nearestValue?.(name) ?? null;
  // The first word alone, as `--reuse` for `--reuse-data`, is not near the whole by its letters.
  const completed = options.find((option) => option.startsWith(`${name}-`));
  const nearest = completed ?? (options.length > 0 ? closest(name, [...options]) : "");
  const isExact = value !== null && letters(value) === letters(name);
  if (!isExact && (completed !== undefined || (nearest !== "" && isNear(name, nearest)))) {
    return `${unknown}; did you mean --${nearest}?`;
  }
  if (value !== null && !isExact) return `${unknown}; did you mean \`--set ${value}=…\`?`;
  const set =
    nearestValue === null
      ? ""
      : `; to set a value of a scenario, use \`--set ${value ?? "key"}=…\``;
  return `${unknown}; \`--help\` lists the options${set}`;
}

function isNear(name: string, other: string): boolean {
  return distance(name, other) <= Math.max(2, name.length / 3);
}

function spelled(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}

function firstToLower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
