/**
 * Documents as self-contained HTML pages: no file, font or script from elsewhere, and nothing that
 * needs a script to be read. This file writes a whole page; `blocks.ts` the blocks of a document,
 * `style.ts` and `script.ts` have the only style sheet and the only script, whose hashes the page's
 * content security policy names. Names from stored runs are escaped by `markup.ts`.
 */

import { createHash } from "node:crypto";
import { markupText } from "../parts/markup.ts";
import type { Document } from "../report.ts";
import { blockHtml, textHtml } from "./blocks.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

/** Renders a document as one HTML file. */
export function renderHtml(document: Document): string {
  const view = (document.view ?? []).map(blockHtml).join("\n");
  const sections = document.sections.map(
    ({ title, blocks }) => `<h2>${textHtml(title)}</h2>\n${blocks.map(blockHtml).join("\n")}`,
  );
  const body = [
    `<h1>${textHtml(document.title)}</h1>`,
    ...document.lead.map(blockHtml),
    view,
    ...sections,
  ];
  return page(document.title, body.join("\n"));
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${markupText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
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
