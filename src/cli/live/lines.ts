import { printable } from "../../model/printable.ts";
import { textWidth } from "../../model/text-width.ts";
import {
  formatBytes,
  formatCount,
  formatIops,
  formatLatency,
  formatRate,
} from "../../report/parts/format.ts";
import { sparkline } from "../../report/parts/sparkline.ts";
import type { CleaningProgress, PhaseProgress } from "../../run/request.ts";
import { cut, seconds, span } from "./text.ts";
import type { Remaining } from "./work.ts";

/** A phase whose dataset is written or removed before its load. */
interface Preparation {
  readonly kind: "preparation";
  readonly phase: string;
  /** Step of the preparation, such as `writing dataset data`. */
  readonly what: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly elapsedMs: number;
}

/** A phase under load. */
export interface Load {
  readonly kind: "load";
  readonly phase: string;
  readonly repetition: number;
  readonly repetitions: number;
  /** Length of the warm-up, milliseconds; 0 if the phase has none. */
  readonly warmupMs: number;
  /** Planned length without the warm-up, milliseconds; null if a count ends the phase. */
  readonly totalMs: number | null;
  /** Since the load began, warm-up included. */
  readonly elapsedMs: number;
  /** Since the last closed interval, or since the load began. */
  readonly quietMs: number;
  /** Null before the first interval is closed. */
  readonly progress: PhaseProgress | null;
}

/** The step of a run in progress. */
export type Activity =
  | { readonly kind: "opening" }
  | Preparation
  | Load
  | { readonly kind: "cleanup"; readonly progress: CleaningProgress };

/** Everything that the live view shows at one moment. */
export interface LiveState {
  /** Scenario and target. */
  readonly title: string;
  readonly runs: { readonly at: number; readonly of: number };
  readonly phases: { readonly at: number; readonly of: number };
  readonly elapsedMs: number;
  /** Null if the command has no plan, such as `clean`. */
  readonly remaining: Remaining | null;
  readonly activity: Activity;
  /** Operations per second of each interval of the phase. */
  readonly rates: readonly number[];
  /** One line per phase that ended last, oldest first. */
  readonly recent: readonly string[];
}

const LABEL_WIDTH = 9;
const BAR_WIDTH = 24;
const SPARKLINE_WIDTH = 48;

/** Width that a phase's name keeps on the narrowest terminal. */
const MIN_NAME_WIDTH = 6;

/** A cleanup in which nothing was removed for this long shows its time limit. */
const UNRESPONSIVE_MS = 2000;

/** If no interval of a phase was closed for this long, the phase line says so. */
const QUIET_MS = 5000;

/** Lines of a block, each narrower than `columns` and together fewer than `rows`. */
export function blockLines(
  state: LiveState,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly string[] {
  const width = Math.max(1, columns - 1);
  const room = Math.max(1, rows - 1);
  const { activity, rates, recent } = state;
  const progress = activity.kind === "load" ? activity.progress : null;
  // The rank decides which lines a low terminal keeps; the order on the screen is that below.
  const lines = [
    { rank: 3, text: titleLine(state) },
    { rank: 0, text: totalLine(state, width) },
    { rank: 1, text: labelled("Phase", phaseText(state, width - LABEL_WIDTH)) },
    ...(progress === null ? [] : [{ rank: 2, text: loadLine(progress, width) }]),
    ...(progress === null ? [] : [{ rank: 4, text: rateLine(rates, width) }]),
    ...recent.map((text, index) => ({
      rank: 4 + recent.length - index,
      text: labelled(index === 0 ? "Done" : "", text),
    })),
  ];
  const highest = lines.map(({ rank }) => rank).sort((a, b) => a - b)[room - 1];
  return lines
    .filter(({ rank }) => highest === undefined || rank <= highest)
    .map(({ text }) => cut(printable(text), width));
}

/** One line for a log: phase, progress and time. */
export function statusLine(state: LiveState): string {
  const { activity, elapsedMs, remaining, phases } = state;
  const progress = activity.kind === "load" ? activity.progress : null;
  const numbers = progress === null ? "" : `, ${loadNumbers(progress).join(", ")}`;
  if (remaining === null || activity.kind === "cleanup") return activityText(activity);
  const total = `${seconds(elapsedMs)} elapsed, ${remainingText(remaining)}`;
  return `phase ${phases.at} of ${phases.of}, ${activityText(activity)}${numbers}; ${total}`;
}

function titleLine({ title, runs }: LiveState): string {
  return runs.of > 1 ? `${title}, run ${runs.at} of ${runs.of}` : title;
}

function totalLine({ elapsedMs, remaining }: LiveState, width: number): string {
  if (remaining === null) return labelled("Total", `${seconds(elapsedMs)} elapsed`);
  const share = elapsedMs + remaining.ms <= 0 ? 0 : elapsedMs / (elapsedMs + remaining.ms);
  const times = `${seconds(elapsedMs)} elapsed, ${remainingText(remaining)}`;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const room = width - LABEL_WIDTH - times.length - percent.length - 3;
  const bar = room < 8 ? "" : `${barOf(share, Math.min(BAR_WIDTH, room))} `;
  return labelled("Total", `${bar}${percent}  ${times}`);
}

function barOf(share: number, width: number): string {
  const filled = Math.min(width, Math.floor(share * width));
  return "█".repeat(filled) + "░".repeat(width - filled);
}

function remainingText({ ms, isLowerBound }: Remaining): string {
  if (!isLowerBound) return `about ${seconds(ms)} left`;
  if (ms < 1000) return "remaining time unknown";
  return `about ${seconds(ms)} left, plus work without an estimate`;
}

/** The phase line; a long name is cut before any number. */
function phaseText({ activity, phases }: LiveState, width: number): string {
  if (activity.kind === "opening" || activity.kind === "cleanup") return activityText(activity);
  const before = `${phases.at} of ${phases.of}, `;
  const after = activityText({ ...activity, phase: "" });
  const room = Math.max(MIN_NAME_WIDTH, width - textWidth(before) - textWidth(after));
  return `${before}${cut(printable(activity.phase), room)}${after}`;
}

function activityText(activity: Activity): string {
  switch (activity.kind) {
    case "opening":
      return "opening the target";
    case "preparation":
      return preparationText(activity);
    case "load":
      return loadText(activity);
    case "cleanup":
      return cleanupText(activity.progress);
  }
}

function preparationText(activity: Preparation): string {
  const { phase, what, doneBytes, totalBytes, elapsedMs } = activity;
  if (totalBytes === 0) return `${phase}: ${what}`;
  const parts = [`${what}`, `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`];
  if (doneBytes > 0 && elapsedMs > 0) {
    const perMs = doneBytes / elapsedMs;
    parts.push(formatRate(perMs * 1000));
    if (doneBytes < totalBytes) parts.push(`${seconds((totalBytes - doneBytes) / perMs)} left`);
  }
  return `${phase}: ${parts.join(", ")}`;
}

function loadText(load: Load): string {
  const { phase, repetition, repetitions, quietMs } = load;
  const which = repetitions > 1 ? `, repetition ${repetition} of ${repetitions}` : "";
  const quiet = quietMs < QUIET_MS ? "" : `, no update for ${seconds(quietMs)}`;
  return `${phase}${which}: ${loadTime(load)}${quiet}`;
}

function loadTime({ progress, elapsedMs, warmupMs, totalMs }: Load): string {
  if (progress === null && elapsedMs < Math.max(500, warmupMs)) {
    const warmup = warmupMs === 0 ? "" : `, warm-up of ${seconds(warmupMs)}`;
    return elapsedMs < 500 ? `load started${warmup}` : `warm-up, ${span(elapsedMs, warmupMs)}`;
  }
  if (totalMs !== null) return span(elapsedMs - warmupMs, totalMs);
  if (progress === null) return seconds(elapsedMs);
  const { doneShare } = progress;
  const share = doneShare === null ? "" : `, ${Math.floor(Math.min(1, doneShare) * 100)}% done`;
  return `${seconds(elapsedMs)}${share}`;
}

function loadNumbers(progress: PhaseProgress): readonly string[] {
  const { operationsPerSecond, bytesPerSecond, p99Ns, errors } = progress;
  return [
    `${formatIops(operationsPerSecond)} ops/s`,
    formatRate(bytesPerSecond),
    `p99 ${formatLatency(p99Ns)}`,
    `${formatCount(errors)} errors`,
  ];
}

/** Rate, throughput, latency and errors; a narrow terminal keeps the rate and the errors. */
function loadLine(progress: PhaseProgress, width: number): string {
  const [rate = "", throughput = "", latency = "", errors = ""] = loadNumbers(progress);
  const choices = [
    [rate, throughput, latency, errors],
    [rate, latency, errors],
    [rate, errors],
  ];
  const fits = (parts: readonly string[]) => LABEL_WIDTH + parts.join("   ").length <= width;
  return labelled("Load", (choices.find(fits) ?? [rate, errors]).join("   "));
}

function rateLine(rates: readonly number[], width: number): string {
  const most = `  max ${formatIops(Math.max(0, ...rates))} ops/s`;
  const room = Math.min(SPARKLINE_WIDTH, width - LABEL_WIDTH - most.length);
  return labelled("Rate", `${sparkline(rates, Math.max(1, room))}${most}`);
}

function cleanupText({ doneBytes, totalBytes, silentMs, leftMs }: CleaningProgress): string {
  const done = totalBytes === 0 ? "" : `, ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
  const quiet =
    silentMs < UNRESPONSIVE_MS
      ? ""
      : `, no response for ${Math.floor(silentMs / 1000)} s, ends in ` +
        `${Math.ceil(leftMs / 1000)} s; Ctrl-C ends it now`;
  return `removing the data${done}${quiet}`;
}

function labelled(label: string, text: string): string {
  return label.padEnd(LABEL_WIDTH) + text;
}
