import { cachedShare } from "../../metrics/cache/cache.ts";
import { boundOfHosts } from "../../metrics/generator/bound-of-hosts.ts";
import { overall } from "../../metrics/phase-result.ts";
import type { AppliedBound } from "../../model/claim/verdict.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { type Evidence, evidenceOf } from "../evidence/evidence.ts";
import { machineLimit, provisionedLimit, type RateKind } from "./bounds.ts";

/** The part of the way to the storage that limited a rate. */
export interface Limiting {
  /** `storage`: its provisioned rate. `unknown`: no evidence for any of the others. */
  readonly by: "storage" | "instance" | "network" | "client" | "cache" | "unknown";
  /** The evidence, as a clause without a period. */
  readonly words: string;
  /** Measured share of the limit; null if the limit has no number. */
  readonly share: number | null;
}

/** A rate this close to a known limit, above or below, is limited by it. */
const AT_LIMIT_SHARE = 0.05;

/** Share of reads from a cache from which the rate is not that of the storage. */
const CACHED_SHARE = 0.05;

const FROM_CACHE: ReadonlySet<string> = new Set([
  "served-from-cache",
  "direct-not-direct",
  "written-to-cache",
]);

/** Share of the time that workers wait for a CPU, from which the CPU limits the rate. */
const STARVED_SHARE = 0.2;

/**
 * Finds what limited the rate of one phase of a run: a known limit that the rate is equal to, else
 * the cache or the load generator if there is evidence for it.
 */
export function limitingOf(run: Run, result: PhaseResult, of: RateKind): Limiting {
  const evidence = evidenceOf([run]).find(({ phase }) => phase.name === result.phase.name);
  const summary = overall(result);
  const rate = (of === "iops" ? summary?.operationsPerSecond : summary?.bytesPerSecond) ?? 0;
  if (evidence === undefined) return unknown();
  return (
    cacheLimit(run, result) ??
    knownLimit(evidence, rate, of) ??
    clientLimit(run, result) ??
    unknown()
  );
}

function unknown(): Limiting {
  return { by: "unknown", words: "", share: null };
}

function knownLimit(evidence: Evidence, rate: number, of: RateKind): Limiting | null {
  const bounds = [provisionedLimit(evidence, of), machineLimit(evidence, of)?.bound ?? null];
  const reached = bounds
    .filter((bound) => bound !== null)
    .filter(({ value }) => Math.abs(rate / value - 1) <= AT_LIMIT_SHARE)
    .toSorted((a, b) => Math.abs(rate / a.value - 1) - Math.abs(rate / b.value - 1));
  const [first] = reached;
  return first === undefined ? null : limitingBy(first, rate);
}

function limitingBy({ by, value, words }: AppliedBound, rate: number): Limiting | null {
  if (by === "load" || by === "client") return null;
  return { by, words, share: rate / value };
}

function cacheLimit(run: Run, result: PhaseResult): Limiting | null {
  const warning = result.warnings.find(({ code }) => FROM_CACHE.has(code));
  if (warning !== undefined) return { by: "cache", words: fact(warning.message), share: null };
  const share = cachedShare(run, result);
  if (share === null || share.low < CACHED_SHARE) return null;
  const words = `at least ${Math.round(share.low * 100)}% of the bytes read came from a cache`;
  return { by: "cache", words, share: null };
}

function clientLimit(run: Run, result: PhaseResult): Limiting | null {
  const bound = boundOfHosts(run, result);
  if (bound !== null) return { by: "client", words: fact(bound.reason), share: null };
  const warning = result.warnings.find(
    ({ code, event }) =>
      code === "depth-not-reached" || (code === "starved" && (event?.value ?? 0) >= STARVED_SHARE),
  );
  return warning === undefined ? null : { by: "client", words: fact(warning.message), share: null };
}

/** The first clause of a message, in lower case: its event with the number. */
function fact(message: string): string {
  const [first = message] = message.split(/\.\s|: /, 1);
  return first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, "");
}
