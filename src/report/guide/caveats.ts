import { cachedShare, isBuffered } from "../../metrics/cache/cache.ts";
import { sampleCaveats } from "../../metrics/histogram/sample-size.ts";
import { overall } from "../../metrics/phase-result.ts";
import type { Statistic } from "../../model/plan/threshold.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { misfitOf } from "../../model/target/backing-fit.ts";
import { type List, list } from "../parts/document.ts";

/** Share from the page cache that exceeds the error of the counters, as for claims. */
const MAX_CACHED_SHARE = 0.01;

/** Caveats of values, as sentences. */
const WORDS = {
  misfit: "The target differs from its declaration",
  incomplete: "The phase is incomplete",
  errors: "Operations failed or did not complete",
  "client-bound": "The load generator limited the rate; the storage may be faster",
  cache: "The page cache served reads or buffered writes",
  pause: "The load generator paused or waited for CPU, which adds to latencies",
  few: "Few operations or a short phase: the rate is coarse, and percentiles are missing",
  other: "The report of the run has a warning",
} as const;
export type CaveatKind = keyof typeof WORDS;
const KINDS: readonly CaveatKind[] = [
  "misfit",
  "incomplete",
  "errors",
  "client-bound",
  "cache",
  "pause",
  "few",
  "other",
];

/** Caveat of each warning code; other codes are `other`. */
const CODES: Readonly<Record<string, CaveatKind>> = {
  "client-bound": "client-bound",
  "depth-not-reached": "client-bound",
  "own-pause": "pause",
  starved: "pause",
  "cpu-throttled": "pause",
  "pacing-error": "pause",
  steal: "pause",
  "served-from-cache": "cache",
  "written-to-cache": "cache",
  "dataset-fits-in-memory": "cache",
  "cache-not-dropped": "cache",
  "direct-not-direct": "cache",
  "unseen-cache": "cache",
  errors: "errors",
  "all-failed": "errors",
  unfinished: "errors",
  "cut-off": "incomplete",
  "mostly-drained": "few",
  "nothing-completed": "few",
};

/** Caveats with which a value does not measure the storage; it is not ranked. */
const FORBIDDING: ReadonlySet<CaveatKind> = new Set([
  "misfit",
  "incomplete",
  "errors",
  "client-bound",
  "cache",
]);

/** Percentiles in the tables of the guide. */
const SHOWN: readonly Statistic[] = ["p50", "p99"];

/** Returns the caveats of one repetition of a phase, in a fixed order. */
export function caveatKindsOf(run: Run, result: PhaseResult): readonly CaveatKind[] {
  const found = new Set<CaveatKind>();
  if (run.storage !== undefined && misfitOf(run.target, run.storage) !== null) found.add("misfit");
  if (result.state !== "complete") found.add("incomplete");
  const summary = overall(result);
  if ((summary?.errors ?? 0) > 0) found.add("errors");
  for (const { code } of result.warnings) found.add(CODES[code] ?? "other");
  const cached = cachedShare(run, result);
  if ((cached?.low ?? 0) > MAX_CACHED_SHARE || isBuffered(run.target, result)) found.add("cache");
  if (sampleCaveats(result.elapsedNs, summary, SHOWN).length > 0) found.add("few");
  return KINDS.filter((kind) => found.has(kind));
}

/** Whether caveats leave a value out of rankings and costs. */
export function disqualifies(kinds: readonly CaveatKind[]): boolean {
  return kinds.some((kind) => FORBIDDING.has(kind));
}

/** Letters of caveats, the same in all tables of one report. */
export interface Caveats {
  /** ` [a, c]` after a value; empty without caveats. */
  readonly mark: (kinds: readonly CaveatKind[]) => string;
  /** Legend of the letters; null if none was used. */
  readonly legend: () => List | null;
}

export function makeCaveats(): Caveats {
  const used: CaveatKind[] = [];
  const letter = (kind: CaveatKind): string => {
    if (!used.includes(kind)) used.push(kind);
    return String.fromCharCode(97 + used.indexOf(kind));
  };
  return {
    mark: (kinds) => (kinds.length === 0 ? "" : ` [${kinds.map(letter).sort().join(", ")}]`),
    legend: () =>
      used.length === 0 ? null : list(used.map((kind) => [`[${letter(kind)}] ${WORDS[kind]}.`])),
  };
}
