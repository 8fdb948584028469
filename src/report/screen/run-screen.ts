import {
  achievedPerSecond,
  overall,
  repetitionsOf,
  shownResults,
  throughputOf,
} from "../../metrics/phase-result.ts";
import type { ThresholdOutcome } from "../../model/plan/threshold.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import { isInterrupted } from "../../model/run/measurement.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { isForeign } from "../../model/target/amazon.ts";
import { KIND } from "../../model/target/kind.ts";
import { plain } from "../parts/document.ts";
import {
  formatCount,
  formatDuration,
  formatIops,
  formatNumber,
  formatShare,
  MEGABYTE,
  usd,
} from "../parts/format.ts";
import { shortKind } from "../parts/kind.ts";
import { statisticText } from "../parts/latency-cell.ts";
import { searchTable, withEndPoints } from "../run/sections/search.ts";
import { caveatsOf } from "../run/words/caveats.ts";
import { hostsText } from "../run/words/load.ts";
import { noCaveatsText } from "../run/words/no-caveats.ts";
import { rateTitle } from "../run/words/phase.ts";
import { searchSentence } from "../run/words/search.ts";
import { OUTCOME_WORDS, thresholdSentence } from "../run/words/threshold.ts";
import { declaredLines } from "./declared-lines.ts";
import { type Screen, type ScreenLine, screenLine } from "./screen.ts";
import type { ScreenTable } from "./table-lines.ts";

/**
 * The short answer of a run: its outcome, one row per phase or per load of a search, caveats,
 * thresholds, and the report, a file in `folder`. `declared`: options that declared facts after the
 * run, which the next command repeats.
 */
export function runScreen(whole: Run, folder: string, reportFile: string, declared = ""): Screen {
  const run = withEndPoints(whole);
  const { searches = [] } = whole;
  const [search, ...others] = searches;
  const isSearch = search !== undefined && others.length === 0 && search.points.length > 0;
  return {
    headline: headline(whole),
    table: isSearch ? searchRows(search) : phaseTable(run),
    lines: [
      ...stoppedLines(whole),
      ...skippedLines(whole),
      ...searches.map((one) => screenLine("Result", plain(searchSentence(one)))),
      ...spreadLines(run),
      ...openLoopLines(run),
      caveatLine(run),
      ...declaredLines([whole]),
      ...thresholdLines(whole),
      ...costLines(whole),
      screenLine("Report", `${folder}/${reportFile}`),
      ...nextLines(whole, folder, declared),
    ],
    others: "see the report",
  };
}

/** Scenario, target and outcome of a run. */
export function headline(run: Run): string {
  const { plan, target, state } = run;
  const ended = run.endedAt === null ? null : Date.parse(run.endedAt) - Date.parse(run.startedAt);
  const time = ended === null ? "" : formatDuration(ended * 1e6);
  const after = time === "" ? "" : ` after ${time}`;
  const outcome = {
    complete: time === "" ? "complete" : `complete in ${time}`,
    partial: `${isInterrupted(run.reason) ? "interrupted" : "ended early"}${after}`,
    failed: `failed${after}`,
    running: "not ended",
  }[state];
  const repetitions = plan.repetitions === 1 ? "1 repetition" : `${plan.repetitions} repetitions`;
  const name = target.name.length > 0 ? ` on ${target.name}` : "";
  const hosts = hostsText(run) ?? "";
  const where = hosts === "" ? "" : `${hosts}, `;
  return `${plan.name}${name} (${shortKind(target, null)}), ${where}${repetitions}, ${outcome}`;
}

function phaseTable(run: Run): ScreenTable | null {
  const results = shownResults(run);
  if (results.length === 0) return null;
  const isOpen = results.some(({ openLoop }) => openLoop !== undefined);
  const hasBytes = results.some((result) => (overall(result)?.bytes ?? 0) > 0);
  const of = results.every(({ openLoop }) => openLoop !== undefined) ? "response " : "";
  const right = (title: string, optional = false) =>
    ({ title, align: "right", ...(optional ? { optional } : {}) }) as const;
  return {
    columns: [
      { title: "PHASE", align: "left" },
      ...(isOpen ? [right("OFFERED")] : []),
      right(rateTitle(run).toUpperCase()),
      ...(hasBytes ? [right("MB/s")] : []),
      ...["p50", "p99"].map((title) => right(`${of}${title}`)),
      right("p99.9", true),
      right("max", true),
      right("ERRORS"),
    ],
    rows: results.map((result) => phaseRow(result, isOpen, hasBytes)),
    noun: "phase",
  };
}

function phaseRow(result: PhaseResult, isOpen: boolean, hasBytes: boolean): readonly string[] {
  const all = overall(result);
  const bytes = throughputOf(all);
  const latency: LatencySummary | null = (isOpen ? all?.response : null) ?? all?.latency ?? null;
  const state = result.state === "complete" ? "" : ` (${result.state})`;
  return [
    `${result.phase.name}${state}`,
    ...(isOpen ? [formatIops(result.openLoop?.offeredPerSecond)] : []),
    formatIops(achievedPerSecond(all)),
    ...(hasBytes ? [formatNumber(bytes === null ? null : bytes / MEGABYTE)] : []),
    ...(["p50", "p99", "p99.9", "max"] as const).map((one) => statisticText(latency, one)),
    formatCount(all?.errors),
  ];
}

function searchRows(search: NonNullable<Run["searches"]>[number]): ScreenTable {
  const { columns, rows } = searchTable(search, "search");
  return {
    columns: columns.map(({ key, title, align }) => ({
      title: /p\d/.test(title) ? title : title.toUpperCase(),
      align,
      ...(key === "reason" || key === "latency_p50_ns" ? { optional: true } : {}),
    })),
    rows: rows.map((row) => row.map(({ text }) => plain(text))),
    noun: "load",
  };
}

/** Why a run is not complete, and the phases that it did not measure. */
export function stoppedLines(run: Run): readonly ScreenLine[] {
  if (run.state === "complete") return [];
  const measured = new Set(run.phases.map(({ phase, pointOf }) => pointOf ?? phase.name));
  const missing = run.plan.phases.filter(({ name }) => !measured.has(name));
  const named = missing.map(({ name }) => name).join(", ");
  return [
    ...(run.reason === null ? [] : [screenLine("Reason", run.reason, "bad")]),
    ...(missing.length === 0 ? [] : [screenLine("Not run", named, "warning")]),
  ];
}

/** Phases of the scenario that the target does not support, each with its reason. */
function skippedLines({ skippedPhases = [] }: Run): readonly ScreenLine[] {
  if (skippedPhases.length === 0) return [];
  const items = skippedPhases.map(({ phase, reason }) => `${phase}: ${reason}`);
  return [{ label: "Skipped", items, tone: "plain" }];
}

/** Range of the rates of all complete repetitions, relative to the ones shown. */
function spreadLines(run: Run): readonly ScreenLine[] {
  const shares = shownResults(run).flatMap((shown) => {
    const middle = overall(shown)?.operationsPerSecond ?? 0;
    const results = repetitionsOf(run, shown.phase.name);
    if (results.length < 2 || middle <= 0) return [];
    return results
      .filter(({ state }) => state === "complete")
      .map((one) => (overall(one)?.operationsPerSecond ?? 0) / middle);
  });
  if (shares.length === 0) return [];
  const range = [Math.min(...shares), Math.max(...shares)].map(formatShare).join(" to ");
  const text = `each row is the repetition with the median rate; all rates are ${range} of it`;
  return [screenLine("Spread", text)];
}

/** An open loop: the meaning of its latencies, and operations that it did not complete. */
function openLoopLines(run: Run): readonly ScreenLine[] {
  const opened = shownResults(run).flatMap(({ openLoop }) => openLoop ?? []);
  if (opened.length === 0) return [];
  const sum = (of: "dropped" | "unissued" | "backlogAtEnd") =>
    opened.reduce((total, open) => total + open[of], 0);
  const counts = [
    `${formatCount(sum("backlogAtEnd"))} in the backlog at the end`,
    `${formatCount(sum("dropped"))} dropped`,
    `${formatCount(sum("unissued"))} never issued`,
  ].join(", ");
  return [screenLine("Load", `latencies are response times; operations: ${counts}`)];
}

/** The caveats of a run, or the evidence that there are none. */
export function caveatLine(run: Run): ScreenLine {
  const caveats = caveatsOf(run);
  if (caveats.length === 0) return screenLine("Caveats", noCaveatsText(run));
  return { label: "Caveats", items: caveats.map(({ text }) => text), tone: "warning" };
}

function thresholdLines({ plan, thresholds }: Run): readonly ScreenLine[] {
  const planned = plan.phases.flatMap((phase) => phase.thresholds ?? []).length;
  if (planned === 0) return [];
  if (thresholds === undefined) {
    return [screenLine("Thresholds", `not evaluated: the run did not end (${planned})`, "warning")];
  }
  const count = (state: ThresholdOutcome["state"]) =>
    thresholds.filter((outcome) => outcome.state === state).length;
  const of = `of ${thresholds.length}`;
  const others = (["broken", "unjudged"] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `, ${count(state)} ${OUTCOME_WORDS[state]}`);
  const items = [
    `${count("met")} ${of} ${OUTCOME_WORDS.met}${others.join("")}`,
    ...thresholds.filter(({ state }) => state === "broken").map(thresholdSentence),
  ];
  const isClean = count("broken") === 0;
  const tone = isClean ? (count("unjudged") === 0 ? "good" : "warning") : "bad";
  return [{ label: "Thresholds", items, tone }];
}

function costLines({ cost }: Run): readonly ScreenLine[] {
  const actual = cost?.actual ?? null;
  if (actual === null || !actual.charged || actual.totalUsd === 0) return [];
  return [screenLine("Cost", `${usd(actual.totalUsd)} for S3 requests`)];
}

/** Commands that use the result. */
export function nextLines(run: Run, folder: string, declared = ""): readonly ScreenLine[] {
  if (run.state !== "complete") {
    return [screenLine("Next", "run it again: the results are incomplete")];
  }
  const { target } = run;
  const isAws =
    KIND[target.kind].service !== null && target.emulated === undefined && !isForeign(target);
  return [screenLine("Next", `assay ${isAws ? "verify" : "report"} ${folder}${declared}`)];
}
