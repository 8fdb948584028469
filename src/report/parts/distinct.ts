/** Shortens a text to the room for it; `end` is appended within that room. */
type Shorten = (text: string, end: string) => string;

/**
 * Texts shortened so that different ones stay different. Equal results lose the start and the end
 * that their texts have in common; if they are still equal, they get numbers.
 */
export function distinctTexts(texts: readonly string[], shorten: Shorten): readonly string[] {
  const unique = [...new Set(texts)];
  const numbered = new Map(unique.map((text, at) => [text, shorten(text, ` (${at + 1})`)]));
  const groups = Map.groupBy(unique, (text) => shorten(text, ""));
  const shown = new Map(
    [...groups].flatMap(([short, group]) => {
      const [only, ...others] = group;
      if (only !== undefined && others.length === 0) return [[only, short] as const];
      const middles = differingParts(group).map((part) => shorten(part, ""));
      return group.map((text, at) => [text, middles[at] ?? text] as const);
    }),
  );
  const isDistinct = new Set(shown.values()).size === unique.length;
  return texts.map((text) => (isDistinct ? shown : numbered).get(text) ?? text);
}

/** Ends of a part of a name: `read[blockSize=4KiB,queueDepth=16]`, `user@node-3.internal`. */
const BETWEEN_PARTS = /[\s,:[\]/@.]/;

/** Texts without the start and the end that all of them have; parts are kept whole. */
function differingParts(texts: readonly string[]): readonly string[] {
  const parts = texts.map((text) => [...text]);
  const [first = []] = parts;
  const shortest = Math.min(...parts.map(({ length }) => length));
  const isEqual = (at: number): boolean => parts.every((own) => own.at(at) === first.at(at));
  let start = 0;
  while (start < shortest && isEqual(start)) start++;
  while (start > 0 && !BETWEEN_PARTS.test(first[start - 1] ?? "")) start--;
  let end = 0;
  while (end < shortest - start && isEqual(-1 - end)) end++;
  while (end > 0 && !BETWEEN_PARTS.test(first.at(-end) ?? "")) end--;
  return parts.map((own) => {
    const middle = own.slice(start, own.length - end).join("");
    return `${start > 0 ? "…" : ""}${middle}${end > 0 ? "…" : ""}`;
  });
}
