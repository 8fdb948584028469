/**
 * Characters that move, hide or reorder what a reader sees: control characters (ESC, CR, C1),
 * direction marks, zero-width and other invisible ones, line separators, halves of surrogate pairs
 * and private ones.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Line breaks of any kind; spaces around them are taken off apart, in time linear in the text. */
const BREAKS = /[\r\n\v\f\u0085\u2028\u2029]+/;

/** SGR sequences that `report` writes for bold, dim and colors. */
const COLOR = new RegExp(`(${String.fromCharCode(0x1b)}\\[(?:0|1|2|31|32|33|36)m)`);

/**
 * Commands of a log of continuous integration: `::error::`, `##[group]`. Runners skip every white
 * space of Unicode before `::`, such as U+00A0.
 */
const COMMAND = /^([\s\u0085\u180e\u200b]*):(?=:)/;
const COMMAND_ANYWHERE = /##(?=\[|vso\[|teamcity\[)/g;

/**
 * Text from outside (names, paths, messages of storage) as one line that shows every character and
 * obeys none: `\x1b`, `\n`, `\u202e` stand for those that would act or not be seen.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, escapeOf);
}

/** The same for text of several lines, whose line feeds and tabs are its own. */
export function printableLines(text: string): string {
  return text.replace(HIDDEN, (found) =>
    found === "\n" || found === "\t" ? found : escapeOf(found),
  );
}

/** Printable text of a sentence: line breaks and the spaces around them become one space. */
export function oneLine(text: string): string {
  const parts = text.split(BREAKS);
  const last = parts.length - 1;
  if (last === 0) return printable(text);
  const trimmed = parts.map((part, index) => {
    const begun = index === 0 ? part : part.trimStart();
    return index === last ? begun : begun.trimEnd();
  });
  return printable(trimmed.join(" "));
}

/** A line that no log of continuous integration takes for a command. */
export function withoutCommand(line: string): string {
  return line.replace(COMMAND, "$1\\x3a").replace(COMMAND_ANYWHERE, "#\\x23");
}

/** Shortens a text to about `characters` characters: its start and its end. */
export function bounded(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const kept = Math.floor(characters / 2);
  const left = text.length - 2 * kept;
  return `${text.slice(0, kept)}… (${left} characters) …${text.slice(-kept)}`;
}

/** JSON whose texts are whole, but hold no character that a terminal would obey or not show. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(HIDDEN, (found) =>
    found === "\n"
      ? found
      : [...Array(found.length).keys()]
          .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`)
          .join(""),
  );
}

/**
 * Final check of printed text: escapes control characters except line feeds, tabs and the colors of
 * the terminal renderer, and CI commands at the start of a line.
 */
export function netted(text: string, colored: boolean): string {
  const parts = colored ? text.split(COLOR) : [text];
  const shown = parts.map((part, index) =>
    index % 2 === 1 ? part : part.replace(/[^\P{Cc}\n\t]/gu, escapeOf),
  );
  return shown.join("").split("\n").map(withoutCommand).join("\n");
}

function escapeOf(found: string): string {
  const named = NAMED[found];
  if (named !== undefined) return named;
  const code = (found.codePointAt(0) ?? 0).toString(16);
  if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
  return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`;
}
