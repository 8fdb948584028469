import type { SearchPoint, SearchResult } from "../../../model/plan/search.ts";
import type { Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  code,
  paragraph,
  strong,
  type Table,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatIops, MISSING } from "../../parts/format.ts";
import { latencyCell } from "../../parts/latency-cell.ts";
import type { Section } from "../../report.ts";
import { missesWords, searchSentence, soughtWords } from "../words/search.ts";

const RATE: readonly Column[] = tableColumns([["value", "Offered ops/s", "right"]]);
const DEPTH: readonly Column[] = tableColumns([["value", "Queue depth", "right"]]);
const ACHIEVED: readonly Column[] = tableColumns([
  ["operations_per_second", "Achieved ops/s", "right"],
]);
const RESPONSE: readonly Column[] = tableColumns([
  ["response_p50_ns", "response p50", "right"],
  ["response_p99_ns", "response p99", "right"],
]);
const REST: readonly Column[] = tableColumns([
  ["latency_p50_ns", "service p50", "right"],
  ["latency_p99_ns", "service p99", "right"],
  ["met", "Met", "left"],
  ["reason", "Reason", "left"],
]);

/** Results of searches, and latency over load; null without any. */
export function searchSection(run: Run): Section | null {
  const { searches = [] } = run;
  if (searches.length === 0) return null;
  return {
    title: "Search",
    blocks: [
      ...searches.flatMap((search, index) => searchBlocks(search, index)),
      paragraph(READING),
    ],
  };
}

const READING =
  "One row per load. For a repeated load, the row is the repetition with the median p99, and Met " +
  "counts the repetitions that met the objective; more than half must. A point meets it only if " +
  "no operation was dropped, no backlog grew, and no operation failed (unless the objective " +
  "limits errors). The other sections cover the end point only; search.csv and summary.csv have " +
  "all points.";

function searchBlocks(search: SearchResult, index: number): readonly Block[] {
  const which = search.repetition > 1 ? `, repetition ${search.repetition}` : "";
  const looked = [code(search.phase), `${which}: searched for `, ...soughtWords(search), ". "];
  const table = searchTable(search, index === 0 ? "search" : `search-${index + 1}`);
  return [
    paragraph(...looked, ...searchSentence(search)),
    ...(table.rows.length === 0 ? [] : [table]),
  ];
}

/** The loads of a search, the lowest first: rate or queue depth, latencies, and the objective. */
export function searchTable(search: SearchResult, id: string): Table {
  const offers = search.by === "rate";
  const columns = [...(offers ? RATE : DEPTH), ...ACHIEVED, ...(offers ? RESPONSE : []), ...REST];
  const rows = curveOf(search).map((points) => row(search, points));
  return { kind: "table", id, columns, rows, keys: 1 };
}

/** The points by value, the lowest first; a closed loop is the highest load and comes last. */
function curveOf({ points }: SearchResult): readonly (readonly SearchPoint[])[] {
  const byValue = Map.groupBy(points, ({ value }) => value ?? Number.POSITIVE_INFINITY);
  return [...byValue].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function row(search: SearchResult, measured: readonly SearchPoint[]): Cell[] {
  // Short points count only if the search ended before they were measured for longer.
  const long = measured.filter(({ role }) => role !== "short");
  // The result compares repetitions: other points of their load would give another median.
  const repeats = long.filter(({ role }) => role === "repeat");
  const points = repeats.length > 0 ? repeats : long.length > 0 ? long : measured;
  const p99 = (one: SearchPoint): number => one.responseP99Ns ?? one.serviceP99Ns ?? 0;
  const sorted = points.toSorted((a, b) => p99(a) - p99(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) return [];
  const { value, misses } = middle;
  const met = points.filter((one) => one.met === true).length;
  const missed =
    misses.length > 0 ? misses : (points.find((one) => one.met === false)?.misses ?? []);
  const shown = value === search.best?.value ? [strong(valueCell(search, value))] : null;
  return [
    cell(shown ?? valueCell(search, value), value),
    cell(formatIops(middle.achievedPerSecond), middle.achievedPerSecond),
    ...(search.by === "rate"
      ? [latencyCell(middle.responseP50Ns), latencyCell(middle.responseP99Ns)]
      : []),
    latencyCell(middle.serviceP50Ns),
    latencyCell(middle.serviceP99Ns),
    words(middle.met === null ? MISSING : `${met} of ${points.length}`),
    words(missesWords(missed)),
  ];
}

function valueCell({ by }: SearchResult, value: number | null): string {
  if (value === null) return "closed loop";
  return by === "rate" ? formatIops(value) : String(value);
}

/**
 * The run with only the end points of its searches, for the other sections; the last point of a
 * search without an end point.
 */
export function withEndPoints(run: Run): Run {
  const { searches = [] } = run;
  if (searches.length === 0) return run;
  const kept = new Set(
    searches.flatMap(({ points, best }) => {
      const chosen =
        best === null
          ? points.slice(-1)
          : points.filter(({ role, value }) => role === "repeat" && value === best.value);
      return chosen.map(({ phase, repetition }) => `${phase}#${repetition}`);
    }),
  );
  const phases = run.phases.filter(
    ({ pointOf, phase, repetition, state }) =>
      pointOf === undefined || state !== "complete" || kept.has(`${phase.name}#${repetition}`),
  );
  return { ...run, phases };
}
