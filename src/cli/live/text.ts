import { textWidth } from "../../model/text-width.ts";
import { formatDuration } from "../../report/parts/format.ts";

/** Two times of the same scale: `12 s of 30 s`, `0.4 s of 1.0 s`. */
export function span(doneMs: number, totalMs: number): string {
  const ms = Math.max(0, Math.min(doneMs, totalMs));
  if (totalMs >= 10_000) return `${seconds(ms)} of ${seconds(totalMs)}`;
  return `${(ms / 1000).toFixed(1)} s of ${(totalMs / 1000).toFixed(1)} s`;
}

/** Whole seconds, or minutes and hours. */
export function seconds(ms: number): string {
  return formatDuration(Math.round(ms / 1000) * 1e9);
}

/** A text of at most `width` columns; an ellipsis ends one that was cut. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (textWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept}…`;
}
