/**
 * Parts of all charts. This file writes elements as strings. Colors are attributes, which hold
 * where a page's style sheet is refused, and classes, which a style sheet overrides for dark pages.
 * Text is escaped here and nowhere else in this directory. `scale.ts` maps values to pixels,
 * `frame.ts` draws axes, `path.ts` lines, `mark.ts` markers and bars, `legend.ts` legends;
 * `measure.ts` estimates the width of texts and `place.ts` keeps labels apart; `palette.ts` has the
 * colors.
 */

import { markupText } from "../../parts/markup.ts";
import { type Color, LIGHT } from "./palette.ts";

/** A coordinate with one decimal: a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Attributes that fill a shape. */
export function fill(color: Color): string {
  return `class="f-${color}" fill="${LIGHT[color]}"`;
}

export interface Stroke {
  readonly color: Color;
  readonly width?: number;
  /** Lengths of dashes and gaps. */
  readonly dash?: string | undefined;
}

/** Attributes that draw the outline of a shape, which is not filled. */
export function stroke({ color, width = 1.5, dash }: Stroke): string {
  const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
  return `class="s-${color}" stroke="${LIGHT[color]}" stroke-width="${width}" fill="none"${dashes}`;
}

export interface Label {
  readonly color?: Color;
  readonly anchor?: "start" | "middle" | "end";
  readonly strong?: boolean;
}

/** A text; `x` is its start, middle or end, `y` its base line. */
export function text(x: number, y: number, words: string, label: Label = {}): string {
  const at = `x="${px(x)}" y="${px(y)}"`;
  return `<text ${at} ${textLook(label)}>${markupText(words)}</text>`;
}

function textLook({ color = "muted", anchor = "start", strong = false }: Label): string {
  const place = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  const weight = strong ? ' font-weight="600"' : "";
  return `${fill(color)}${place}${weight}`;
}

/** Text without a look; a group of {@link textGroup} has it. */
export function bareText(x: number, y: number, words: string): string {
  return words === "" ? "" : `<text x="${px(x)}" y="${px(y)}">${markupText(words)}</text>`;
}

/** Texts with the same look, so that it is written once. */
export function textGroup(texts: readonly string[], label: Label = {}): string {
  return texts.length === 0 ? "" : `<g ${textLook(label)}>${texts.join("")}</g>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, look: Stroke): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" ${stroke(look)}/>`;
}

/** A shape that shows `words` where a pointer rests on it. */
export function withTip(shape: string, words: string): string {
  // A function: in a replacement text, `$&` would stand for the match.
  return shape.replace(/\/>$/, () => `><title>${markupText(words)}</title></${tagOf(shape)}>`);
}

function tagOf(shape: string): string {
  return /^<([a-z]+)/.exec(shape)?.[1] ?? "g";
}

/** Names of a drawing for screen readers; `id` is unique in its page. */
export interface DrawingNames {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** A whole drawing. */
export function drawing(
  { id, title, description }: DrawingNames,
  size: { readonly width: number; readonly height: number },
  body: string,
): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${px(size.width)} ${px(size.height)}" ` +
    `role="img" aria-labelledby="${markupText(id)}-t ${markupText(id)}-d" font-size="12" ` +
    `font-family="system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif">` +
    `<title id="${markupText(id)}-t">${markupText(title)}</title>` +
    `<desc id="${markupText(id)}-d">${markupText(description)}</desc>${body}</svg>`
  );
}
