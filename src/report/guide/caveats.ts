import { cachedShare, isBuffered } from "../../metrics/cache/cache.ts";
import { sampleCaveats } from "../../metrics/histogram/sample-size.ts";
import { overall } from "../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { misfitOf } from "../../model/target/backing-fit.ts";
import { type List, list } from "../parts/document.ts";

/** Served from the page cache, by more than counters are wrong by, as claims are judged. */
const MAX_CACHED_SHARE = 0.01;

/** What makes a number doubtful, in one sentence each that holds for every number it is put to. */
const WORDS = {
  misfit: "the target is not what it was declared to be",
  incomplete: "the phase was not run to its end",
  errors: "operations failed or never completed",
  "client-bound": "the load generator was the limit, not the storage, which may be faster",
  cache: "the page cache answered part of it, or took the writes before the storage had them",
  pause: "the load generator stood still or waited for a processor, which is in the latencies",
  few: "few operations or a short time: the rate is coarse, and percentiles are missing",
  other: "the report of the run has a remark to it",
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

/** Which warnings of a run come to which doubt; those of none are remarks of another sort. */
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
  unfinished: "errors",
  "cut-off": "incomplete",
  "mostly-drained": "few",
  "nothing-completed": "few",
};

/** Caveats that make a number no measure of the storage, so that it is not ranked by it. */
const FORBIDDING: ReadonlySet<CaveatKind> = new Set([
  "misfit",
  "incomplete",
  "errors",
  "client-bound",
  "cache",
]);

/** What is doubtful about one repetition of a phase, in a fixed order. */
export function caveatKindsOf(run: Run, result: PhaseResult): readonly CaveatKind[] {
  const found = new Set<CaveatKind>();
  if (run.storage !== undefined && misfitOf(run.target, run.storage) !== null) found.add("misfit");
  if (result.state !== "complete") found.add("incomplete");
  const summary = overall(result);
  if ((summary?.errors ?? 0) > 0) found.add("errors");
  for (const { code } of result.warnings) found.add(CODES[code] ?? "other");
  const cached = cachedShare(run, result);
  if ((cached?.low ?? 0) > MAX_CACHED_SHARE || isBuffered(run.target, result)) found.add("cache");
  if (sampleCaveats(result.elapsedNs, summary).some(isAboutRate)) found.add("few");
  return KINDS.filter((kind) => found.has(kind));
}

/** No p99.9 is shown in the guide's tables. */
function isAboutRate(words: string): boolean {
  return !words.startsWith("Fewer than 1,000");
}

export function forbids(doubts: readonly CaveatKind[]): boolean {
  return doubts.some((kind) => FORBIDDING.has(kind));
}

/** Letters for doubts, the same in all tables of one report. */
export interface Caveats {
  /** ` [a, c]` behind a number; empty without doubts. */
  readonly mark: (doubts: readonly CaveatKind[]) => string;
  /** What the letters stand for; null where none was used. */
  readonly legend: () => List | null;
}

export function makeCaveats(): Caveats {
  const used: CaveatKind[] = [];
  const letter = (kind: CaveatKind): string => {
    if (!used.includes(kind)) used.push(kind);
    return String.fromCharCode(97 + used.indexOf(kind));
  };
  return {
    mark: (doubts) => (doubts.length === 0 ? "" : ` [${doubts.map(letter).sort().join(", ")}]`),
    legend: () =>
      used.length === 0 ? null : list(used.map((kind) => [`[${letter(kind)}] ${WORDS[kind]}.`])),
  };
}
