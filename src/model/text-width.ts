import { createRequire } from "node:module";
import type stringWidthOf from "string-width";

/**
 * Text whose characters take one column each: nearly all that assay prints. string-width is only
 * loaded for other text: its tables of emoji take longer to load than the code of `assay list`.
 */
const PLAIN = /^[ -~·×±µ–—…→≤≥─-╿▀-█■▲▼◆●✓✕]*$/;

/** Whether every character of a text takes one column. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** Width of a text in columns: wide East Asian characters take two. */
export function textWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth()(text);
}

let loaded: typeof stringWidthOf | null = null;

function stringWidth(): typeof stringWidthOf {
  // Synchronous, because yargs wraps its pages synchronously.
  loaded ??= (createRequire(import.meta.url)("string-width") as { default: typeof stringWidthOf })
    .default;
  return loaded;
}
