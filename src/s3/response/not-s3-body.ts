/** Maximum characters of a foreign page in a message. */
const MAX_QUOTED = 60;
const TAG_START = /^\s*(?:<!--[\s\S]{0,1000}?-->\s*)*<(?:!doctype html|html|head|body)\b/i;

/** Description of XML that is not from S3 or not well-formed. */
export const BROKEN_XML = "XML that is not S3's";

/** Whether a media type is HTML. */
export function isHtmlType(contentType: string): boolean {
  return /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType);
}

/** Describes a body that is not S3's, as a noun: `an HTML page titled "Sign in"`. */
export function describeBody(contentType: string, text: string): string {
  const start = text.slice(0, 4096);
  if (isHtmlType(contentType) || TAG_START.test(start)) {
    const title = /<title[^>]{0,200}>([^<]{1,200})/i.exec(start)?.[1] ?? "";
    const named = quoted(title);
    return named === "" ? "an HTML page" : `an HTML page titled ${named}`;
  }
  if (start.trim() === "") return "an empty body";
  if (/^\s*[[{]/.test(start)) return "JSON";
  if (/^\s*<\?xml\b|^\s*<[A-Za-z]/.test(start)) return BROKEN_XML;
  if (isText(start)) return `the text ${quoted(start)}`;
  return "a body that is neither XML nor text";
}

/** Foreign text on one line, without control characters; empty if nothing is left. */
function quoted(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll('"', "'")
    .trim();
  if (line === "") return "";
  return line.length > MAX_QUOTED ? `"${line.slice(0, MAX_QUOTED)}…"` : `"${line}"`;
}

function isText(text: string): boolean {
  return !/[\p{Cc}\ufffd]/u.test(text.slice(0, 512).replace(/\s/g, ""));
}
