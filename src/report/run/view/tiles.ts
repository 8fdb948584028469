import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { medianResults, overall } from "../../../metrics/phase-result.ts";
import type { SearchResult } from "../../../model/plan/search.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import type { Tile, Tiles } from "../../parts/document.ts";
import { formatCount, formatIops, formatLatency, formatRate } from "../../parts/format.ts";
import { statisticText } from "../../parts/latency-cell.ts";
import { rateTitle } from "../words/phase.ts";
import { KNEE_SHARE, type Matrix } from "./matrix.ts";

/** At most this many tiles of phases or searches. */
const MAX_TILES = 6;

/** The numbers of a run that a reader looks for first; null without results. */
export function tilesOf(run: Run, matrices: readonly Matrix[]): Tiles | null {
  const { searches = [] } = run;
  const results = medianResults(run);
  const [only] = results;
  const tiles =
    searches.length > 0
      ? searches.flatMap(searchTiles)
      : matrices.length > 0
        ? matrices.flatMap((matrix) => matrixTiles(run, matrix, matrices.length > 1))
        : results.length === 1 && only !== undefined
          ? phaseTiles(run, only)
          : results.length > MAX_TILES
            ? extremeTiles(run, results)
            : results.map((result) => phaseTile(run, result));
  if (tiles.length === 0) return null;
  return { kind: "tiles", tiles: [...tiles.slice(0, MAX_TILES), ...errorTiles(run, results)] };
}

function tile(value: string, label: string, tone: Tile["tone"] = "neutral"): Tile {
  return { value, label, tone };
}

/** Failed operations of all phases; none if every operation succeeded. */
function errorTiles({ phases }: Run, results: readonly PhaseResult[]): readonly Tile[] {
  const errors = phases.reduce((sum, result) => sum + (overall(result)?.errors ?? 0), 0);
  const where = results.length > 1 ? " in all phases" : "";
  return errors === 0 ? [] : [tile(formatCount(errors), `errors${where}`, "bad")];
}

function phaseTiles(run: Run, result: PhaseResult): readonly Tile[] {
  const { openLoop } = result;
  const all = overall(result);
  const latency = all?.response ?? all?.latency;
  const of = all?.response == null ? "" : "response ";
  const offered =
    openLoop === undefined ? "" : ` of ${formatIops(openLoop.offeredPerSecond)} offered`;
  return [
    tile(formatIops(all?.operationsPerSecond), `${rateTitle(run)}${offered}`),
    tile(formatRate(all?.bytesPerSecond), "throughput"),
    tile(statisticText(latency, "p50"), `${of}p50`),
    tile(statisticText(latency, "p99"), `${of}p99`),
  ];
}

/** The rate of one of several phases. */
function phaseTile(run: Run, result: PhaseResult): Tile {
  const all = overall(result);
  const p99 = statisticText(all?.response ?? all?.latency, "p99");
  const rate = formatIops(all?.operationsPerSecond);
  return tile(rate, `${rateTitle(run)} in ${result.phase.name}, p99 ${p99}`);
}

/** The highest rate and the highest p99 of many phases. */
function extremeTiles(run: Run, results: readonly PhaseResult[]): readonly Tile[] {
  const rateOf = (result: PhaseResult) => overall(result)?.operationsPerSecond ?? 0;
  const p99Of = (result: PhaseResult) => {
    const all = overall(result);
    return latencyFigure(all?.response ?? all?.latency, "p99").ns ?? 0;
  };
  const [fastest] = results.toSorted((one, other) => rateOf(other) - rateOf(one));
  const [slowest] = results.toSorted((one, other) => p99Of(other) - p99Of(one));
  if (fastest === undefined || slowest === undefined) return [];
  return [
    tile(formatCount(results.length), "phases"),
    tile(formatIops(rateOf(fastest)), `${rateTitle(run)}, the highest, in ${fastest.phase.name}`),
    tile(formatLatency(p99Of(slowest)), `p99, the highest, in ${slowest.phase.name}`),
  ];
}

function matrixTiles(run: Run, matrix: Matrix, isOneOfSeveral: boolean): readonly Tile[] {
  const { name, setting, lines, knee, best } = matrix;
  const of = isOneOfSeveral ? ` in ${name}` : "";
  const lowest = lines.find(({ points }) => points.includes(best))?.points[0] ?? best;
  const latency = lowest.summary.response ?? lowest.summary.latency;
  const first = statisticText(latency, "p50");
  return [
    tile(formatIops(best.rate), `${rateTitle(run)}${of}, the highest, at ${setting} ${best.value}`),
    tile(first, `p50${of} at ${setting} ${lowest.value}`),
    ...(knee === null
      ? []
      : [
          tile(
            formatLatency(knee.p99Ns),
            `p99${of} at ${setting} ${knee.value}, with ${KNEE_SHARE * 100}% of the highest rate`,
          ),
        ]),
  ];
}

function searchTiles(search: SearchResult): readonly Tile[] {
  const { by, best, slo, capacityPerSecond: capacity, points, ended } = search;
  const objective = slo.join(" and ");
  const isBound = ended !== "found";
  const value =
    best === null
      ? tile("none", `load that meets ${objective}`, "caveat")
      : by === "rate"
        ? tile(`${isBound ? "≥ " : ""}${formatIops(best.value)}/s`, `with ${objective}`)
        : tile(formatCount(best.value), `queue depth with ${objective}`);
  return [
    value,
    ...(best === null || by === "rate"
      ? []
      : [tile(`${formatIops(best.achievedPerSecond)}/s`, "achieved rate there")]),
    ...(capacity === null ? [] : [tile(`${formatIops(capacity)}/s`, "achieved in a closed loop")]),
    tile(formatCount(points.length), "points measured"),
  ];
}
