import { type Claim, FIGURE_UNITS } from "./claim.ts";
import type { Verdict } from "./verdict.ts";

/** A value in the unit a claim's figure is published in: `2,998 IOPS`, `0.98`. */
export function shown(value: number, { unit }: Claim): string {
  const scaled = value / FIGURE_UNITS[unit];
  const digits =
    scaled >= 1000
      ? Math.round(scaled).toLocaleString("en-US")
      : String(Number(scaled.toPrecision(4)));
  return unit === "ratio" || unit === "share" ? digits : `${digits} ${unit}`;
}

const WORDS = {
  ">=": "at least",
  ">": "more than",
  "<=": "at most",
  "<": "less than",
  "==": "",
  "~": "about",
  within: "",
} as const;

/** A figure as a sentence goes on: `at least 3,000 IOPS`. */
export function figureWords(figure: NonNullable<Verdict["figure"]>, claim: Claim): string {
  if (figure.value === null) {
    return `${shown(figure.low ?? 0, claim)} to ${shown(figure.high ?? 0, claim)}`;
  }
  return `${WORDS[figure.relation]} ${shown(figure.value, claim)}`.trim();
}
