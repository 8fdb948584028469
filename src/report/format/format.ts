/**
 * Formats of a report: one file and one function each for markdown, CSV, JSON and a terminal. All
 * turn the same `Document` into text and add nothing to it. Escaping is done here and nowhere else:
 * a name from a stored run is never taken for markup. This file has the display widths that tables
 * need.
 */

/** Columns a text takes in a fixed-width font: wide East Asian characters take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\p{Cf}/u.test(character)) continue;
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character)
      ? 2
      : 1;
  }
  return width;
}

/** Text filled with spaces to a display width, on the side its alignment asks for. */
export function padded(text: string, width: number, align: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "right" ? spaces + text : text + spaces;
}
