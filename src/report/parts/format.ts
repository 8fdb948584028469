import type { RunState } from "../../model/run/measurement.ts";

/** Shown in place of a missing number. */
export const MISSING = "–";

/** A unit that readers know, and its size in base units. */
export interface Unit {
  readonly name: string;
  readonly size: number;
}

export const LATENCY_UNITS: readonly Unit[] = [
  { name: "ns", size: 1 },
  { name: "µs", size: 1e3 },
  { name: "ms", size: 1e6 },
  { name: "s", size: 1e9 },
  { name: "h", size: 3600e9 },
];

const BYTE_UNITS: readonly Unit[] = [
  { name: "B", size: 1 },
  { name: "KiB", size: 2 ** 10 },
  { name: "MiB", size: 2 ** 20 },
  { name: "GiB", size: 2 ** 30 },
  { name: "TiB", size: 2 ** 40 },
  { name: "PiB", size: 2 ** 50 },
];

/** Unit of throughput: 10^6 bytes, never MiB. */
export const MEGABYTE = 1e6;

type Maybe = number | null | undefined;

function known(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Digits with thousands separators: `1,234,567`. */
function grouped(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** At least three significant digits; whole numbers from 100 up keep all their digits. */
export function formatNumber(value: Maybe): string {
  if (!known(value)) return MISSING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  const sign = value < 0 ? "-" : "";
  const rounded = Number(size.toPrecision(3));
  if (rounded >= 100) return sign + grouped(size.toFixed(0));
  return sign + size.toFixed(Math.min(12, 2 - Math.floor(Math.log10(rounded))));
}

/** A whole number with thousands separators: operations, errors. */
export function formatCount(value: Maybe): string {
  return known(value) ? grouped(Math.round(value).toFixed(0)) : MISSING;
}

/** Operations per second (IOPS) without the unit, which is in the column title. */
export function formatIops(value: Maybe): string {
  return formatNumber(value);
}

/** `12.3 MB/s`; 1 MB is 10^6 bytes. */
export function formatRate(bytesPerSecond: Maybe): string {
  if (!known(bytesPerSecond)) return MISSING;
  return `${formatNumber(bytesPerSecond / MEGABYTE)} MB/s`;
}

/** Returns the unit in which a value has one to three digits before the point. */
export function unitFor(value: number, units: readonly Unit[]): Unit {
  let chosen = units[0] ?? { name: "", size: 1 };
  for (const unit of units) {
    // Rounded first, so that 999.7 µs becomes 1.00 ms rather than 1000 µs.
    if (Number((value / unit.size).toPrecision(3)) >= 1) chosen = unit;
  }
  return chosen;
}

/**
 * A latency with its unit and three significant digits: `812 ns`, `12.3 µs`, `1.27 ms`. 0 is shown
 * as missing, because every operation takes some time.
 */
export function formatLatency(ns: Maybe): string {
  if (!known(ns) || ns <= 0) return MISSING;
  const unit = unitFor(ns, LATENCY_UNITS);
  return `${formatLatencyIn(ns, unit)} ${unit.name}`;
}

/** A latency in a given unit, for columns and rows that share one. */
export function formatLatencyIn(ns: Maybe, unit: Unit): string {
  if (!known(ns) || ns <= 0) return MISSING;
  if (unit.size === 1) return grouped(ns.toFixed(0));
  return formatNumber(ns / unit.size);
}

/** `16 KiB`, `1.5 GiB`: powers of 1024, with significant decimals only. */
export function formatBytes(bytes: Maybe): string {
  if (!known(bytes) || bytes < 0) return MISSING;
  let unit = BYTE_UNITS[0] ?? { name: "B", size: 1 };
  for (const larger of BYTE_UNITS) if (bytes >= larger.size) unit = larger;
  const scaled = bytes / unit.size;
  const text = Number.isInteger(scaled) ? grouped(String(scaled)) : formatNumber(scaled);
  return `${text} ${unit.name}`;
}

/** A length of time: `250 ms`, `12.5 s`, `10 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(ns: Maybe): string {
  if (!known(ns) || ns < 0) return MISSING;
  if (ns === 0) return "0 s";
  if (ns < 59.95e9) return formatLatency(ns).replace(/\.0+ /, " ");
  const seconds = Math.round(ns / 1e9);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A share of 0 to 1 as `62%`; never rounded to 0% or 100% unless it is exactly that. */
export function formatShare(share: Maybe): string {
  if (!known(share)) return MISSING;
  if (share > 0 && share < 0.001) return "< 0.1%";
  if (share < 1 && share > 0.999) return "> 99.9%";
  const percent = share * 100;
  const decimals = (percent < 9.95 || percent > 99) && !Number.isInteger(percent) ? 1 : 0;
  return `${grouped(percent.toFixed(decimals))}%`;
}

/** A share as whole percent, also one above 1: `36%`, `104%`. */
export function wholePercent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** `1.27x`; null is shown as missing. */
export function formatRatio(ratio: Maybe): string {
  if (!known(ratio) || ratio < 0) return MISSING;
  return `${formatNumber(ratio)}x`;
}

/**
 * A ratio to a reference value as a factor from 1 with its direction: `258x slower`, never
 * `0.00388x`; `1.00x` if they are equal. `faster`: whether the larger (rates) or the smaller value
 * (latencies) is the faster one.
 */
export function formatFactor(ratio: Maybe, faster: "more" | "less"): string {
  if (!known(ratio) || ratio <= 0) return formatRatio(ratio);
  const directed = formatDirected(ratio, faster);
  return directed.startsWith("1.00x") ? "1.00x" : directed;
}

/** A ratio above 0 as a factor from 1 with its direction: `1.12x slower` for a rate of 0.89x. */
export function formatDirected(ratio: number, faster: "more" | "less"): string {
  const direction = ratio > 1 === (faster === "more") ? "faster" : "slower";
  return `${formatRatio(Math.max(ratio, 1 / ratio))} ${direction}`;
}

/** An instant as `2026-11-23 08:15:42 UTC`; other text is kept as it is. */
export function formatInstant(iso: string | null): string {
  if (iso === null) return MISSING;
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** An instant without its zone, for a column whose title has it. */
export function formatUtc(iso: string | null): string {
  return formatInstant(iso).replace(/ UTC$/, "");
}

/** Begins a text with a capital. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Ends a text in one full stop. */
export function sentence(words: string): string {
  const text = words.trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** An amount as `0.0123 USD`, never rounded to 0. */
export function usd(amount: number): string {
  if (amount === 0) return "0 USD";
  if (amount < 0.0001) return "less than 0.0001 USD";
  return `${amount >= 1 ? amount.toFixed(2) : amount.toPrecision(2)} USD`;
}

/** State of a run or a phase as a predicate: `the run failed`. */
export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  running: "has not ended",
  complete: "is complete",
  partial: "is partial",
  failed: "failed",
};
