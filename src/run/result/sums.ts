import type { BackOff, ErrorCount } from "../../model/run/measurement.ts";

/** Sums errors of several workers or hosts by operation and code, most frequent first. */
export function addErrors(
  measured: readonly { readonly errors: readonly ErrorCount[] }[],
): readonly ErrorCount[] {
  const sums = new Map<string, ErrorCount>();
  for (const error of measured.flatMap(({ errors }) => errors)) {
    const key = `${error.operation}:${error.code}`;
    const known = sums.get(key);
    sums.set(key, known === undefined ? error : addError(known, error));
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}

function addError(a: ErrorCount, b: ErrorCount): ErrorCount {
  const ages = [a.leastAgeNs, b.leastAgeNs].filter((ns) => ns !== undefined);
  const age = ages.length === 0 ? {} : { leastAgeNs: Math.min(...ages) };
  return { ...a, count: a.count + b.count, ...age };
}

/** Sums the engine counters of several workers or hosts by name. */
export function addCounters(
  measured: readonly { readonly counters: Readonly<Record<string, number>> }[],
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counters } of measured) {
    for (const [name, count] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

/** Sums the back-off pauses of several workers or hosts; null if none of them backs off. */
export function addBackOffs(measured: readonly { readonly backOff?: BackOff }[]): BackOff | null {
  const known = measured.flatMap(({ backOff }) => backOff ?? []);
  if (known.length === 0) return null;
  return {
    pauses: known.reduce((sum, { pauses }) => sum + pauses, 0),
    totalNs: known.reduce((sum, { totalNs }) => sum + totalNs, 0),
  };
}
