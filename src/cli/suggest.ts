import { closest, distance } from "fastest-levenshtein";

/**
 * yargs' own sentence, made to say what was probably meant. `usage`: how the command that was
 * called is called rightly, null where there is no such command.
 */
export function explainUsage(
  message: string,
  known: readonly string[],
  usage: string | null,
): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message);
  if (unknown !== null) {
    return (unknown[1] ?? "")
      .split(", ")
      .map((name) => suggestion(name, known))
      .join("; ");
  }
  if (/^Not enough non-option arguments/.test(message) && usage !== null) {
    return `something is missing: it is \`assay ${usage}\`; \`--help\` has examples`;
  }
  const choice = /Argument: (\S+), Given: (.*?), Choices: (.*)$/m.exec(message);
  if (choice !== null) {
    const [, option = "", given = "", all = ""] = choice;
    return `--${option} cannot be ${given}; it is one of ${all}`;
  }
  const lacking = /^Not enough arguments following: (\S+)$/.exec(message);
  if (lacking?.[1] !== undefined) {
    return `${spelled(lacking[1])} needs a value; \`--help\` has examples`;
  }
  return `${firstToLower(message.replaceAll("\n", " "))}; \`assay --help\` shows what there is`;
}

/** There is no such command; which one was probably meant. */
export function explainCommand(name: string, commands: readonly string[]): string {
  const nearest = closest(name, [...commands]);
  const near = distance(name, nearest) <= Math.max(2, name.length / 3);
  const hint = near ? `did you mean \`assay ${nearest}\`?` : "`assay --help` lists them";
  return `there is no command ${name}; ${hint}`;
}

function suggestion(name: string, known: readonly string[]): string {
  // A first word alone, as `--reuse` for `--reuse-data`, is far from the whole by its letters.
  const begun = known.find((option) => option.startsWith(`${name}-`));
  const nearest = begun ?? (known.length > 0 ? closest(name, [...known]) : "");
  const near =
    begun !== undefined ||
    (nearest !== "" && distance(name, nearest) <= Math.max(2, name.length / 3));
  const set = known.includes("set") ? `, values of a scenario take \`--set ${name}=…\`` : "";
  const hint = near ? `did you mean --${nearest}?` : `\`--help\` lists the options${set}`;
  return `there is no option ${spelled(name)}; ${hint}`;
}

function spelled(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}

function firstToLower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
