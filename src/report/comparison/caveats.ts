import type { ComparedCell } from "../../metrics/compare/cells.ts";
import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import type { Text } from "../parts/document.ts";
import { formatCount, formatShare, STATE_WORDS, sentence } from "../parts/format.ts";
import { type ColumnNames, workloadName } from "./names.ts";

/** Share of cached bytes from which a caveat says so, whether or not the run has a warning. */
const NOTABLE_CACHE_SHARE = 0.005;

/** One statement about the numbers of one column in one workload. */
interface Remark {
  readonly label: string;
  readonly place: string;
  readonly text: string;
  /** Equal for statements that differ only in their numbers; one of them stands for all. */
  readonly group: string;
}

/** A statement and all that it applies to. */
export interface GroupedRemark {
  readonly text: string;
  readonly labels: readonly string[];
  /** Workloads; null if it applies to all of the comparison. */
  readonly places: readonly string[] | null;
}

/** Remarks of one kind over all columns and workloads, equal ones as one. */
export function groupedRemarks(
  comparison: Comparison,
  kind: "caveats" | "repetitions",
): readonly GroupedRemark[] {
  const { scenarios } = comparison;
  const placeOf = (scenario: ScenarioComparison, row: ComparedRow): string =>
    scenarios.length === 1 ? workloadName(row) : `${scenario.scenario} ${workloadName(row)}`;
  const found = scenarios.flatMap((scenario) =>
    scenario.rows.flatMap((row) =>
      row.cells.flatMap((one, at): readonly Remark[] => {
        const texts = kind === "caveats" ? caveatsOf(one) : repetitionsOf(one);
        const label = scenario.runs[at]?.label ?? "";
        return texts.map((found) => ({ label, place: placeOf(scenario, row), ...found }));
      }),
    ),
  );
  const all = new Set(scenarios.flatMap((one) => one.rows.map((row) => placeOf(one, row))));
  return [...byPlaces(found)].map((one) => ({
    ...one,
    places: one.places.length === all.size ? null : one.places,
  }));
}

/** Groups similar statements of a column, then equal groups of several columns. */
function byPlaces(remarks: readonly Remark[]) {
  const ofColumn = Map.groupBy(remarks, ({ label, group }) => JSON.stringify([label, group]));
  const groups = [...ofColumn.values()].map((group) => ({
    text: `${group.some(({ text }) => text !== group[0]?.text) ? "e.g. " : ""}${group[0]?.text}`,
    label: group[0]?.label ?? "",
    places: [...new Set(group.map(({ place }) => place))],
  }));
  const alike = Map.groupBy(groups, ({ text, places }) => JSON.stringify([text, places]));
  return [...alike.values()].map((group) => ({
    text: group[0]?.text ?? "",
    labels: group.map(({ label }) => label),
    places: group[0]?.places ?? [],
  }));
}

/**
 * `local, mix: read: 3 operations failed.`: where a remark applies, then the remark. With at most
 * one place, several are counted: `local, 5 workloads: …`.
 */
export function remarkText(
  { text, labels, places }: GroupedRemark,
  names: ColumnNames,
  maxPlaces = MAX_PLACES,
): Text {
  const columns = labels.flatMap((label, at) => [
    ...(at === 0 ? [] : [", "]),
    { strong: names.get(label) ?? label },
  ]);
  if (places === null) return [...columns, `: ${text}`];
  if (maxPlaces < places.length && maxPlaces === 1) {
    return [...columns, `, ${places.length} workloads: ${text}`];
  }
  const named = places.slice(0, maxPlaces).flatMap((place) => [", ", { code: place }]);
  const more = places.length > maxPlaces ? ` and ${places.length - maxPlaces} more` : "";
  return [...columns, ...named, `${more}: ${text}`];
}

/** Workloads that a remark names; others are counted. */
const MAX_PLACES = 4;

/** `minio: no run of small-files was given.`, one per column without a run of a scenario. */
export function missingRuns(comparison: Comparison): readonly GroupedRemark[] {
  return comparison.scenarios.flatMap(({ scenario, runs }) => {
    const absent = comparison.labels.filter(
      (label) => !runs.some((run) => run.label === label || run.target === label),
    );
    return absent.map((label): GroupedRemark => {
      const skipped = comparison.notRun.find(
        (one) => one.scenario === scenario && one.target === label,
      );
      const text = sentence(
        skipped === undefined
          ? `No run of ${scenario} was given`
          : `${scenario} was not run: ${skipped.reason}`,
      );
      return { text, labels: [label], places: null };
    });
  });
}

/** The same with one item per column, for a screen: `minio: No run of read, write was given.` */
export function missingScenarios(comparison: Comparison): readonly GroupedRemark[] {
  const missing = comparison.scenarios.flatMap(({ scenario, runs }) =>
    comparison.labels
      .filter((label) => !runs.some((run) => run.label === label || run.target === label))
      .map((label) => ({ label, scenario })),
  );
  return [...Map.groupBy(missing, ({ label }) => label)].map(([label, own]): GroupedRemark => {
    const scenarios = own.map(({ scenario }) => scenario).join(", ");
    return { text: `No run of ${scenarios} to compare.`, labels: [label], places: null };
  });
}

type Found = Pick<Remark, "text" | "group">;

function caveatsOf(one: ComparedCell): readonly Found[] {
  const { absent, state, errors, warnings } = one;
  if (absent !== null) return alone([`No result: ${sentence(absent)}`]);
  const found: string[] = [];
  if (state !== null && state !== "complete") found.push(`The phase ${STATE_WORDS[state]}.`);
  if (errors > 0) {
    const plural = errors === 1 ? "operation" : "operations";
    found.push(
      `${formatCount(errors)} ${plural} failed or did not complete. Rates do not include them.`,
    );
  }
  const warned = warnings
    .filter(({ code }) => (code !== "errors" && code !== "all-failed") || errors === 0)
    .map(({ code, message }) => ({ text: sentence(message), group: code }));
  const isWarned = warnings.some(({ code }) => code === "served-from-cache");
  if ((one.servedFromCacheShare ?? 0) >= NOTABLE_CACHE_SHARE && !isWarned) {
    found.push(`${formatShare(one.servedFromCacheShare)} of the bytes read came from a cache.`);
  }
  if (one.bufferedWrites) {
    found.push("Buffered writes: they completed in the page cache, not on the device.");
  }
  const sample = one.sampleCaveats.map(sentence);
  const samples = sample.map((text) => ({ text, group: text.replaceAll(/[\d,]+/g, "") }));
  return [...warned, ...alone(found), ...samples];
}

/** `Medians of 3 of 4 repetitions.`, without those that did not complete. */
function repetitionsOf(one: ComparedCell): readonly Found[] {
  const { absent, compared, repetitions, repetition } = one;
  if (absent !== null || repetitions < 2 || repetition === null) return [];
  if (compared === 1) return alone([`Values of 1 of ${repetitions} repetitions.`]);
  const all = compared === repetitions ? "" : `${compared} of `;
  return alone([`Medians of ${all}${repetitions} repetitions.`]);
}

/** Statements that are grouped only with equal ones. */
function alone(texts: readonly string[]): readonly Found[] {
  return texts.map((text) => ({ text, group: text }));
}
