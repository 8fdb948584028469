import { createRequire } from "node:module";

/** Text whose characters take one column each: that of nearly all help pages. */
const PLAIN = /^[ -~…]*$/;

/**
 * Width of a text in columns; takes the place of string-width in yargs (`yargs.ts`), and
 * loads it only when needed.
 */
export default function pageWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  // Synchronous, because yargs wraps its pages synchronously.
  const { default: stringWidth } = createRequire(import.meta.url)("string-width") as {
    default: (text: string) => number;
  };
  return stringWidth(text);
}
