/** Keys of these characters need no encoding: nearly all keys of a run. */
const PLAIN = /^[A-Za-z0-9\-._~/]*$/;

/**
 * Percent-encodes all but the unreserved characters of RFC 3986, as SigV4 requires: `+` and `*`
 * included, hexadecimal digits in uppercase. A lone surrogate becomes the replacement character.
 */
function encodeUri(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A key in a path: encoded once, slashes kept, not normalized. */
export function encodeKey(key: string): string {
  return PLAIN.test(key) ? key : key.split("/").map(encodeUri).join("/");
}

/** The canonical query of SigV4, which is also sent: encoded, sorted by encoded name. */
export function encodeQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
    .sort(byNameAndValue)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** Compares by code points, which for encoded text is the order of bytes. */
function byNameAndValue(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] === b[1]) return 0;
  return a[1] < b[1] ? -1 : 1;
}
