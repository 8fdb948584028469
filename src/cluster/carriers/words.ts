import { UsageError } from "../../model/fault/errors.ts";

/** A word in a command: bare, or in single or double quotes; `\` keeps the next character. */
const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/y;

/**
 * Splits the value of an option into words, as a shell does, but without expanding anything.
 * @throws UsageError for a quote without an end, or no word
 */
export function splitWords(command: string, option: string): readonly string[] {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(command.charAt(at))) at++;
    if (at >= command.length) break;
    WORD.lastIndex = at;
    const word = WORD.exec(command)?.[0];
    if (word === undefined) {
      throw new UsageError(`${option}: a quote does not end; got ${command}`);
    }
    words.push(unquoted(word));
    at += word.length;
  }
  if (words.length === 0) throw new UsageError(`${option} needs a command`);
  return words;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? "",
  );
}

/** Quotes a word for the shell of another host; `~/` at its start stays its home directory. */
export function quoted(word: string): string {
  const [, home = "", rest = ""] = /^(~\/)?(.*)$/s.exec(word) ?? [];
  if (/^[A-Za-z0-9_/.:=@%+,-]+$/.test(rest)) return home + rest;
  return `${home}'${rest.replaceAll("'", `'\\''`)}'`;
}
