import type { ComparedValue } from "../../metrics/compare/cells.ts";
import type { Contrast } from "../../metrics/compare/contrasts.ts";
import type { Cell } from "../parts/document.ts";
import { cell } from "../parts/document.ts";
import { formatNumber, formatRatio, formatShare, MISSING } from "../parts/format.ts";

/** Nothing can be said of whether a difference is more than chance. */
const NOTHING_SHOWN = "~";

/** `1.12x faster`, or `1.02x ~` where no difference was shown. */
export function ratioCell(contrast: Contrast | undefined): Cell {
  if (contrast === undefined) return cell(MISSING, null);
  return cell(`${formatRatio(contrast.ratio)} ${contrast.shown ?? NOTHING_SHOWN}`, contrast.ratio);
}

/** `0.98 – 1.06`, with how sure it is where that is less than 95 %. */
export function intervalCell(contrast: Contrast | undefined): Cell {
  const interval = contrast?.interval ?? null;
  if (interval === null) return cell(MISSING, null);
  const { low, high, confidence } = interval;
  const text = `${formatNumber(low)} – ${formatNumber(high)}`;
  const less = confidence < 0.95 ? ` (${formatShare(Math.floor(confidence * 100) / 100)})` : "";
  return cell(text + less, `${low}..${high}`);
}

/** ` ± 3 %`: how far the interval of a median reaches; nothing without one. */
export function spreadText({ value, interval }: ComparedValue): string {
  if (interval === null || value === 0) return "";
  const reach = Math.max(interval.high - value, value - interval.low) / value;
  return ` ± ${(reach * 100).toFixed(reach < 0.0995 ? 1 : 0)} %`;
}
