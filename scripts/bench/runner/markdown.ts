import { formatCount } from "../../../src/report/parts/format.ts";

/** A table of markdown; the first column is words, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function verdict(met: boolean): string {
  return met ? "met" : "missed";
}

/** `380 MB`, by whole ones. */
export function megabytes(bytes: number): string {
  return `${formatCount(bytes / 1e6)} MB`;
}
