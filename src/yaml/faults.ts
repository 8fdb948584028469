import type { YAMLError } from "yaml";

/** What the YAML parser says of a text. */
export type SyntaxFault = Pick<YAMLError, "code" | "message" | "pos">;

export const TOO_MUCH = "nested deeper or longer than any scenario needs";

/** Where the parser runs out of stack: it calls itself for each level. */
const OVERFLOW = "RESOURCE_EXHAUSTION";
const ONCE: ReadonlySet<string> = new Set(["UNEXPECTED_TOKEN", OVERFLOW]);

/** As far back as a line is looked at for an unquoted reference. */
const MAX_BEFORE = 200;

/** After one of some faults, or at one place, the parser's further complaints are echoes. */
export function firstOfTheirKinds(faults: readonly SyntaxFault[]): readonly SyntaxFault[] {
  const places = new Set<number>();
  const codes = new Set<string>();
  return faults.filter(({ code, pos }) => {
    const echo = places.has(pos[0]) || (ONCE.has(code) && codes.has(code));
    places.add(pos[0]);
    codes.add(code);
    return !echo;
  });
}

/** The fault as a sentence that repeats nothing of the text. */
export function explainFault({ code, message, pos }: SyntaxFault, text: string): string {
  if (code === "MULTIPLE_DOCS") return "a second YAML document begins here, expected only one";
  if (code === OVERFLOW) return TOO_MUCH;
  const near = text.slice(Math.max(0, pos[0] - MAX_BEFORE), pos[0]);
  const before = near.slice(near.lastIndexOf("\n") + 1);
  const unquoted = before.endsWith("$") && /[{,[]/.test(before);
  const hint = unquoted ? `; inside { } or [ ] put it in quotes: "\${NAME:-default}"` : "";
  const sentence = SENTENCES[code] ?? withoutQuotation(message);
  return `not valid YAML: ${sentence}${hint}`;
}

/** Faults whose text in the parser repeats parts of the file, which may be a secret. */
const SENTENCES: { readonly [code in SyntaxFault["code"]]?: string } = {
  BAD_COLLECTION_TYPE: "a tag (`!`) of another type; remove it",
  BAD_DIRECTIVE:
    "a line that begins with `%` is not a valid directive; remove it, or put a text in quotes",
  BAD_DQ_ESCAPE:
    "an unknown escape sequence in double quotes; double the `\\`, or use single quotes",
  TAG_RESOLVE_FAILED:
    "a tag (`!`) that does not apply here; put a text that begins with `!` in quotes",
};

/** An alias for which there is no anchor: a text that begins with `*` is read as one. */
export const NO_ANCHOR =
  "an alias (`*`) has no anchor (`&`) before it; put a text that begins with `*` in quotes";

/** Without the parser's quotation: from the first quotation mark to the last, or behind a colon. */
function withoutQuotation(message: string): string {
  const first = message.indexOf('"');
  const last = message.lastIndexOf('"');
  const bare = first === last ? message : message.slice(0, first) + message.slice(last + 1);
  return bare.replace(/: .*$/s, "");
}
