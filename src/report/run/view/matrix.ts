import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { medianResults, overall } from "../../../metrics/phase-result.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";

/** A point of a matrix: the median repetition of one of its phases. */
export interface MatrixPoint {
  /** Value of the varied setting, as written: `16`. */
  readonly value: string;
  readonly result: PhaseResult;
  readonly summary: Summary;
  /** Operations per second. */
  readonly rate: number;
  /** Response time of an open loop, else service time; null with too few operations. */
  readonly p99Ns: number | null;
}

/** Points that differ only in the varied setting, in the order of its values. */
interface MatrixLine {
  /** The other settings: `block size 16KiB`; empty without others. */
  readonly label: string;
  readonly points: readonly MatrixPoint[];
}

/** Phases that a matrix made of one phase of the scenario. */
export interface Matrix {
  /** Name of the phase in the scenario. */
  readonly name: string;
  /** Name of the varied setting: `queue depth`. */
  readonly setting: string;
  readonly lines: readonly MatrixLine[];
  /** First point of its line with 90% of the highest rate; null if the setting is not a load. */
  readonly knee: MatrixPoint | null;
  /** Point with the highest rate. */
  readonly best: MatrixPoint;
}

/** Settings that increase the load, in the order of preference. */
const LOADS = ["queueDepth", "workers", "rate", "partConcurrency"];

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
  const groups = Map.groupBy(phases, ({ phase }) => phase.name.split("[")[0] ?? phase.name);
  return [...groups].flatMap(([name, results]) => matrixOf(name, results) ?? []);
}

function matrixOf(name: string, results: readonly PhaseResult[]): Matrix | null {
  const measured = medianResults({ phases: results });
  const setting = variedSetting(measured);
  if (setting === null) return null;
  const points = measured.flatMap((result) => pointOf(result, setting) ?? []);
  const best = points.toSorted((one, other) => other.rate - one.rate)[0];
  if (best === undefined || points.length < 3 || best.rate <= 0) return null;
  const lines = [...Map.groupBy(points, ({ result }) => otherSettings(result, setting))].map(
    ([label, list]) => ({ label, points: list.toSorted(byValue) }),
  );
  return {
    name,
    setting: WORDS[setting] ?? setting,
    lines,
    knee: LOADS.includes(setting) ? kneeOf(lines, best) : null,
    best,
  };
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
  const p99Ns = latencyFigure(summary.response ?? summary.latency, "p99").ns;
  return { value, result, summary, rate: summary.operationsPerSecond, p99Ns };
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

function kneeOf(lines: readonly MatrixLine[], best: MatrixPoint): MatrixPoint | null {
  const line = lines.find(({ points }) => points.includes(best));
  return line?.points.find(({ rate }) => rate >= KNEE_SHARE * best.rate) ?? null;
}
