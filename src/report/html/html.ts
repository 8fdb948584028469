/**
 * Documents as self-contained HTML pages: no file, font or script from elsewhere, and nothing that
 * needs a script to be read. This file writes a whole page; `blocks.ts` the blocks of a document,
 * `style.ts` and `script.ts` have the only style sheet and the only script, whose hashes the page's
 * content security policy names. Names from stored runs are escaped by `markup.ts`.
 */

import { createHash } from "node:crypto";
import { markupText } from "../parts/markup.ts";
import type { Document, Section } from "../report.ts";
import { blockHtml, foldHtml } from "./blocks.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { textHtml } from "./text.ts";

/** How a page begins that assay wrote: a file that begins otherwise is not overwritten. */
export const PAGE_START = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="assay">
`;

/**
 * Renders a document as one HTML file: title, lead, view, sections, then the sections for
 * specialists in folds, and the origin of the numbers.
 */
export function renderHtml(document: Document): string {
  const { title, lead, view = [], sections, provenance } = document;
  const filled = sections.filter(({ blocks }) => blocks.length > 0);
  const details = filled.filter(({ isDetail }) => isDetail === true);
  const body = [
    `<h1>${textHtml(title)}</h1>`,
    ...lead.map(blockHtml),
    ...view.map(blockHtml),
    ...filled.filter((one) => !details.includes(one)).map(sectionHtml),
    ...(details.length === 0 ? [] : ["<h2>Details</h2>", ...details.map(detailHtml)]),
  ];
  const origin = provenance === undefined ? "" : `\n<footer>${textHtml(provenance)}</footer>`;
  return page(title, `<main>\n${body.join("\n")}\n</main>${origin}`);
}

function sectionHtml({ title, blocks }: Section): string {
  return `<h2>${textHtml(title)}</h2>\n${blocks.map(blockHtml).join("\n")}`;
}

function detailHtml({ title, blocks }: Section): string {
  return foldHtml(textHtml(title), blocks.map(blockHtml).join("\n"));
}

function page(title: string, body: string): string {
  return `${PAGE_START}<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${markupText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Policy of the page: only its own style sheet and script, by their hashes. */
const POLICY =
  `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; ` +
  `base-uri 'none'; form-action 'none'`;

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
