/** Keys of these bytes need no encoding: nearly all that a run makes. */
const PLAIN = /^[A-Za-z0-9\-._~/]*$/;

/**
 * Percent-encodes all but the unreserved characters of RFC 3986, as SigV4 asks for: `+` and `*`
 * included, hexadecimal digits in capitals. A lone surrogate becomes the replacement character.
 */
function encodeUri(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A key as it stands in a path: encoded once, its slashes kept, nothing made shorter. */
export function encodeKey(key: string): string {
  return PLAIN.test(key) ? key : key.split("/").map(encodeUri).join("/");
}

/** The canonical query of SigV4, which is also sent: encoded, and sorted by its encoded names. */
export function encodeQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
    .sort(byNameAndValue)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** In the order of code points, which for encoded text is that of bytes. */
function byNameAndValue(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] === b[1]) return 0;
  return a[1] < b[1] ? -1 : 1;
}
