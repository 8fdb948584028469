/**
 * Control characters and halves of surrogate pairs: the XML of listings and deletions cannot carry
 * them, so what is written under such a key could not be removed.
 */
const UNCARRIED = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/**
 * What a prefix of object keys has to be, in words that do not repeat it; null where it is right. A
 * server or proxy that normalizes paths takes `..` for the parent: another bucket.
 */
export function expectedKeyPrefix(prefix: string): string | null {
  const expected = "a key prefix such as `bench/`, without";
  if (prefix.startsWith("/") || prefix.includes("//")) return `${expected} empty parts`;
  if (hasDots(prefix.split("/"))) return `${expected} \`.\` and \`..\` as parts`;
  return UNCARRIED.test(prefix) ? `${expected} control characters` : null;
}

/** Whether a bucket's name, or the ARN of an access point, would lead to another path. */
export function leadsElsewhere(bucket: string): boolean {
  const isPoint = bucket.startsWith("arn:");
  if (bucket === "" || (bucket.includes("/") && !isPoint)) return true;
  return hasDots(bucket.split(/[/:]/)) || UNCARRIED.test(bucket);
}

function hasDots(parts: readonly string[]): boolean {
  return parts.some((part) => part === "." || part === "..");
}
