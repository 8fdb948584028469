import type { ComparedCell } from "../../metrics/compare/cells.ts";
import type { ComparedRun } from "../../metrics/compare/columns.ts";
import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import type { Text } from "../parts/document.ts";
import { formatCount, formatShare, STATE_WORDS, sentence } from "../parts/format.ts";

/** From this share of cached bytes on a reader is told, whether or not the run warned. */
const NOTABLE_CACHE_SHARE = 0.005;

/** What must be known of a row's cells: none, not complete, errors, warnings, which repetition. */
export function remarks(runs: readonly ComparedRun[], row: ComparedRow): readonly Text[] {
  return row.cells.flatMap((one, index) => {
    const found = one.absent === null ? [...state(one), ...doubts(one)] : [absence(one)];
    return labelled(runs[index], found);
  });
}

/** The same by name only, so that rows of a long table share their notes. */
export function shortRemarks(runs: readonly ComparedRun[], row: ComparedRow): readonly Text[] {
  return row.cells.flatMap((one, index) => {
    if (one.absent !== null) return labelled(runs[index], [absence(one)]);
    const names = one.warnings.map((warning) => warning.code);
    if (one.state !== "complete") names.unshift("not complete");
    if (one.errors > 0) names.push("errors");
    if (notablyCached(one)) names.push("served-from-cache");
    if (one.bufferedWrites) names.push("buffered-writes");
    if (one.sampleCaveats.length > 0) names.push("small-sample");
    return labelled(
      runs[index],
      [...new Set(names)].map((name) => `${name}.`),
    );
  });
}

/** Why a column has nothing at all for a scenario. */
export function missingRuns(comparison: Comparison, scenario: ScenarioComparison): readonly Text[] {
  const absent = comparison.labels.filter(
    (label) => !scenario.runs.some((run) => run.label === label || run.target === label),
  );
  return absent.map((label) => {
    const told = comparison.notRun.find(
      (one) => one.scenario === scenario.scenario && one.target === label,
    );
    const reason = told?.reason ?? `no run of ${scenario.scenario} was given`;
    return [{ strong: label }, `: No number: ${sentence(reason)}`];
  });
}

function labelled(run: ComparedRun | undefined, found: readonly string[]): readonly Text[] {
  return found.map((text) => [{ strong: run?.label ?? "" }, `: ${text}`]);
}

function absence(one: ComparedCell): string {
  return `No number: ${sentence(one.absent ?? "")}`;
}

function state(one: ComparedCell): readonly string[] {
  if (one.state === null || one.state === "complete") return [];
  return [`The phase ${STATE_WORDS[one.state]}.`];
}

function doubts(one: ComparedCell): readonly string[] {
  const found: string[] = [];
  if (one.errors > 0) {
    found.push(`${formatCount(one.errors)} operations failed or never completed: in no rate.`);
  }
  if (one.repetitions > 1 && one.repetition !== null) found.push(repetitionsText(one));
  const told = new Set(one.warnings.map((warning) => warning.code));
  for (const warning of one.warnings) {
    if (warning.code !== "errors" || one.errors === 0) found.push(sentence(warning.message));
  }
  if (notablyCached(one) && !told.has("served-from-cache")) {
    const share = formatShare(one.servedFromCacheShare);
    found.push(`Served from cache: ${share} of the bytes read did not come from the device.`);
  }
  if (one.bufferedWrites) {
    found.push("Writes were complete when the page cache had them, before the device has.");
  }
  return [...found, ...one.sampleCaveats];
}

/** `Medians of 3 of 4 repetitions.`: those that did not end well are not among them. */
function repetitionsText({ compared, repetitions }: ComparedCell): string {
  if (compared === 1) return `One of ${repetitions} repetitions.`;
  return compared === repetitions
    ? `Medians of ${repetitions} repetitions.`
    : `Medians of ${compared} of ${repetitions} repetitions.`;
}

function notablyCached(one: ComparedCell): boolean {
  return (one.servedFromCacheShare ?? 0) >= NOTABLE_CACHE_SHARE;
}
