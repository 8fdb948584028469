import { cachedShare, isBuffered } from "../../../metrics/cache/cache.ts";
import { sampleCaveats } from "../../../metrics/histogram/sample-size.ts";
import { overall, reportedRates } from "../../../metrics/phase-result.ts";
import { UNFINISHED } from "../../../model/run/measurement.ts";
import type { PhaseResult, Run, Warning, WarningEvent } from "../../../model/run/run.ts";
import { warningRow } from "../../../model/run/warning.ts";
import { WARNING_ROWS } from "../../../model/run/warning-rows.ts";
import type { WarningRow } from "../../../model/warnings/warning-row.ts";
import { capitalized, formatCount, formatIops, STATE_WORDS, sentence } from "../../parts/format.ts";
import { rangeText } from "../../parts/range.ts";
import { shareWords } from "./phase.ts";
import { hasOtherRemedy, remedyOf } from "./remedy.ts";

/** A known bias of a run, or of some of its phases. */
export interface Caveat {
  readonly code: string;
  /** Event, effect and remedy, in full sentences. */
  readonly text: string;
  /** Results that it applies to; empty if it applies to the run as a whole. */
  readonly results: ReadonlySet<PhaseResult>;
}

/** A caveat of one result, or of the whole run, before equal ones are grouped. */
interface Finding extends Warning {
  readonly result: PhaseResult | null;
}

/** Caveats that only the report derives, from stored numbers; the others are stored warnings. */
const DERIVED: Readonly<Record<string, WarningRow>> = {
  incomplete: {
    event: "Incomplete results",
    effect: "They cover the time until the interruption or failure.",
    remedy: "Run again to the end.",
  },
  "buffered-writes": {
    event: "Buffered writes",
    effect: "A write completes in the page cache, before the device has the data.",
    remedy: "To measure the device, use `sync` or `dsync`, or for `write` also `cache: direct`.",
  },
  "partly-cached": {
    event: "Reads that did not come from the storage",
    effect: "Rates and latencies include reads from a cache.",
    remedy: WARNING_ROWS["served-from-cache"].remedy,
  },
  "rate-changed": {
    event: "Change of the rate",
    effect: "The mean rate is that of neither part.",
    remedy: "See the rates of each part under Stability, or run longer.",
  },
  "small-sample": {
    event: "Too few operations or too short a phase for some figures",
    effect: "Rates may be inaccurate; percentiles with too few operations are not shown (–).",
    remedy: "Use a longer duration.",
  },
};

const EARLY = [
  "incomplete",
  "all-failed",
  "nothing-completed",
  "errors",
  "unfinished",
  "own-pause",
];

/** Order of caveats: the most serious first; unknown codes last. */
const ORDER: readonly string[] = [
  ...new Set([...EARLY, ...Object.keys(WARNING_ROWS), ...Object.keys(DERIVED)]),
];

function rank(code: string): number {
  const at = ORDER.indexOf(code);
  return at < 0 ? ORDER.length : at;
}

/** Name of a caveat by its code: `CPU steal`; a code of another version as it is. */
export function caveatName(code: string): string {
  return (derivedRow(code) ?? warningRow(code))?.event ?? code;
}

/** The caveats of a run, one for each kind, the most serious first. */
export function caveatsOf(run: Run): readonly Caveat[] {
  const findings: readonly Finding[] = [
    ...run.phases.flatMap((result) => resultFindings(run, result)),
    ...run.warnings.map((warning) => ({ ...warning, result: null })),
  ];
  const groups = Map.groupBy(findings, ({ code, result, message }) =>
    result === null ? `${code}: ${message}` : code,
  );
  return [...groups.values()]
    .flatMap((group) => caveat(run, group))
    .sort((a, b) => rank(a.code) - rank(b.code));
}

function caveat(run: Run, group: readonly Finding[]): readonly Caveat[] {
  const [first] = group;
  if (first === undefined) return [];
  const results = new Set(group.flatMap(({ result }) => result ?? []));
  return [{ code: first.code, text: groupText(run, group, first, results), results }];
}

function groupText(
  run: Run,
  group: readonly Finding[],
  first: Finding,
  results: ReadonlySet<PhaseResult>,
): string {
  const messages = new Set(group.map(({ message }) => message));
  const row = DERIVED[first.code] ?? warningRow(first.code);
  const places = placesText(run, results);
  if (results.size === 0 || places === null)
    return [...messages].map((one) => sentence(capitalized(one))).join(" ");
  if (results.size === 1)
    return sentence(`${resultName(run, [...results][0])}${capitalized(first.message)}`);
  if ((messages.size === 1 && !hasOtherRemedy(run, first.code)) || row === null) {
    const all = [...messages].map((one) => sentence(capitalized(one))).join(" ");
    return `${capitalized(places)}: ${all}`;
  }
  const { name, unit } = first.event ?? { name: row.event };
  const values = group.flatMap(({ event }) => event?.value ?? []);
  const range = values.length < group.length ? "" : ` ${rangeText(values, unit)}`;
  return `${name}${range} in ${places}. ${row.effect} ${remedyOf(run, first.code, results, row)}`;
}

/** A row by a code of a stored run, which may be the name of a method. */
function derivedRow(code: string) {
  return Object.hasOwn(DERIVED, code) ? DERIVED[code] : undefined;
}

/** A caveat in one sentence without its numbers: `CPU steal in 5 of 7 phases: latencies …`. */
export function caveatSummary(run: Run, { code, text, results }: Caveat): string {
  const row = derivedRow(code) ?? warningRow(code);
  if (row === null) return text;
  const places = placesText(run, results);
  const [only] = results;
  const where =
    places === null || only === undefined
      ? ""
      : ` in ${results.size === 1 ? only.phase.name : places}`;
  const effect = row.effect.charAt(0).toLowerCase() + row.effect.slice(1);
  return `${row.event}${where}: ${effect}`;
}

/** `5 of 7 phases` or `2 of 3 repetitions`; null if the run has only one result. */
function placesText(run: Run, results: ReadonlySet<PhaseResult>): string | null {
  if (run.phases.length < 2) return null;
  const all = new Set(run.phases.map(({ phase }) => phase.name)).size;
  const [count, of, noun] =
    all > 1
      ? [new Set([...results].map(({ phase }) => phase.name)).size, all, "phases"]
      : [results.size, run.phases.length, "repetitions"];
  return count === of ? `all ${formatCount(of)} ${noun}` : `${count} of ${formatCount(of)} ${noun}`;
}

/** `read, repetition 2: `, as far as it distinguishes the result from others of the run. */
function resultName(run: Run, result: PhaseResult | undefined): string {
  if (result === undefined) return "";
  const phases = new Set(run.phases.map(({ phase }) => phase.name)).size;
  const isRepeated = run.phases.some(({ repetition }) => repetition !== 1);
  const repetition = isRepeated ? `repetition ${result.repetition}` : "";
  const name = phases > 1 ? result.phase.name : "";
  if (name === "") return repetition === "" ? "" : `${capitalized(repetition)}: `;
  return repetition === "" ? `${name}: ` : `${name}, ${repetition}: `;
}

function resultFindings(run: Run, result: PhaseResult): readonly Finding[] {
  const isAllFailed = result.warnings.some(({ code }) => code === "all-failed");
  const failed = isAllFailed ? null : failureFinding(result);
  const stored = result.warnings.filter(({ code }) => code !== "errors" || failed === null);
  const codes = new Set(stored.map(({ code }) => code));
  // The reason of a phase that failed because every operation did is the warning.
  const isKnown = result.state === "complete" || (result.state === "failed" && isAllFailed);
  const found = [
    ...(isKnown ? [] : [incomplete(result)]),
    ...(failed === null ? [] : [failed]),
    ...stored,
    ...(isBuffered(run.target, result) && !codes.has("written-to-cache")
      ? [derived("buffered-writes", "Writes were buffered")]
      : []),
    ...(codes.has("served-from-cache") ? [] : partlyCached(run, result)),
    ...rateChange(result),
    ...smallSample(result),
  ];
  return found.map((warning) => ({ ...warning, result }));
}

function derived(code: keyof typeof DERIVED, fact: string, event: Partial<WarningEvent> = {}) {
  const row = derivedRow(code);
  const message = `${fact}. ${row?.effect} ${row?.remedy}`;
  return { code, message, event: { name: row?.event ?? code, ...event } };
}

function incomplete({ state, reason }: PhaseResult): Warning {
  const why = reason === null ? "" : `: ${reason}`;
  return { code: "incomplete", message: sentence(`The phase ${STATE_WORDS[state]}${why}`) };
}

/** Failed operations by kind; null without any. */
function failureFinding(result: PhaseResult): Warning | null {
  const { errors = 0, unfinished = 0 } = overall(result) ?? {};
  const failed = result.state === "partial" ? errors : errors - unfinished;
  if (failed === 0) return null;
  const kinds = result.errors
    .filter(({ code }) => code !== UNFINISHED)
    .map(({ count, operation, code }) => `${formatCount(count)} ${operation} ${code}`);
  const named = kinds.length > 0 ? ` (${kinds.join(", ")})` : "";
  const operations = failed === 1 ? "operation" : "operations";
  const { event: name, effect, remedy } = WARNING_ROWS.errors;
  const message = `${formatCount(failed)} ${operations} failed${named}. ${effect} ${remedy}`;
  return { code: "errors", message, event: { name, value: failed, unit: "count" } };
}

function partlyCached(run: Run, result: PhaseResult): readonly Warning[] {
  const share = cachedShare(run, result);
  if (share === null || share.low < 0.005) return [];
  const known = capitalized(shareWords(share));
  const fact = `${known} of the bytes read did not come from the storage`;
  return [derived("partly-cached", fact, { value: share.low, unit: "share" })];
}

function rateChange(result: PhaseResult): readonly Warning[] {
  const fact = rateChangeFact(result);
  return fact === null ? [] : [derived("rate-changed", fact)];
}

function smallSample(result: PhaseResult): readonly Warning[] {
  const found = sampleCaveats(result.elapsedNs, overall(result));
  return found.length === 0 ? [] : [{ code: "small-sample", message: found.join(" ") }];
}

/** Smallest distance of two levels, a share of the lower one, that makes their mean misleading. */
const NOTABLE_SHARE = 0.5;

/** A change of the rate in the reported part: its mean is neither level. Null: none of note. */
function rateChangeFact(result: PhaseResult): string | null {
  const rates = reportedRates(result);
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  if (rates.length < 2 || high < low * (1 + NOTABLE_SHARE)) return null;
  const steps = rates.map((rate) => `${formatIops(rate)}/s`);
  return `The rate changed during the phase: ${steps.join(", then ")}`;
}
