import type { WarningEvent } from "../../model/run/run.ts";
import { formatBytes, formatCount, formatDuration, formatShare } from "./format.ts";

/** The smallest and the largest of values with a unit, the unit once: `7–16%`, `60–112 ms`. */
export function rangeText(values: readonly number[], unit: WarningEvent["unit"]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((one) => text(one, unit));
  if (low === undefined || high === undefined || low === high) return low ?? "";
  const suffix = / ?[^\d.,]+$/;
  const [from, to] = [low, high].map((one) => suffix.exec(one)?.[0] ?? "");
  return from === to
    ? `${low.slice(0, low.length - (from?.length ?? 0))}–${high}`
    : `${low}–${high}`;
}

function text(value: number, unit: WarningEvent["unit"]): string {
  switch (unit) {
    case "share":
      return formatShare(value).replace(".0%", "%");
    case "ns":
      return formatDuration(value);
    case "bytes":
      return formatBytes(value);
    default:
      return Number.isInteger(value) ? formatCount(value) : value.toFixed(1);
  }
}
