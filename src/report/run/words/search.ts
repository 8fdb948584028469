import type { Miss, SearchBest, SearchPoint, SearchResult } from "../../../model/plan/search.ts";
import { code, type Inline, strong } from "../../parts/document.ts";
import { formatCount, formatDuration, formatIops, formatShare } from "../../parts/format.ts";
import { thresholdValue } from "./threshold.ts";

/** From so much of what a closed loop carries on, the slots may be what ends the search. */
const NEAR_CAPACITY = 0.9;

/** How a point came out, one line; null where it was held against nothing. */
export function verdictWords({ phase, met, misses }: SearchPoint): string | null {
  if (met === null) return null;
  return met ? `${phase}: met` : `${phase}: not met: ${missesWords(misses)}`;
}

/** Why a point was not met. */
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
        `unseen, points of ${lengthWords(miss)} would show it`
      );
  }
}

type ShortMiss = Extract<Miss, { readonly kind: "too-short" }>;

function lengthWords({ neededNs }: ShortMiss): string {
  return formatDuration(Math.ceil(neededNs / 1e9) * 1e9);
}

/**
 * Why the search could not go on from its best value, or from the last one without any: null unless
 * the next repeated value missed the objective only because its points were too short to tell.
 */
function shortMiss(search: SearchResult): ShortMiss | null {
  const { best, points } = search;
  const repeated = points.filter(({ role, met }) => role === "repeat" && met === false);
  const next = best === null ? (repeated.at(-1)?.value ?? null) : nextBeyond(search, best.value);
  const misses = repeated.filter(({ value }) => value === next).flatMap((point) => point.misses);
  const short = misses.filter((miss) => miss.kind === "too-short");
  return short.length < misses.length ? null : (short.at(-1) ?? null);
}

/** A value as it is read: `7,640/s`, `queue depth 8`. */
function valueText({ by }: SearchResult, value: number | null): string {
  if (value === null) return "–";
  return by === "rate" ? `${formatIops(value)}/s` : `queue depth ${formatCount(value)}`;
}

/** What a search found, in one sentence and what must be known of it. */
export function searchSentence(search: SearchResult): readonly Inline[] {
  const { ended, best, reason, slo } = search;
  const objective = slo.join(" and ");
  if (ended === null || ended === "interrupted" || ended === "failed") {
    const why = reason === null ? "" : ` (${reason})`;
    return [strong("The search did not come to its end"), `${why}: the points until then follow.`];
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
      return `${objective} was kept up to ${value}, the highest load that was tried`;
    }
    return search.ended === "found" && shortMiss(search) === null
      ? `${value} is the most this target carries with ${objective}`
      : `This target carries at least ${value} with ${objective}`;
  }
  const extreme = search.wants === "most" ? "highest" : "lowest";
  if (search.ended === "always met") {
    return `${subject}, the ${extreme} that was tried, keeps ${objective}`;
  }
  return search.ended === "found"
    ? `${subject} is the ${extreme} with ${objective}`
    : `${subject} keeps ${objective}`;
}

function noneWords(search: SearchResult, objective: string): string {
  if (search.ended === "unsettled") return `No load could be settled on for ${objective}`;
  return `No load was found that keeps ${objective}`;
}

/** `median of 6: 9.6 ms, 97 % interval 9.2 ms to 9.9 ms`. */
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
  const said: string[] = [];
  if (best !== null && by === "queueDepth") {
    said.push(`At it, ${formatIops(best.achievedPerSecond)}/s were carried.`);
  }
  if (best === null) {
    const last = search.points.findLast(({ met }) => met === false);
    if (last !== undefined) {
      said.push(`At ${valueText(search, last.value)}: ${missesWords(last.misses)}.`);
    }
  }
  if (ended === "found" && best !== null) {
    const next = nextBeyond(search, best.value);
    if (next !== null) said.push(`The next value tried, ${valueText(search, next)}, did not.`);
  }
  const short = shortMiss(search);
  if (short !== null) {
    said.push(
      `Points were too short to show more: a backlog of up to ${formatShare(short.unseenShare)} ` +
        `of the load may grow unseen. Use a duration of ${lengthWords(short)}, or a wider ` +
        "precision.",
    );
  } else if (ended === "unsettled") {
    said.push(
      reason ?? "Repetitions contradict each other, so that no more can be said: measure longer.",
    );
  }
  if (capacity !== null) {
    said.push(
      `With the same operations in flight, a closed loop carried ${formatIops(capacity)}/s.`,
    );
    if (best !== null && best.value >= NEAR_CAPACITY * capacity) {
      said.push("The load found is near that: with more workers or depth it may be higher.");
    }
  }
  said.push(...caveats);
  return said.length === 0 ? "" : ` ${said.join(" ")}`;
}

/** The value nearest to the best one that was repeated and is harder. */
function nextBeyond({ points, wants }: SearchResult, best: number): number | null {
  const sign = wants === "most" ? 1 : -1;
  const harder = points.flatMap(({ role, value }) =>
    role === "repeat" && value !== null && sign * (value - best) > 0 ? [value] : [],
  );
  return harder.sort((a, b) => sign * (a - b))[0] ?? null;
}

/** What a search looks for, before it runs. */
export function soughtWords({
  by,
  wants,
  slo,
}: Pick<SearchResult, "by" | "wants" | "slo">): readonly Inline[] {
  const sought =
    by === "rate"
      ? "the most operations/s"
      : `the ${wants === "most" ? "highest" : "lowest"} queue depth`;
  const objectives = slo.flatMap((text, index) => [index === 0 ? "" : " and ", code(text)]);
  return [`${sought} with `, ...objectives];
}
