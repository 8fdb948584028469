/** Characters of an encoded path: no scheme, no second slash at the start, no markup. */
const ENCODED_PATH = /^(?!\/\/)[\w.~%/-]+$/;

/** A path relative to a document, as the address of a link: `a%20run/report.html`. */
export function addressOf(path: string): string {
  return path.split("/").map(encodedSegment).join("/");
}

/** Whether an address leads to a file near the document and to nothing else. */
export function isFileAddress(address: string): boolean {
  return ENCODED_PATH.test(address);
}

function encodedSegment(segment: string): string {
  // Halves of surrogate pairs have no encoding.
  return encodeURIComponent(segment.toWellFormed()).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
