import { oneLine } from "../../model/printable.ts";

/** Characters that XML forbids and {@link oneLine} keeps. */
const FORBIDDEN = /[\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for HTML, SVG and attribute values: markup characters become entities, and characters that
 * are not shown are written out (`\u202e`). The result is well-formed in XML for any string.
 */
export function markupText(text: string): string {
  return oneLine(text)
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}
