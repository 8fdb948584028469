import { fourDigits } from "../model/claim/figure-words.ts";
import type { Counted } from "./doubt/bounds.ts";

/** A rate in the unit it is counted in. */
export function formatted(value: number, of: Counted): string {
  return of === "iops" ? `${fourDigits(value)} IOPS` : `${fourDigits(value / 1e6)} MB/s`;
}

export function share(value: number): string {
  return `${Number((value * 100).toPrecision(3))} %`;
}

export function seconds(ns: number): string {
  if (ns >= 3600e9) return `${fourDigits(ns / 3600e9)} h`;
  return ns >= 120e9 ? `${fourDigits(ns / 60e9)} min` : `${fourDigits(ns / 1e9)} s`;
}
