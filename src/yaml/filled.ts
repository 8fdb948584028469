import type { Problem } from "../model/fault/errors.ts";
import { type Filled, positionKey } from "./yaml.ts";

/** Values of this length are replaced anywhere in a message; shorter ones only in backticks. */
const DISTINCT = 8;
/**
 * Characters of a value that reveal it in a message about this value. Shorter values occur in an
 * expectation by chance: `1` in `from 1 to 1024`.
 */
const PIECE = 4;
/** Longer values are not searched for piece by piece; the message is replaced. */
const MAX_SEARCHED = 2000;

/**
 * Removes values of the environment from problems. A problem at such a value keeps what was
 * expected; elsewhere the message shows the reference instead of the value.
 */
export function withoutFilled(
  problems: readonly Problem[],
  filled: readonly Filled[],
): readonly Problem[] {
  if (filled.length === 0 || problems.length === 0) return problems;
  const at = Map.groupBy(filled, ({ place }) => positionKey(place));
  const names = new Map(
    filled.flatMap(({ values, written }) => values.map((value) => [value, written] as const)),
  );
  names.delete("");
  return problems.map((problem) => {
    const own = at.get(positionKey(problem)) ?? [];
    return { ...problem, message: hidden(own.reduce(atValue, problem.message), names) };
  });
}

/** The message for a problem at a filled value; unchanged if it shows no piece of the value. */
function atValue(message: string, { values, written }: Filled): string {
  if (!values.some((value) => shows(message, value, PIECE))) return message;
  const hides = (text: string) =>
    !values.some((value) => value.length >= PIECE && shows(text, value, DISTINCT));
  const [name = ""] = /^`[A-Za-z]+`: /.exec(message) ?? [];
  const at = message.indexOf("expected ");
  const [whole = ""] = at === -1 ? [] : message.slice(at).split(", got ", 1);
  const expected = [whole, whole.split(" such as ", 1)[0] ?? ""].find(hides) ?? "";
  const lead = hides(name) ? name : "";
  const value = `the value of \`${written}\` (not shown)`;
  return expected === "" ? `${lead}${value} is invalid` : `${lead}${expected}, got ${value}`;
}

/** Whether a message contains a value, or `characters` consecutive characters of it. */
function shows(message: string, value: string, characters: number): boolean {
  if (value === "") return false;
  if (value.length > MAX_SEARCHED) return true;
  const length = Math.min(characters, value.length);
  for (let from = 0; from + length <= value.length; from++) {
    if (message.includes(value.slice(from, from + length))) return true;
  }
  return false;
}

function hidden(message: string, names: ReadonlyMap<string, string>): string {
  let shown = message;
  for (const [value, written] of names) {
    shown =
      value.length >= DISTINCT
        ? shown.replaceAll(value, () => written)
        : shown.replaceAll(`\`${value}\``, () => `\`${written}\``);
  }
  return shown;
}
