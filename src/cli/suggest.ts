import { closest, distance } from "fastest-levenshtein";
import type { Argv } from "yargs";

/**
 * yargs' own sentence, made to say what was probably meant. Unknown options come as
 * `Unknown argument: foo` or `Unknown arguments: foo, bar`.
 */
export function explainUnknown(message: string, known: readonly string[]): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message);
  if (unknown === null) return `${firstToLower(message)}; \`assay --help\` shows what there is`;
  const each = (unknown[1] ?? "").split(", ").map((name) => suggestion(name, known));
  return each.join("\n");
}

function suggestion(name: string, known: readonly string[]): string {
  const spelled = name.length > 1 ? `--${name}` : `-${name}`;
  const nearest = known.length > 0 ? closest(name, [...known]) : "";
  const near = nearest !== "" && distance(name, nearest) <= Math.max(2, name.length / 3);
  const hint = near ? `did you mean --${nearest}?` : "`--help` lists the options";
  return `there is no option ${spelled}; ${hint}`;
}

/** The names of the options a parser has been given, the one-letter ones left out. */
export function optionsOf(parser: Argv): readonly string[] {
  if (!("getOptions" in parser) || typeof parser.getOptions !== "function") return [];
  const options: unknown = parser.getOptions();
  if (typeof options !== "object" || options === null || !("key" in options)) return [];
  return Object.keys(Object(options.key)).filter((name) => name.length > 1);
}

function firstToLower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
