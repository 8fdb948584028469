/**
 * Control characters and lone surrogates. The XML of listings and deletions cannot represent them,
 * so objects with such keys could not be removed.
 */
const INVALID_IN_XML = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/**
 * The expected form of a key prefix, without the prefix itself; null if it is valid. A server or
 * proxy that normalizes paths could resolve `..` to another bucket.
 */
export function expectedKeyPrefix(prefix: string): string | null {
  const expected = "a key prefix such as `bench/`, without";
  if (prefix.startsWith("/") || prefix.includes("//")) return `${expected} empty parts`;
  if (hasDots(prefix.split("/"))) return `${expected} \`.\` and \`..\` as parts`;
  return INVALID_IN_XML.test(prefix) ? `${expected} control characters` : null;
}

/** Whether a bucket name, or the ARN of an access point, could resolve to another path. */
export function leadsElsewhere(bucket: string): boolean {
  const isPoint = bucket.startsWith("arn:");
  if (bucket === "" || (bucket.includes("/") && !isPoint)) return true;
  return hasDots(bucket.split(/[/:]/)) || INVALID_IN_XML.test(bucket);
}

function hasDots(parts: readonly string[]): boolean {
  return parts.some((part) => part === "." || part === "..");
}
