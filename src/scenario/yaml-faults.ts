import type { YAMLError } from "yaml";

/** What the YAML parser says of a text. */
export type Fault = Pick<YAMLError, "code" | "message" | "pos">;

export const TOO_MUCH = "nested deeper or longer than any scenario needs";

/** Where the parser runs out of stack: it calls itself for each level. */
const OVERFLOW = "RESOURCE_EXHAUSTION";
const ONCE: ReadonlySet<string> = new Set(["UNEXPECTED_TOKEN", OVERFLOW]);

/** As far back as a line is looked at for an unquoted reference. */
const MAX_BEFORE = 200;

/** After one of some faults, or at one place, the parser's further complaints are echoes. */
export function firstOfTheirKinds(faults: readonly Fault[]): readonly Fault[] {
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
export function explainFault({ code, message, pos }: Fault, text: string): string {
  if (code === "MULTIPLE_DOCS") return "a second YAML document begins here, expected only one";
  if (code === OVERFLOW) return TOO_MUCH;
  const near = text.slice(Math.max(0, pos[0] - MAX_BEFORE), pos[0]);
  const before = near.slice(near.lastIndexOf("\n") + 1);
  const unquoted = before.endsWith("$") && /[{,[]/.test(before);
  const hint = unquoted ? `; inside { } or [ ] put it in quotes: "\${NAME:-default}"` : "";
  // The parser quotes what it stumbled over, which may be a secret; the place says enough.
  return `not valid YAML: ${withoutQuotation(message)}${hint}`;
}

/** Without what stands from the first quotation mark to the last one. */
function withoutQuotation(message: string): string {
  const first = message.indexOf('"');
  const last = message.lastIndexOf('"');
  if (first === last) return message;
  return message.slice(0, first).replace(/:? ?$/, "") + message.slice(last + 1);
}
