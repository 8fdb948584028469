import { formatCount } from "../../../src/report/parts/format.ts";
import type { Pairs } from "./statistics.ts";

/** A table of markdown; the first column is words, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The columns of a ratio: `1.020` and `0.981–1.070`; the range is empty for one pair. */
export function ratioCells({ ratio, ratios, least, most }: Pairs): readonly [string, string] {
  const range = `${least.toFixed(3)}–${most.toFixed(3)}`;
  return [ratio.toFixed(3), ratios.length === 1 ? "" : range];
}

export function verdict(met: boolean): string {
  return met ? "met" : "missed";
}

/** `380 MB`, by whole ones. */
export function megabytes(bytes: number): string {
  return `${formatCount(bytes / 1e6)} MB`;
}
