import { type LatencyFigure, latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { medianResults, overall } from "../../../metrics/phase-result.ts";
import type { LatencySummary } from "../../../model/run/latency.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";

/** A point of a matrix: the median repetition of one of its phases. */
export interface MatrixPoint {
  /** Value of the varied setting, as written: `16`. */
  readonly value: string;
  readonly result: PhaseResult;
  /** Operations per second. */
  readonly rate: number;
  /** Response time of an open loop, else service time; null if it was not recorded. */
  readonly latency: LatencySummary | null;
  readonly p99: LatencyFigure;
}

/** Points that differ only in the varied setting, in the order of its values. */
export interface MatrixLine {
  /** The other settings: `block size 16KiB`; empty without others. */
  readonly label: string;
  readonly points: readonly MatrixPoint[];
  /** Point with the highest rate. */
  readonly best: MatrixPoint;
  /**
   * First point with 90% of the highest rate; null if the setting is not a load, and if that point
   * is the last one: the rate still rose.
   */
  readonly knee: MatrixPoint | null;
  /** Whether the rate still rose at the last value of a load. */
  readonly isRising: boolean;
}

/** Phases that a matrix made of one phase of the scenario. */
export interface Matrix {
  /** Name of the phase in the scenario. */
  readonly name: string;
  /** Name of the varied setting: `queue depth`. */
  readonly setting: string;
  readonly lines: readonly MatrixLine[];
  /** Line with the highest rate. */
  readonly bestLine: MatrixLine;
  /** Points without a completed operation, which are in no line. */
  readonly emptyPoints: number;
}

/** `queue depth 16 and block size 4KiB`: all settings of a point of a matrix. */
export function settingWords(
  { setting }: Matrix,
  { label }: MatrixLine,
  { value }: MatrixPoint,
): string {
  return `${setting} ${value}${label === "" ? "" : ` and ${label}`}`;
}

/** Settings that increase the load, in the order of preference. */
const LOADS = ["hosts", "queueDepth", "workers", "rate", "partConcurrency"];

const WORDS: Readonly<Record<string, string>> = {
  queueDepth: "queue depth",
  blockSize: "block size",
  partConcurrency: "part concurrency",
  partSize: "part size",
};

/** Share of the highest rate that is reached at the knee. */
export const KNEE_SHARE = 0.9;

/** The matrices of a run with at least three points each. */
export function matricesOf(run: Run): readonly Matrix[] {
  const phases = run.phases.filter(
    ({ phase, pointOf }) => pointOf === undefined && Object.keys(phase.matrix).length > 0,
  );
  const groups = Map.groupBy(phases, (result) => scenarioName(result));
  return [...groups].flatMap(([name, results]) => matrixOf(name, results) ?? []);
}

/** Name in the scenario of the phase that a matrix or a search made phases of. */
export function scenarioName({ phase, pointOf }: PhaseResult): string {
  const isMade = Object.keys(phase.matrix).length > 0;
  return pointOf ?? (isMade ? (phase.name.split("[")[0] ?? phase.name) : phase.name);
}

function matrixOf(name: string, results: readonly PhaseResult[]): Matrix | null {
  const measured = medianResults({ phases: results });
  const setting = variedSetting(measured);
  if (setting === null) return null;
  const points = measured.flatMap((result) => pointOf(result, setting) ?? []);
  const lines = [...Map.groupBy(points, ({ result }) => otherSettings(result, setting))].flatMap(
    ([label, list]) => lineOf(label, list, LOADS.includes(setting)),
  );
  const [bestLine] = lines.toSorted((one, other) => other.best.rate - one.best.rate);
  if (bestLine === undefined || points.length < 3) return null;
  return {
    name,
    setting: WORDS[setting] ?? setting,
    lines,
    bestLine,
    emptyPoints: measured.length - points.length,
  };
}

function lineOf(
  label: string,
  list: readonly MatrixPoint[],
  isLoad: boolean,
): readonly MatrixLine[] {
  const points = list.toSorted(byValue);
  const [best] = list.toSorted((one, other) => other.rate - one.rate);
  if (best === undefined || best.rate <= 0) return [];
  const knee = points.find(({ rate }) => rate >= KNEE_SHARE * best.rate) ?? null;
  const isRising = isLoad && points.length > 1 && knee === points.at(-1);
  return [{ label, points, best, knee: isLoad && !isRising ? knee : null, isRising }];
}

/** The setting along a line: a load if one differs, else the one with the most values. */
function variedSetting(results: readonly PhaseResult[]): string | null {
  const keys = [...new Set(results.flatMap(({ phase }) => Object.keys(phase.matrix)))];
  const count = (key: string): number =>
    new Set(results.map(({ phase }) => phase.matrix[key])).size;
  const load = LOADS.find((key) => keys.includes(key) && count(key) > 1);
  return load ?? keys.toSorted((one, other) => count(other) - count(one))[0] ?? null;
}

function pointOf(result: PhaseResult, setting: string): MatrixPoint | null {
  const summary = overall(result);
  const value = result.phase.matrix[setting];
  if (summary === null || value === undefined || summary.operations === 0) return null;
  const latency = summary.response ?? summary.latency;
  const p99 = latencyFigure(latency, "p99");
  return { value, result, rate: summary.operationsPerSecond, latency, p99 };
}

function otherSettings({ phase }: PhaseResult, setting: string): string {
  return Object.entries(phase.matrix)
    .filter(([key]) => key !== setting)
    .map(([key, value]) => `${WORDS[key] ?? key} ${value}`)
    .join(", ");
}

/** Numbers by size; other values keep the order of the scenario. */
function byValue(one: MatrixPoint, other: MatrixPoint): number {
  const difference = Number.parseFloat(one.value) - Number.parseFloat(other.value);
  const isNumber = [one, other].every(({ value }) => /^\d+(\.\d+)?(\/s)?$/.test(value));
  return isNumber && Number.isFinite(difference) ? difference : 0;
}
