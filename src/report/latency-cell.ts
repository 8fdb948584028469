import { type Cell, cell } from "./document.ts";
import { formatLatency } from "./format.ts";

/** A latency in a unit that a reader knows, in nanoseconds for a program; `–` for none. */
export function latencyCell(ns: number | null | undefined): Cell {
  return cell(formatLatency(ns), ns ?? null);
}
