import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import {
  achievedPerSecond,
  medianResults,
  overall,
  throughputOf,
} from "../../../metrics/phase-result.ts";
import type { SearchResult } from "../../../model/plan/search.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import type { Tile, Tiles } from "../../parts/document.ts";
import { formatCount, formatIops, formatRate, MISSING } from "../../parts/format.ts";
import { figureText, statisticText } from "../../parts/latency-cell.ts";
import { latencyPrefix, rateTitle } from "../words/phase.ts";
import { unknownWords } from "../words/search.ts";
import {
  KNEE_SHARE,
  type Matrix,
  type MatrixLine,
  type MatrixPoint,
  scenarioName,
  settingWords,
} from "./matrix.ts";

/** At most this many tiles of phases or searches. */
const MAX_TILES = 6;

/** The numbers of a run that a reader looks for first; null without results. */
export function tilesOf(run: Run, matrices: readonly Matrix[]): Tiles | null {
  const { searches = [] } = run;
  const results = medianResults(run);
  const [only] = results;
  const groups =
    searches.length > 0
      ? searches.map((search) => searchTiles(search, searchPlace(run, search)))
      : matrices.length > 0
        ? matrices.map((matrix) => matrixTiles(run, matrix))
        : results.length === 1 && only !== undefined
          ? [phaseTiles(run, only)]
          : results.length > MAX_TILES
            ? [extremeTiles(run, results)]
            : results.map((result) => [phaseTile(run, result)]);
  const tiles = shared(groups, MAX_TILES);
  if (tiles.length === 0) return null;
  return { kind: "tiles", tiles: [...tiles, ...errorTiles(run, results)] };
}

/** At most `max` tiles, in their order: the first of each group before the second of any. */
function shared(groups: readonly (readonly Tile[])[], max: number): readonly Tile[] {
  const inTurn = groups
    .flatMap((tiles) => tiles.map((one, turn) => ({ one, turn })))
    .toSorted((first, second) => first.turn - second.turn)
    .slice(0, max)
    .map(({ one }) => one);
  return groups.flat().filter((one) => inTurn.includes(one));
}

/** Names what tiles are about, where the run has more than that: ` in read`. */
function placeIn({ phases }: Pick<Run, "phases">, name: string): string {
  const names = new Set(phases.map((result) => scenarioName(result)));
  return names.size > 1 ? ` in ${name}` : "";
}

function searchPlace(run: Run, { phase, repetition }: SearchResult): string {
  const isRepeated = (run.searches ?? []).some((one) => one.repetition !== 1);
  return placeIn(run, phase) + (isRepeated ? `, repetition ${repetition}` : "");
}

/** Completed operations per second; `–` if none completed. */
function rateOf(summary: Summary | null): string {
  return formatIops(achievedPerSecond(summary));
}

function tile(value: string, label: string, tone: Tile["tone"] = "neutral"): Tile {
  return { value, label, tone };
}

/** Failed operations of all phases; none if every operation succeeded. */
function errorTiles({ phases }: Run, results: readonly PhaseResult[]): readonly Tile[] {
  const errors = phases.reduce((sum, result) => sum + (overall(result)?.errors ?? 0), 0);
  const ofRepetitions = phases.length > results.length ? " in all repetitions" : "";
  const where = results.length > 1 ? " in all phases" : ofRepetitions;
  return errors === 0 ? [] : [tile(formatCount(errors), `errors${where}`, "bad")];
}

function phaseTiles(run: Run, result: PhaseResult): readonly Tile[] {
  const { openLoop } = result;
  const all = overall(result);
  const latency = all?.response ?? all?.latency;
  const of = latencyPrefix(all);
  const { length: repetitions } = run.phases;
  const which =
    repetitions === 1
      ? { rate: "", other: "" }
      : {
          rate: `, median of ${repetitions} repetitions`,
          other: `, repetition ${result.repetition}`,
        };
  const offered =
    openLoop === undefined ? "" : ` of ${formatIops(openLoop.offeredPerSecond)} offered`;
  return [
    tile(rateOf(all), `${rateTitle(run)}${offered}${which.rate}`),
    ...(all !== null && all.operations > 0 && all.bytes === 0
      ? []
      : [tile(formatRate(throughputOf(all)), `throughput${which.other}`)]),
    tile(statisticText(latency, "p50"), `${of}p50${which.other}`),
    tile(statisticText(latency, "p99"), `${of}p99${which.other}`),
  ];
}

/** The rate of one of several phases. */
function phaseTile(run: Run, result: PhaseResult): Tile {
  const all = overall(result);
  const p99 = statisticText(all?.response ?? all?.latency, "p99");
  const of = latencyPrefix(all);
  return tile(rateOf(all), `${rateTitle(run)} in ${result.phase.name}, ${of}p99 ${p99}`);
}

/** The highest rate and the highest p99 of many phases. */
function extremeTiles(run: Run, results: readonly PhaseResult[]): readonly Tile[] {
  const perSecond = (result: PhaseResult) => achievedPerSecond(overall(result)) ?? 0;
  const latencyOf = (result: PhaseResult) => overall(result)?.response ?? overall(result)?.latency;
  const p99Of = (result: PhaseResult) => latencyFigure(latencyOf(result), "p99").ns ?? 0;
  const [fastest] = results.toSorted((one, other) => perSecond(other) - perSecond(one));
  const [slowest] = results.toSorted((one, other) => p99Of(other) - p99Of(one));
  if (fastest === undefined || slowest === undefined) return [];
  const most = rateOf(overall(fastest));
  const prefix = latencyPrefix(overall(slowest));
  return [
    tile(formatCount(results.length), "phases"),
    tile(most, `${rateTitle(run)}, the highest, in ${fastest.phase.name}`),
    tile(
      statisticText(latencyOf(slowest), "p99"),
      `${prefix}p99, the highest, in ${slowest.phase.name}`,
    ),
  ];
}

/** Each tile names all settings of its point: a tile of one line is not true of the others. */
function matrixTiles(run: Run, matrix: Matrix): readonly Tile[] {
  const { name, lines, bestLine } = matrix;
  const of = placeIn(run, name);
  if (lines.length > 1 && lines.length <= MAX_TILES) {
    return lines.map((line) => lineTile(run, matrix, line, of));
  }
  const { best, knee } = bestLine;
  const at = (line: MatrixLine, point: MatrixPoint) => `at ${settingWords(matrix, line, point)}`;
  const lowest = lowestMedian(lines);
  return [
    tile(formatIops(best.rate), `${rateTitle(run)}${of}, the highest, ${at(bestLine, best)}`),
    ...(lowest === undefined
      ? []
      : [
          tile(
            statisticText(lowest.point.latency, "p50"),
            `${timeOf(lowest.point)}p50${of} ${at(lowest.line, lowest.point)}`,
          ),
        ]),
    ...(knee === null
      ? [tile(figureText(best.p99), `${timeOf(best)}p99${of} ${at(bestLine, best)}`)]
      : [
          tile(
            figureText(knee.p99),
            `${timeOf(knee)}p99${of} ${at(bestLine, knee)}, with ${KNEE_SHARE * 100}% of the ` +
              "highest rate",
          ),
        ]),
  ];
}

/** The highest rate of one of several lines. */
function lineTile(run: Run, matrix: Matrix, line: MatrixLine, of: string): Tile {
  const { label, best } = line;
  const where = `the highest with ${label}, at ${matrix.setting} ${best.value}`;
  return tile(
    formatIops(best.rate),
    `${rateTitle(run)}${of}, ${where}, ${timeOf(best)}p99 ${figureText(best.p99)}`,
  );
}

function timeOf({ result }: MatrixPoint): string {
  return latencyPrefix(overall(result));
}

/** The lowest median of the first points of all lines; the first one if none has a median. */
function lowestMedian(lines: Matrix["lines"]) {
  const firsts = lines.flatMap((line) => line.points.slice(0, 1).map((point) => ({ line, point })));
  const medianOf = ({ latency }: MatrixPoint) =>
    latencyFigure(latency, "p50").ns ?? Number.POSITIVE_INFINITY;
  return firsts.toSorted((one, other) => medianOf(one.point) - medianOf(other.point))[0];
}

function searchTiles(search: SearchResult, place: string): readonly Tile[] {
  const { by, wants, best, slo, capacityPerSecond: capacity, points, ended } = search;
  const objective = `${slo.join(" and ")}${place}`;
  const bound = ended === "found" ? "" : wants === "most" ? "≥ " : "≤ ";
  const unknown = unknownWords(search);
  const value =
    unknown !== null
      ? tile(MISSING, `load that meets ${objective}: ${unknown}`, "caveat")
      : best === null
        ? tile("none", `load that meets ${objective}`, "caveat")
        : by === "rate"
          ? tile(`${bound}${formatIops(best.value)}/s`, `with ${objective}`)
          : tile(`${bound}${formatCount(best.value)}`, `queue depth with ${objective}`);
  return [
    value,
    ...(unknown !== null || best === null || by === "rate"
      ? []
      : [tile(`${formatIops(best.achievedPerSecond)}/s`, `achieved rate there${place}`)]),
    ...(capacity === null
      ? []
      : [tile(`${formatIops(capacity)}/s`, `achieved in a closed loop${place}`)]),
    tile(
      formatCount(points.length),
      `${points.length === 1 ? "point" : "points"} measured${place}`,
    ),
  ];
}
