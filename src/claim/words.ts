import type { Counted } from "./bounds.ts";

/** Numbers in sentences: four digits say enough there. */
function digits(value: number): string {
  if (value === 0) return "0";
  return value >= 1000
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(4)));
}

/** A rate in the unit it is counted in. */
export function formatted(value: number, of: Counted): string {
  return of === "iops" ? `${digits(value)} IOPS` : `${digits(value / 1e6)} MB/s`;
}

export function share(value: number): string {
  return `${Number((value * 100).toPrecision(3))} %`;
}

export function seconds(ns: number): string {
  if (ns >= 3600e9) return `${digits(ns / 3600e9)} h`;
  return ns >= 120e9 ? `${digits(ns / 60e9)} min` : `${digits(ns / 1e9)} s`;
}
