import type { YAMLError } from "yaml";

/** A syntax error or warning of the YAML parser. */
export type SyntaxFault = Pick<YAMLError, "code" | "message" | "pos">;

export const TOO_MUCH = "the YAML is nested too deeply or is too long for a scenario; simplify it";

/** Code of the parser if nesting exhausts its stack. */
const OVERFLOW = "RESOURCE_EXHAUSTION";
const ONCE: ReadonlySet<string> = new Set(["UNEXPECTED_TOKEN", OVERFLOW]);

/** Characters before a fault that are searched for an unquoted reference. */
const MAX_BEFORE = 200;

/** Removes follow-up errors: a second one at the same place, or of a code in {@link ONCE}. */
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

/** Describes a fault in one sentence that does not quote the text, which may hold a secret. */
export function explainFault({ code, message, pos }: SyntaxFault, text: string): string {
  if (code === "MULTIPLE_DOCS") return "a second YAML document starts here; expected only one";
  if (code === OVERFLOW) return TOO_MUCH;
  const near = text.slice(Math.max(0, pos[0] - MAX_BEFORE), pos[0]);
  const before = near.slice(near.lastIndexOf("\n") + 1);
  const unquoted = before.endsWith("$") && /[{,[]/.test(before);
  const hint = unquoted ? `; inside { } or [ ], quote references: "\${NAME:-default}"` : "";
  const sentence = SENTENCES[code] ?? withoutQuotation(message);
  return `not valid YAML: ${sentence}${hint}`;
}

/** Texts for faults whose own message quotes the file, which may hold a secret. */
const SENTENCES: { readonly [code in SyntaxFault["code"]]?: string } = {
  BAD_COLLECTION_TYPE: "the tag (`!`) does not fit this type; remove the tag",
  BAD_DIRECTIVE:
    "a line that starts with `%` is not a valid directive; remove it, or quote the text",
  BAD_DQ_ESCAPE: "unknown escape sequence in double quotes; double the `\\`, or use single quotes",
  TAG_RESOLVE_FAILED: "unknown tag (`!`); quote a text that starts with `!`",
};

/** Message for an alias without an anchor. YAML reads any text that starts with `*` as an alias. */
export const NO_ANCHOR =
  "an alias (`*`) has no anchor (`&`) before it; quote a text that starts with `*`";

/** Removes what the parser quotes: from the first quotation mark to the last, or after a colon. */
function withoutQuotation(message: string): string {
  const first = message.indexOf('"');
  const last = message.lastIndexOf('"');
  const bare = first === last ? message : message.slice(0, first) + message.slice(last + 1);
  return bare.replace(/: .*$/s, "");
}
