/** All places and ends of the shapes of a drawing, in pixels. */
export function placesIn(svg: string): { readonly xs: number[]; readonly ys: number[] } {
  const of = (names: string): number[] =>
    [...svg.matchAll(new RegExp(`\\s(?:${names})="(-?[\\d.eE+]+|NaN|-?Infinity)"`, "g"))].map(
      ([, value]) => Number(value),
    );
  const moved = [...svg.matchAll(/translate\(([^,]+),([^)]+)\)/g)];
  return {
    xs: [...of("x|x1|x2|cx"), ...moved.map(([, x]) => Number(x))],
    ys: [...of("y|y1|y2|cy"), ...moved.map(([, , y]) => Number(y))],
  };
}

/** Width and height of a drawing. */
export function sizeOf(svg: string): readonly [width: number, height: number] {
  const [, width = "", height = ""] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
}

/** A tick as it is drawn: where, and its value in base units. */
export interface Tick {
  readonly at: number;
  readonly value: number;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  x: 1,
  "": 1,
};

/** Ticks of one axis, read from their texts. */
export function ticksOf(svg: string, axis: "x" | "y"): readonly Tick[] {
  const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)];
  const parsed = texts.flatMap(([, x, y, words = ""]) => {
    const [, digits, unit = ""] = /^([\d,]*\.?\d+) ?(x|ns|µs|ms|s|k|M|G|)$/.exec(words) ?? [];
    if (digits === undefined) return [];
    const value = Number(digits.replaceAll(",", "")) * (UNITS[unit] ?? 1);
    return [{ x: Number(x), y: Number(y), value }];
  });
  // The ticks of one axis are in one line.
  const line = Map.groupBy(parsed, ({ x, y }) => (axis === "x" ? y : x));
  const longest = [...line.values()].toSorted((one, other) => other.length - one.length)[0] ?? [];
  return longest.map(({ x, y, value }) => ({ at: axis === "x" ? x : y - 4, value }));
}

/** Value of a pixel by the two outer ticks of an axis. */
export function inverted(
  ticks: readonly Tick[],
  pixel: number,
  kind: "linear" | "logarithmic",
): number {
  const sorted = ticks.toSorted((one, other) => one.value - other.value);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || first === last) throw new Error("no two ticks");
  const share = (pixel - first.at) / (last.at - first.at);
  return kind === "linear"
    ? first.value + share * (last.value - first.value)
    : first.value * (last.value / first.value) ** share;
}

/** Names of a drawing that a test makes. */
export const NAMES = { id: "any", title: "Any", description: "Any." };
