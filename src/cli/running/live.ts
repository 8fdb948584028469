import type { PhasePlan } from "../../model/plan/plan.ts";
import type { SearchPoint } from "../../model/plan/search.ts";
import { printable } from "../../model/printable.ts";
import type { PhaseResult, Run, Warning } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatIops,
  formatLatency,
  formatRate,
} from "../../report/parts/format.ts";
import { verdictWords } from "../../report/run/words/search.ts";
import { CLEANUP_NOTE } from "../../run/cleanup.ts";
import type { CleaningProgress, PhaseProgress, RunEvents } from "../../run/request.ts";
import type { Console } from "../console.ts";

/** A terminal's line is redrawn this often; elsewhere a new one is written. */
const REDRAW_MS = 200;
const LINE_MS = 10_000;

/** From here on a clean-up in which nothing is removed is reported as such. */
const SILENT_MS = 2000;

/** What is left of a phase's name on the narrowest terminal. */
const SHORTEST_NAME = 6;

/**
 * Tells on stderr how a run goes: one line that is redrawn on a terminal, a line every 10 s
 * elsewhere.
 */
export class LiveLine implements RunEvents {
  private readonly console: Console;
  private readonly quiet: boolean;
  private readonly nowMs: () => number;
  private shownMs = Number.NEGATIVE_INFINITY;
  private drawn = false;
  private cleansUp = false;
  private silent = false;
  private readonly said = new Set<string>();

  constructor(console: Console, quiet: boolean, nowMs: () => number) {
    this.console = console;
    this.quiet = quiet;
    this.nowMs = nowMs;
  }

  started(run: Run, folder: string): void {
    const { name, kind } = run.target;
    this.line(`${run.plan.name} on ${name} (${kind}), stored in ${folder}`);
    for (const { message } of run.warnings) this.console.error(`warning: ${message}\n`);
  }

  preparing(phase: PhasePlan, doneBytes: number, totalBytes: number, what: string): void {
    const done = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
    this.show(`${phase.name}: preparing ${what}, ${done}`);
  }

  /** Said even where nothing else is, but once: the load may not be what was meant. */
  warned(phase: PhasePlan, message: string): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.clear();
    this.console.error(`warning: ${phase.name}: ${message}\n`);
  }

  measuring(phase: PhasePlan, repetition: number): void {
    this.shownMs = Number.NEGATIVE_INFINITY;
    this.show(`${phase.name}: repetition ${repetition}`);
    this.shownMs = this.nowMs();
  }

  progress(progress: PhaseProgress): void {
    const { phase, repetition, repetitions, elapsedNs, totalNs, errors } = progress;
    const which = repetitions > 1 ? `${phase.name} (${repetition}/${repetitions})` : phase.name;
    const left = totalNs === null ? "" : `, ${formatDuration(totalNs - elapsedNs)} left`;
    const numbers = [
      `${formatDuration(elapsedNs)}${left}`,
      `${formatIops(progress.operationsPerSecond)} ops/s`,
      `${formatRate(progress.bytesPerSecond)}`,
      `p99 ${formatLatency(progress.p99Ns)}`,
      `${formatCount(errors)} errors`,
    ].join("  ");
    this.show(`${this.fitted(which, numbers.length + 2)}: ${numbers}`);
  }

  finished(result: PhaseResult): void {
    const all = result.summaries[0];
    const state = result.state === "complete" ? "" : ` [${result.state}: ${result.reason ?? ""}]`;
    this.line(
      `${result.phase.name}: ${formatIops(all?.operationsPerSecond)} ops/s, ` +
        `${formatRate(all?.bytesPerSecond)}, p99 ${formatLatency(all?.latency?.p99Ns)}, ` +
        `${formatCount(all?.errors)} errors${state}`,
    );
  }

  judged(point: SearchPoint): void {
    const words = verdictWords(point);
    if (words !== null) this.line(words);
  }

  /** Whether the clean-up goes on. */
  get cleans(): boolean {
    return this.cleansUp;
  }

  cleaning({ doneBytes, totalBytes, silentMs, leftMs }: CleaningProgress): void {
    this.cleansUp = true;
    const done =
      totalBytes === 0 ? "" : `, ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
    const silent =
      silentMs < SILENT_MS
        ? ""
        : `, no response for ${Math.floor(silentMs / 1000)} s, given up in ` +
          `${Math.ceil(leftMs / 1000)} s; Ctrl-C leaves now`;
    // The first of these is not to wait for its turn: until then the command seems to hang.
    if (silent !== "" && !this.silent) this.shownMs = Number.NEGATIVE_INFINITY;
    this.silent = silent !== "";
    this.show(`removing the data${done}${silent}`);
  }

  /** Said even where nothing else is. */
  left({ code, message }: Warning): void {
    this.clear();
    const heading = code === CLEANUP_NOTE ? "clean-up" : "left in the target";
    this.console.error(`${heading}: ${message}\n`);
  }

  /** Takes the redrawn line away. */
  clear(): void {
    if (this.drawn) this.console.redraw("");
    this.drawn = false;
  }

  /** A long name of a matrix is cut before a number is: the last of them counts errors. */
  private fitted(name: string, othersLength: number): string {
    const room = Math.max(SHORTEST_NAME, this.console.columns - 1 - othersLength);
    return this.console.live && name.length > room ? `${name.slice(0, room - 1)}…` : name;
  }

  private show(text: string): void {
    if (this.quiet) return;
    const now = this.nowMs();
    if (now - this.shownMs < (this.console.live ? REDRAW_MS : LINE_MS)) return;
    this.shownMs = now;
    if (!this.console.live) {
      this.console.error(`${text}\n`);
      return;
    }
    this.console.redraw(printable(text).slice(0, this.console.columns - 1));
    this.drawn = true;
  }

  private line(text: string): void {
    if (this.quiet) return;
    this.clear();
    this.console.error(`${text}\n`);
  }
}

/** What takes longer than this without a word seems to hang. */
const TELL_MS = 2000;

/**
 * Says on stderr, once, which endpoint is waited for, if that takes longer than two seconds. Only
 * where nothing else is said; for targets that are no bucket, nothing is.
 *
 * @returns what ends the wait; calling it again does no harm
 */
export function sayWaiting(console: Console, { address }: TargetSpec): () => void {
  if (address.kind !== "bucket") return () => {};
  const endpoint = address.endpoint ?? `the S3 endpoint of region ${address.region}`;
  const timer = setTimeout(() => console.error(`waiting for ${endpoint} …\n`), TELL_MS);
  return () => clearTimeout(timer);
}

/** Awaits something of a target; see `sayWaiting`. */
export async function awaited<Value>(
  console: Console,
  target: TargetSpec,
  work: Promise<Value>,
): Promise<Value> {
  const over = sayWaiting(console, target);
  try {
    return await work;
  } finally {
    over();
  }
}
