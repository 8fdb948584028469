/**
 * Progress on stderr while a command runs. `LiveView` (this file) follows the events of its runs;
 * `work.ts` and `steps.ts` estimate the time that the whole command still takes, `lines.ts` lays
 * out the text; `block.ts` redraws it on a terminal, elsewhere a line is written every 10 s. The
 * load's threads do not wait for any of it. `waiting.ts` reports an endpoint that does not respond.
 */

import { warmupMs } from "../../model/plan/intervals.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { SearchPoint } from "../../model/plan/search.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { PhaseResult, Run, Warning } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { verdictWords } from "../../report/run/words/search.ts";
import { CLEANUP_NOTE } from "../../run/cleanup.ts";
import type { CleaningProgress, PhaseProgress, RunEvents } from "../../run/request.ts";
import type { Console } from "../console.ts";
import { Block } from "./block.ts";
import { type Activity, blockLines, type LiveState, type Load, statusLine } from "./lines.ts";
import { resultLine } from "./result-line.ts";
import { totalMs } from "./steps.ts";
import type { CommandWork } from "./work.ts";

/** A block is redrawn this often; without a terminal, a line is written this often. */
const REDRAW_MS = 200;
const LINE_MS = 10_000;
/** Without a terminal, a step without bytes has a line if it takes longer. */
const SHORT_MS = 1000;

/**
 * If the main thread did not run for this long, something else may have written to the terminal:
 * the thread of `cli/ending`, or a shell while the process was stopped.
 */
const BLOCKED_MS = 1900;

/** Phases that have ended and are still shown in the block. */
const MAX_RECENT = 4;

/** A cleanup in which nothing was removed for this long is shown at once. */
const UNRESPONSIVE_MS = 2000;

/** Shows the progress of a command's runs on stderr. */
export class LiveView implements RunEvents {
  private readonly console: Console;
  private readonly quiet: boolean;
  private readonly nowMs: () => number;
  private readonly work: CommandWork | null;
  private readonly block: Block | null;
  private readonly startedMs: number;
  private timer: NodeJS.Timeout | undefined;
  private title = "";
  /** Directory for the run; null after it was shown. */
  private folder: string | null = null;
  private activity: Activity | null = null;
  private since = { startMs: 0, intervalMs: 0 };
  private rates: number[] = [];
  private recent: string[] = [];
  private lineMs = Number.NEGATIVE_INFINITY;
  private tickMs = Number.NEGATIVE_INFINITY;
  private cleansUp = false;
  /** Whether the load of `activity` has ended: it is not of the phase that the work is at. */
  private hasEnded = false;
  private readonly warnings = new Set<string>();

  /** `work`: the runs of the command; null if it has none, such as `clean`. */
  constructor(
    console: Console,
    options: { readonly quiet: boolean; readonly work: CommandWork | null },
    nowMs: () => number,
  ) {
    this.console = console;
    this.quiet = options.quiet;
    this.work = options.work;
    this.nowMs = nowMs;
    this.startedMs = nowMs();
    this.block = console.terminal === null || this.quiet ? null : new Block(console.terminal);
  }

  /** Redraws by itself from now on, until `close` is called. */
  open(): void {
    if (this.quiet) return;
    if (this.block !== null) this.console.beforeOutput(() => this.clear());
    this.timer = setInterval(() => this.tick(), REDRAW_MS);
    this.timer.unref();
  }

  /** Removes the block and stops redrawing. */
  close(): void {
    clearInterval(this.timer);
    this.end();
    this.console.beforeOutput(null);
  }

  /** Removes the block until it is drawn again. */
  clear(): void {
    this.block?.clear();
  }

  /** A run of the command starts. */
  begin(plan: Plan, target: TargetSpec): void {
    this.work?.begin(plan, target);
    this.title = `${pairName({ plan, target })} (${target.kind})`;
    this.folder = null;
    this.recent = [];
    this.cleansUp = false;
    this.warnings.clear();
    this.activity = { kind: "opening" };
  }

  /** The run has ended: removes the block. */
  end(): void {
    this.work?.end();
    this.activity = null;
    this.clear();
  }

  started(run: Run, folder: string): void {
    this.folder = folder;
    for (const { message } of run.warnings) this.console.error(`warning: ${message}\n`);
  }

  preparing(phase: PhasePlan, doneBytes: number, totalBytes: number, what: string): void {
    this.work?.preparing(phase.name, doneBytes, totalBytes);
    const { activity } = this;
    const now = this.nowMs();
    const isSame = activity?.kind === "preparation" && activity.what === what;
    if (!isSame || doneBytes === 0) this.since = { ...this.since, startMs: now };
    const step = { phase: phase.name, what, doneBytes, totalBytes };
    this.activity = { kind: "preparation", ...step, elapsedMs: now - this.since.startMs };
    if (doneBytes + totalBytes === 0) this.lineMs = Math.max(this.lineMs, now - LINE_MS + SHORT_MS);
    this.tick();
  }

  /** Written even with `--quiet`, but each message once per run. */
  warned(phase: PhasePlan, message: string): void {
    if (this.warnings.has(message)) return;
    this.warnings.add(message);
    this.console.error(`warning: ${phase.name}: ${message}\n`);
  }

  measuring(phase: PhasePlan, repetition: number, repetitions: number): void {
    this.work?.measuring(phase.name);
    // A run without any load is not stored.
    if (this.folder !== null) this.line(`${this.title}, stored in ${this.folder}`);
    this.folder = null;
    const now = this.nowMs();
    this.since = { startMs: now, intervalMs: now };
    this.rates = [];
    this.hasEnded = false;
    this.activity = {
      ...{ kind: "load", phase: phase.name, repetition, repetitions, progress: null },
      ...{ warmupMs: warmupMs(phase), totalMs: totalMs(phase), elapsedMs: 0, quietMs: 0 },
    };
    this.lineMs = Number.NEGATIVE_INFINITY;
    this.tick();
  }

  progress(progress: PhaseProgress): void {
    this.work?.progress(progress.doneShare);
    this.since.intervalMs = this.nowMs();
    this.rates.push(progress.operationsPerSecond);
    if (this.activity?.kind === "load") this.activity = { ...this.activity, progress };
    this.tick();
  }

  finished(result: PhaseResult): void {
    this.hasEnded = true;
    this.work?.finished();
    this.result(resultLine(result));
  }

  evaluated(point: SearchPoint): void {
    const words = verdictWords(point);
    if (words !== null) this.result(words);
  }

  /** Whether the cleanup has begun. */
  get cleans(): boolean {
    return this.cleansUp;
  }

  cleaning(progress: CleaningProgress): void {
    this.cleansUp = true;
    this.work?.cleaning(progress.doneBytes, progress.totalBytes);
    const before = this.activity?.kind === "cleanup" ? this.activity.progress.silentMs : 0;
    this.activity = { kind: "cleanup", progress };
    // The first of these does not wait 10 s: until then the command seems to hang.
    const isSilent = progress.silentMs >= UNRESPONSIVE_MS;
    if (isSilent && before < UNRESPONSIVE_MS) this.lineMs = Number.NEGATIVE_INFINITY;
    this.tick();
  }

  /** Written even with `--quiet`. */
  left({ code, message }: Warning): void {
    const heading = code === CLEANUP_NOTE ? "cleanup" : "left in the target";
    this.console.error(`${heading}: ${message}\n`);
  }

  /** Redraws the block, or writes a line, if it is time for that. */
  tick(): void {
    const { activity } = this;
    if (this.quiet || activity === null) return;
    const now = this.nowMs();
    if (this.block === null) {
      if (now - this.lineMs < LINE_MS || activity.kind === "opening") return;
      if (activity.kind === "load" && this.hasEnded) return;
      this.lineMs = now;
      this.console.error(`${statusLine(this.state(activity))}\n`);
      return;
    }
    if (now - this.tickMs < REDRAW_MS) return;
    const { terminal } = this.console;
    if (now - this.tickMs > BLOCKED_MS) this.block.leave();
    this.tickMs = now;
    if (terminal !== null) this.block.draw(blockLines(this.state(activity), terminal));
  }

  private state(activity: Activity): LiveState {
    const { work, title, rates, recent } = this;
    return {
      title,
      runs: work?.runs ?? { at: 1, of: 1 },
      phases: work?.phases ?? { at: 1, of: 1 },
      elapsedMs: work?.elapsedMs ?? this.nowMs() - this.startedMs,
      remaining: work?.remaining() ?? null,
      activity: activity.kind === "load" ? this.timed(activity) : activity,
      rates,
      recent,
    };
  }

  private timed(load: Load): Load {
    const now = this.nowMs();
    const { startMs, intervalMs } = this.since;
    const quietMs = now - Math.max(intervalMs, startMs + load.warmupMs);
    return { ...load, elapsedMs: now - startMs, quietMs };
  }

  /** A result stays in the block for a while; without a terminal it is a line. */
  private result(text: string): void {
    this.recent = [...this.recent, text].slice(-MAX_RECENT);
    this.line(text);
  }

  private line(text: string): void {
    if (!this.quiet && this.block === null) this.console.error(`${text}\n`);
  }
}
