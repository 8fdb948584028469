import type { Console } from "../../../src/cli/console.ts";
import { LiveView } from "../../../src/cli/live/live.ts";
import { CommandWork } from "../../../src/cli/live/work.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import type { PhaseProgress } from "../../../src/run/request.ts";
import { phasePlan } from "../../load/support.ts";
import { jobOf } from "./jobs.ts";
import type { TestTerminal } from "./terminal.ts";

export const READS = phasePlan({ name: "reads", limit: { kind: "duration", durationNs: 10e9 } });
const PROGRESS: PhaseProgress = {
  phase: READS,
  repetition: 1,
  repetitions: 1,
  elapsedNs: 1.5e9,
  totalNs: 10e9,
  operationsPerSecond: 12_345,
  bytesPerSecond: 50_565_120,
  p99Ns: 1_200_000,
  errors: 3,
  doneShare: null,
};
export const NUMBERS = "12,345 ops/s, 50.6 MB/s, p99 1.20 ms, 3 errors";

/** A phase of this rate that has ended. */
export function resultOf(
  operationsPerSecond: number,
  more: Partial<PhaseResult> = {},
): PhaseResult {
  const rates = { operationsPerSecond, bytesPerSecond: 1e6, latency: null };
  const summaries = [{ ...rates, operations: operationsPerSecond * 10, errors: 0 }];
  const ended = { state: "complete", reason: null, elapsedNs: 10e9 };
  return { phase: READS, ...ended, summaries, ...more } as unknown as PhaseResult;
}

/** A live view of one run at a time that the test sets; without a terminal, of a log. */
export function viewOn(terminal: TestTerminal | null, phases: readonly PhasePlan[], quiet = false) {
  const log: string[] = [];
  const time = { nowMs: 1000 };
  let hook: (() => void) | null = null;
  const console: Console = {
    out: async () => hook?.(),
    error: (text) => {
      hook?.();
      log.push(text);
      terminal?.take(text);
    },
    annotate: () => {},
    beforeOutput: (next) => {
      hook = next;
    },
    terminal,
    interactive: true,
    colour: false,
    pageColumns: 100,
    outFolder: () => null,
  };
  const nowMs = () => time.nowMs;
  const job = jobOf({ phases });
  const view = new LiveView(console, { quiet, work: new CommandWork([job], false, nowMs) }, nowMs);
  if (terminal !== null) console.beforeOutput(() => view.clear());
  view.begin(job.plan, job.target);
  /** Shows progress so many milliseconds later; returns the lines that were logged for it. */
  const later = (ms: number, changes: Partial<PhaseProgress> = {}): string => {
    time.nowMs += ms;
    log.length = 0;
    view.progress({ ...PROGRESS, ...changes });
    return log.join("");
  };
  return { view, log, later, time, console };
}
