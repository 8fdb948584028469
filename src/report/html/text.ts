import { isFileAddress } from "../parts/address.ts";
import type { Inline, Text, Tone } from "../parts/document.ts";
import { markupText } from "../parts/markup.ts";

/** Sign of an evaluation, so that a color is never the only one. */
const SIGNS: Readonly<Record<Tone, string>> = { good: "✓", bad: "✕", caveat: "?", neutral: "" };

/** Text with its markup; names keep their own direction of writing. */
export function textHtml(text: Text): string {
  if (typeof text === "string") return markupText(text);
  return text.map(inlineHtml).join("");
}

function inlineHtml(part: Inline): string {
  if (typeof part === "string") return markupText(part);
  if ("strong" in part) return `<strong>${markupText(part.strong)}</strong>`;
  if ("code" in part) return `<code dir="auto">${markupText(part.code)}</code>`;
  const words = markupText(part.link);
  if (!isFileAddress(part.to)) return `<bdi>${words}</bdi>`;
  return `<a href="${markupText(part.to)}" dir="auto">${words}</a>`;
}

/** The sign of an evaluation and a space; empty for a neutral one. */
export function signHtml(tone: Tone): string {
  return tone === "neutral" ? "" : `<span class="sign">${SIGNS[tone]}</span> `;
}
