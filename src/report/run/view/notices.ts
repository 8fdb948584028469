import type { ThresholdOutcome } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import { code, type Inline, type Notice, type Tone } from "../../parts/document.ts";
import { formatCount } from "../../parts/format.ts";
import { caveatSummary, caveatsOf } from "../words/caveats.ts";
import { measuredText, thresholdValue } from "../words/threshold.ts";

/** At most this many thresholds and caveats that have separate lines. */
const MAX_FAILED = 4;
const MAX_CAVEATS = 3;

/** State of a run, outcome of its thresholds, and its most serious caveats, one sentence each. */
export function noticesOf(run: Run): readonly Notice[] {
  const outcomes = run.thresholds ?? [];
  return [...stateNotices(run, outcomes), ...thresholdNotices(outcomes), ...caveatNotices(run)];
}

/** The lead of the report explains every other state. */
function stateNotices(run: Run, outcomes: readonly ThresholdOutcome[]): readonly Notice[] {
  const passed = outcomes.filter(({ state }) => state === "met").length;
  const kept =
    passed === 0 ? "" : ` ${formatCount(passed)} of ${count(outcomes.length, "threshold")} passed.`;
  if (run.state !== "complete") return passed === 0 ? [] : [notice("neutral", kept.trim())];
  const skipped = run.skippedPhases?.length ?? 0;
  const more = skipped === 0 ? "" : ` The target does not support ${count(skipped, "phase")}.`;
  const isMet = outcomes.every(({ state }) => state === "met");
  const tone: Tone = !isMet || caveatsOf(run).length > 0 ? "neutral" : "good";
  const phases = new Set(run.phases.map(({ phase }) => phase.name)).size;
  const ended = phases === 1 ? "The phase" : `All ${formatCount(phases)} phases`;
  return [notice(tone, `${ended} ran to the end.${kept}${more}`)];
}

function thresholdNotices(outcomes: readonly ThresholdOutcome[]): readonly Notice[] {
  if (outcomes.length === 0) return [];
  const failed = outcomes.filter(({ state }) => state === "broken");
  const passed = outcomes.filter(({ state }) => state === "met").length;
  const open = outcomes.length - failed.length - passed;
  const lines = failed.slice(0, MAX_FAILED).map((outcome) => notice("bad", ...failure(outcome)));
  const more = failed.length - lines.length;
  return [
    ...lines,
    ...(more > 0 ? [notice("bad", `${count(more, "more threshold")} failed.`)] : []),
    ...(open > 0 ? [notice("caveat", `${count(open, "threshold")} could not be evaluated.`)] : []),
  ];
}

/** `Threshold failed: response.p99 < 50ms in lookups; it is 633 ms.` */
function failure(outcome: ThresholdOutcome): readonly Inline[] {
  const { text, phase, measured, unit, baseline, bound } = outcome;
  const value = measured === null ? "it was not measured" : `it is ${measuredText(outcome)}`;
  const limit =
    baseline === null || bound === null
      ? ""
      : ` (the baseline allows ${thresholdValue(bound, unit)})`;
  return ["Threshold failed: ", code(text), " in ", code(phase), `; ${value}${limit}.`];
}

function caveatNotices(run: Run): readonly Notice[] {
  const caveats = caveatsOf(run);
  const shown = caveats.slice(0, MAX_CAVEATS);
  const more = caveats.length - shown.length;
  return [
    ...shown.map((caveat) => notice("caveat", caveatSummary(run, caveat))),
    ...(more > 0 ? [notice("caveat", `${count(more, "more caveat")} below.`)] : []),
  ];
}

function count(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function notice(tone: Tone, ...text: readonly Inline[]): Notice {
  return { kind: "notice", tone, text };
}
