/** Plausible dates of a server's clock: S3 began in 2006, and a year has four digits. */
const MIN_DATE_MS = Date.UTC(2000, 0, 1);
const MAX_DATE_MS = Date.UTC(2200, 0, 1);
/** The form that RFC 9110 requires; `Date.parse` accepts nearly any text. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC)$/;
const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const ERROR_CODE = /^[A-Z][A-Za-z0-9]{0,99}$/;

/**
 * Values of a response that decide the next request. Each is parsed here and nowhere else. A value
 * without a valid form counts as absent.
 */

/** Milliseconds since 1970 of a `Date` header; null if it is not a plausible date. */
export function dateMsOf(text: string | null): number | null {
  const ms = text !== null && HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return ms >= MIN_DATE_MS && ms < MAX_DATE_MS ? ms : null;
}

/** The region in a response, which becomes part of a host name; null if it is not valid there. */
export function regionOf(text: string | null | undefined): string | null {
  return text !== null && text !== undefined && HOST_LABEL.test(text) ? text : null;
}

/** The code of an error document, which is stored in results; null if it is not a valid code. */
export function errorCodeOf(text: string | undefined): string | null {
  return text !== undefined && ERROR_CODE.test(text) ? text : null;
}

/**
 * Wait time that a server requests, milliseconds; null if there is none in a form that the SDK
 * reads. Negative if the time has passed.
 *
 * @param seconds `Retry-After`: seconds or a date · @param ms `x-amz-retry-after`: milliseconds
 */
export function retryAfterMsOf(seconds: string | null, ms: string | null): number | null {
  if (seconds === null) {
    const asked = Number(ms ?? Number.NaN);
    return Number.isFinite(asked) ? asked : null;
  }
  if (/^\d{1,15}(\.\d{1,9})?$/.test(seconds)) return Number(seconds) * 1000;
  const at = dateMsOf(seconds);
  return at === null ? null : at - Date.now();
}

/** The URL of a `Location` header (http or https, without a user); null if there is none. */
export function locationOf(text: string | null, base: string): URL | null {
  if (text === null || text.length > 8192) return null;
  const url = URL.parse(text, base);
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  return isHttp && url.username === "" && url.password === "" ? url : null;
}
