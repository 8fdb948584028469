import type { Miss, SearchBest, SearchPoint, SearchResult } from "../../../model/plan/search.ts";
import { code, type Inline, strong } from "../../parts/document.ts";
import { formatCount, formatDuration, formatIops, formatShare } from "../../parts/format.ts";
import { thresholdValue } from "./threshold.ts";

/** Share of the closed-loop rate from which the number of slots may limit the search. */
const NEAR_CAPACITY = 0.9;

/** Outcome of a point in one line; null if it has no objective. */
export function verdictWords({ phase, met, misses }: SearchPoint): string | null {
  if (met === null) return null;
  return met ? `${phase}: met` : `${phase}: missed: ${missesWords(misses)}`;
}

/** Reasons why a point missed the objective. */
export function missesWords(misses: readonly Miss[]): string {
  return misses.map(missWords).join(", ");
}

function missWords(miss: Miss): string {
  switch (miss.kind) {
    case "objective":
      if (miss.measured === null) return `${miss.text}: ${miss.reason ?? "not measured"}`;
      return (
        `${miss.text}: ${thresholdValue(miss.measured, miss.unit)}` +
        (miss.reason === undefined ? "" : ` (${miss.reason})`)
      );
    case "errors":
      return `${formatCount(miss.operations)} operations failed`;
    case "dropped":
      return `${formatCount(miss.operations)} operations dropped`;
    case "unissued":
      return `${formatCount(miss.operations)} operations never issued`;
    case "behind":
      return (
        `the backlog grew by ${formatCount(miss.operations)} of ${formatCount(miss.offered)} ` +
        "offered operations"
      );
    case "too-short":
      return (
        `too short: a backlog of up to ${formatShare(miss.unseenShare)} of the load may grow ` +
        `undetected; use points of ${lengthWords(miss)}`
      );
  }
}

type ShortMiss = Extract<Miss, { readonly kind: "too-short" }>;

function lengthWords({ neededNs }: ShortMiss): string {
  return formatDuration(Math.ceil(neededNs / 1e9) * 1e9);
}

/**
 * Why the search stopped at its best value, or at the last one without any; null unless the next
 * repeated value missed the objective only because its points were too short.
 */
function shortMiss(search: SearchResult): ShortMiss | null {
  const { best, points } = search;
  const repeated = points.filter(({ role, met }) => role === "repeat" && met === false);
  const next = best === null ? (repeated.at(-1)?.value ?? null) : nextBeyond(search, best.value);
  const misses = repeated.filter(({ value }) => value === next).flatMap((point) => point.misses);
  const short = misses.filter((miss) => miss.kind === "too-short");
  return short.length < misses.length ? null : (short.at(-1) ?? null);
}

/** A value with its unit: `7,640/s`, `queue depth 8`. */
function valueText({ by }: SearchResult, value: number | null): string {
  if (value === null) return "–";
  return by === "rate" ? `${formatIops(value)}/s` : `queue depth ${formatCount(value)}`;
}

/**
 * Why a search has no load that meets the objective, a clause; null if it has one, or if every load
 * was compared and missed it.
 */
export function unknownWords({ ended, best, points }: SearchResult): string | null {
  if (hasNotEnded(ended)) return "the search did not end";
  if (best !== null) return null;
  if (ended === "unsettled") return "the points contradict each other or are too short";
  const last = points.findLast(({ met }) => met === false);
  return last !== undefined && isUnknown(last) ? "too few operations to tell" : null;
}

function hasNotEnded(ended: SearchResult["ended"]): boolean {
  return ended === null || ended === "interrupted" || ended === "failed";
}

/** Whether a point has no value to compare with the objective, and no other reason to miss it. */
function isUnknown({ misses }: SearchPoint): boolean {
  const isMissing = (miss: Miss) => miss.kind === "objective" && miss.measured === null;
  return misses.length > 0 && misses.every(isMissing);
}

/** Result of a search in one sentence, with its caveats. */
export function searchSentence(search: SearchResult): readonly Inline[] {
  const { ended, best, reason, slo } = search;
  const objective = slo.join(" and ");
  if (hasNotEnded(ended)) {
    const why = reason === null ? "" : ` (${reason})`;
    return [strong("The search did not end"), `${why}: the points until then follow.`];
  }
  const headline =
    best === null ? noneWords(search, objective) : bestWords(search, best, objective);
  return [strong(headline), best === null ? "." : ` (${measureWords(best)}).`, after(search)];
}

function bestWords(search: SearchResult, best: SearchBest, objective: string): string {
  const value = valueText(search, best.value);
  const subject = value.replace(/^q/, "Q");
  if (search.by === "rate") {
    if (search.ended === "always met") {
      return `${objective} was met up to ${value}, the highest load of the search`;
    }
    return search.ended === "found" && shortMiss(search) === null
      ? `${value} is the maximum rate that meets ${objective}`
      : `The target sustains at least ${value} with ${objective}`;
  }
  const extreme = search.wants === "most" ? "highest" : "lowest";
  if (search.ended === "always met") {
    return `${subject}, the ${extreme} of the search, meets ${objective}`;
  }
  return search.ended === "found"
    ? `${subject} is the ${extreme} that meets ${objective}`
    : `${subject} meets ${objective}`;
}

function noneWords(search: SearchResult, objective: string): string {
  if (search.ended === "unsettled") return `The result for ${objective} is inconclusive`;
  return unknownWords(search) === null
    ? `No load of the search meets ${objective}`
    : `No load of the search could be compared with ${objective}`;
}

/** `median of 6: 9.6 ms, 97% interval 9.2 ms to 9.9 ms`. */
function measureWords(best: SearchBest): string {
  const parts = best.measures.map(({ text, unit, median, interval }, index) => {
    const which = best.measures.length > 1 ? `${text}: ` : "";
    const of = index === 0 ? `median of ${best.repetitions}: ` : "";
    const range =
      interval === null
        ? ""
        : `, ${formatShare(interval.confidence)} interval ` +
          `${thresholdValue(interval.low, unit)} to ${thresholdValue(interval.high, unit)}`;
    return `${of}${which}${thresholdValue(median, unit)}${range}`;
  });
  return parts.join("; ");
}

function after(search: SearchResult): string {
  const { by, best, ended, reason, capacityPerSecond: capacity, caveats = [] } = search;
  const notes: string[] = [];
  if (best !== null && by === "queueDepth") {
    notes.push(`The achieved rate was ${formatIops(best.achievedPerSecond)}/s.`);
  }
  if (best === null) {
    const last = search.points.findLast(({ met }) => met === false);
    if (last !== undefined) {
      notes.push(`At ${valueText(search, last.value)}: ${missesWords(last.misses)}.`);
    }
  }
  if (ended === "found" && best !== null) {
    const next = nextBeyond(search, best.value);
    if (next !== null)
      notes.push(`The next repeated value, ${valueText(search, next)}, misses it.`);
  }
  const short = shortMiss(search);
  if (short !== null) {
    notes.push(
      `Points were too short for a higher load: a backlog of up to ` +
        `${formatShare(short.unseenShare)} of the load may grow undetected. Use a duration of ` +
        `${lengthWords(short)}, or a wider precision.`,
    );
  } else if (ended === "unsettled") {
    notes.push(reason ?? "Repetitions contradict each other: use a longer duration.");
  }
  if (capacity !== null) {
    notes.push(
      `A closed loop with the same operations in flight achieved ${formatIops(capacity)}/s.`,
    );
    if (best !== null && best.value >= NEAR_CAPACITY * capacity) {
      notes.push("The result is close to it and may be higher with more workers or queue depth.");
    }
  }
  notes.push(...caveats);
  return notes.length === 0 ? "" : ` ${notes.join(" ")}`;
}

/** The repeated value next to the best one on the harder side. */
function nextBeyond({ points, wants }: SearchResult, best: number): number | null {
  const sign = wants === "most" ? 1 : -1;
  const harder = points.flatMap(({ role, value }) =>
    role === "repeat" && value !== null && sign * (value - best) > 0 ? [value] : [],
  );
  return harder.sort((a, b) => sign * (a - b))[0] ?? null;
}

/** Goal of a search. */
export function soughtWords({
  by,
  wants,
  slo,
}: Pick<SearchResult, "by" | "wants" | "slo">): readonly Inline[] {
  const sought =
    by === "rate"
      ? "the maximum rate"
      : `the ${wants === "most" ? "highest" : "lowest"} queue depth`;
  const objectives = slo.flatMap((text, index) => [index === 0 ? "" : " and ", code(text)]);
  return [`${sought} with `, ...objectives];
}
