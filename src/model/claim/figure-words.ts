import { type Claim, FIGURE_UNITS } from "./claim.ts";
import type { Measured, Verdict } from "./verdict.ts";

/** Formats a value in the unit of a claim's figure: `2,998 IOPS`, `0.98`. */
export function shown(value: number, claim: Claim): string {
  const { unit } = claim;
  const digits = bare(value, claim);
  // The catalogue writes units in ASCII.
  const name = unit === "us" ? "µs" : unit;
  if (unit === "share") return `${digits}${SHARE_OF[claim.measure.kind] ?? ""}`;
  return unit === "ratio" ? digits : `${digits} ${name}`;
}

/** Default confidence of intervals; it is not stated. */
const DEFAULT_CONFIDENCE = 0.99;

/**
 * Formats the interval after a value: ` (2,950 to 3,046)`, with its confidence if that is below
 * 99%; empty without an interval.
 */
export function intervalWords({ low, high, confidence }: Measured, claim: Claim): string {
  if (low === null || high === null) return "";
  const less = Number((Math.floor(confidence * 1000) / 10).toFixed(1));
  const stated = confidence < DEFAULT_CONFIDENCE ? `, ${less}% confidence` : "";
  return ` (${bare(low, claim)} to ${bare(high, claim)}${stated})`;
}

/** Wholes of shares, by the kind of their measure. */
const SHARE_OF: Readonly<Partial<Record<Claim["measure"]["kind"], string>>> = {
  "share-of-seconds": " of seconds",
  "share-slower": " of operations",
};

function bare(value: number, { unit }: Claim): string {
  if (unit === "share") return `${fourDigits(value * 100)}%`;
  return fourDigits(value / FIGURE_UNITS[unit]);
}

/** Formats a number with four significant digits for sentences. */
export function fourDigits(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(4)));
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

/** Formats a figure for sentences: `at least 3,000 IOPS`. */
export function figureWords(figure: NonNullable<Verdict["figure"]>, claim: Claim): string {
  if (figure.value === null) {
    return `${shown(figure.low ?? 0, claim)} to ${shown(figure.high ?? 0, claim)}`;
  }
  return `${WORDS[figure.relation]} ${shown(figure.value, claim)}`.trim();
}

/** Formats a share as a percentage with three digits: `12.5%`. */
export function shareText(value: number): string {
  return `${Number((value * 100).toPrecision(3))}%`;
}

/** Formats a number of clients: `one client`, `8 clients`. */
export function clientsText(count: number): string {
  return count === 1 ? "one client" : `${fourDigits(count)} clients`;
}

/** Whose rate or latency a value is; empty for runs without a list of hosts. */
export function scopeWords({ clients = [] }: Pick<Verdict, "clients">): string {
  const parts = clients.map(({ count, host }) =>
    host === null ? clientsText(count) : `${clientsText(count)}: ${host}`,
  );
  return [...new Set(parts)].join(" over ");
}

/** Formats targets and clients of a verdict: `ebs over efs`, `efs (8 clients)`. */
export function targetWords(verdict: Pick<Verdict, "targets" | "clients">): string {
  const scope = scopeWords(verdict);
  return `${verdict.targets.join(" over ")}${scope === "" ? "" : ` (${scope})`}`;
}

/** Formats a duration: `30 s`, `34 min`, `2 h`. */
export function durationText(ns: number): string {
  if (ns >= 3600e9) return `${fourDigits(ns / 3600e9)} h`;
  return ns >= 120e9 ? `${fourDigits(ns / 60e9)} min` : `${fourDigits(ns / 1e9)} s`;
}
