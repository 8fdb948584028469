import { distance } from "fastest-levenshtein";

/** Names of fields in other tools, so that the error can suggest the name here. */
const SYNONYMS: Readonly<Record<string, string>> = {
  bs: "blockSize",
  bssplit: "blockSize",
  iodepth: "queueDepth",
  depth: "queueDepth",
  concurrency: "queueDepth",
  numjobs: "workers",
  threads: "workers",
  clients: "workers",
  nodes: "hosts",
  machines: "hosts",
  runtime: "duration",
  time: "duration",
  ramp_time: "warmup",
  pattern: "access",
  random_distribution: "access",
  rw: "operation",
  files: "count",
  objects: "count",
  repeat: "repetitions",
  iops: "rate",
  bandwidth: "throughput",
  bw: "throughput",
  mbps: "mb_per_s",
  lat: "latency",
  clat: "service",
  ttfb: "firstByte",
  backlog: "backlog.max",
};

/** The candidate that a misspelled word most likely means; null if none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const synonym = Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : undefined;
  if (synonym !== undefined && candidates.includes(synonym)) return synonym;
  const ranked = byDistance(word, candidates);
  const best = ranked[0];
  if (best === undefined) return null;
  // Two swapped letters have distance 2, which is no evidence in a very short word.
  const far = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return best.distance <= far ? best.candidate : null;
}

/** Up to `limit` candidates, nearest first, for a list of suggestions. */
export function nearestFew(word: string, candidates: readonly string[], limit: number): string[] {
  const ranked = byDistance(word, candidates);
  const near = ranked.filter(({ distance }) => distance <= word.length / 2);
  return (near.length > 0 ? near : ranked).slice(0, limit).map(({ candidate }) => candidate);
}

/** "did you mean …?" if a candidate is near, else the list of valid words. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== null) return `did you mean \`${near}\`?`;
  return candidates.length === 0 ? "no key is valid here" : `expected ${oneOf(candidates)}`;
}

/** "`a`", "`a` or `b`", "one of `a`, `b`, `c`". */
export function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  return quoted.length <= 2 ? quoted.join(" or ") : `one of ${quoted.join(", ")}`;
}

function byDistance(word: string, candidates: readonly string[]) {
  const folded = word.toLowerCase().replaceAll(/[-_]/g, "");
  return candidates
    .map((candidate) => ({
      candidate,
      distance: distance(folded, candidate.toLowerCase().replaceAll(/[-_]/g, "")),
    }))
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate, "en"));
}
