import type { Problem } from "../model/fault/errors.ts";
import { type Filled, positionKey } from "./yaml.ts";

/** A value of this length is taken out wherever it stands; shorter ones only between backticks. */
const DISTINCT = 8;
/**
 * As much of a value gives it away where the value itself is the trouble. Shorter values are in the
 * words of an expectation by chance: `1` in `from 1 to 1024`.
 */
const PIECE = 4;
/** Values beyond these are not looked for piece by piece: the message is replaced. */
const MAX_SEARCHED = 2000;

/**
 * Problems that repeat nothing of what the environment filled in. At such a value the sentence
 * keeps what was expected; elsewhere the value is shown as its reference.
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

/** The sentence at a filled value, as it is where it shows no piece of the value. */
function atValue(message: string, { values, written }: Filled): string {
  if (!values.some((value) => shows(message, value, PIECE))) return message;
  const quiet = (text: string) =>
    !values.some((value) => value.length >= PIECE && shows(text, value, DISTINCT));
  const [name = ""] = /^`[A-Za-z]+`: /.exec(message) ?? [];
  const at = message.lastIndexOf("expected ");
  const whole = at === -1 ? "" : message.slice(at);
  const expected = [whole, whole.split(" such as ", 1)[0] ?? ""].find(quiet) ?? "";
  const lead = `${quiet(name) ? name : ""}the value of \`${written}\` (not shown) does not fit`;
  return expected === "" ? lead : `${lead}, ${expected}`;
}

/** Whether a message has a value in it, or so many characters of it in a row. */
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
