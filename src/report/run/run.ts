/**
 * Report of one stored run. This file has its overview and the list of its sections. Each section
 * is in `sections/` and imports no other one; `words/` has sentences that several of them share
 * with `files/`, the CSV and JUnit files for programs. A new section is a function and a line in
 * the list.
 */

import type { RunSeries } from "../../metrics/series/series.ts";
import type { SearchEnd } from "../../model/plan/search.ts";
import { isInterrupted } from "../../model/run/measurement.ts";
import type { Run } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { declaredAfterBlocks } from "../parts/declared.ts";
import { type Block, code, list, loud, paragraph, strong, type Text } from "../parts/document.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatRate,
  sentence,
} from "../parts/format.ts";
import { offAwsSentence, targetNoun } from "../parts/kind.ts";
import { whereIs } from "../parts/where.ts";
import { type Document, type SectionOf, sectionsOf } from "../report.ts";
import { summaryTable } from "./files/summary-csv.ts";
import { cacheSection } from "./sections/cache.ts";
import { costSection } from "./sections/cost.ts";
import { countedSection } from "./sections/counted.ts";
import { environmentSection } from "./sections/environment.ts";
import { harnessSection } from "./sections/harness.ts";
import { hostsSection } from "./sections/hosts.ts";
import { loadSection } from "./sections/load.ts";
import { openLoopSection } from "./sections/open-loop.ts";
import { readingSection, traceSection } from "./sections/reading.ts";
import { attemptsSection, connectionsSection, firstByteSection } from "./sections/requests.ts";
import { caveatsSection, resultsSection } from "./sections/results.ts";
import { searchSection, withEndPoints } from "./sections/search.ts";
import { stabilitySection } from "./sections/stability.ts";
import { storageSection } from "./sections/storage.ts";
import { stagesSection, syncSection } from "./sections/sync.ts";
import { thresholdsSection } from "./sections/thresholds.ts";
import { runView } from "./view/view.ts";
import { hostsText } from "./words/load.ts";

/** The sections in their order: results, caveats, thresholds, details; a new one is a line here. */
const SECTIONS: readonly SectionOf<Run>[] = [
  searchSection,
  resultsSection,
  caveatsSection,
  thresholdsSection,
  openLoopSection,
  stabilitySection,
  firstByteSection,
  connectionsSection,
  stagesSection,
  syncSection,
  attemptsSection,
  cacheSection,
  countedSection,
  hostsSection,
  harnessSection,
  costSection,
  loadSection,
  storageSection,
  environmentSection,
  readingSection,
  traceSection,
];

/**
 * Makes the report of a stored run; with its series, also the view with charts. Pure: the same
 * input gives the same document.
 */
export function runReport(whole: Run, series?: RunSeries): Document {
  const run = withEndPoints(whole);
  return {
    title: `${run.plan.title}, on ${run.target.name}`,
    lead: leadOf(whole),
    ...(series === undefined ? {} : { view: runView(run, series) }),
    sections: sectionsOf(SECTIONS, run),
    provenance: provenanceOf(whole),
    data: summaryTable(whole),
  };
}

/** Identifies the numbers: run, plan, version and dates. */
function provenanceOf({ id, planHash, assayVersion, startedAt, endedAt }: Run): Text {
  const end = endedAt === null ? "no recorded end" : formatInstant(endedAt);
  return [
    "Run ",
    code(id),
    `, ${formatInstant(startedAt)} to ${end}. Plan `,
    code(planHash),
    `. Measured by assay ${assayVersion}.`,
  ];
}

function leadOf(run: Run): readonly Block[] {
  const blocks: Block[] = [...stateBlocks(run), overview(run), ...skippedBlocks(run)];
  if (run.plan.description !== "") blocks.push(paragraph(run.plan.description.trim()));
  blocks.push(...declaredAfterBlocks([run]));
  const offAws = offAwsSentence([run.target]);
  if (offAws !== null) blocks.push(paragraph(offAws));
  return blocks;
}

/** The state of a run that is not complete comes first. */
function stateBlocks(run: Run): readonly Block[] {
  const reason = run.reason === null ? "" : ` Reason: ${sentence(run.reason)}`;
  const planned = run.plan.phases.length * Math.max(1, run.plan.repetitions);
  const whole = run.phases.filter(({ state, pointOf }) => state === "complete" && !pointOf);
  const done = whole.length + (run.searches ?? []).filter(({ ended }) => cameToEnd(ended)).length;
  const complete = `${done} of ${planned} phases are complete.`;
  switch (run.state) {
    case "complete":
      return [];
    case "partial":
      return [loud(strong("This run is partial."), ` ${earlyEnd(run)}; ${complete}${reason}`)];
    case "failed":
      return [loud(strong("This run failed."), ` ${complete}${reason}`)];
    case "running":
      return [
        loud(
          strong("This run has not ended."),
          ` It is still running or was killed; ${complete}${reason} The data of a killed run ` +
            `stays in the target; remove it with \`assay clean ${run.id}\`.`,
        ),
      ];
  }
}

function earlyEnd({ reason }: Run): string {
  return isInterrupted(reason) ? "It was interrupted" : "It ended early";
}

/** The phases of the scenario that the target does not support. */
function skippedBlocks({ skippedPhases = [] }: Run): readonly Block[] {
  if (skippedPhases.length === 0) return [];
  const count = skippedPhases.length === 1 ? "1 phase" : `${skippedPhases.length} phases`;
  const reasons = skippedPhases.map(({ phase, reason }) => [code(phase), `: ${sentence(reason)}`]);
  return [paragraph(`The run skipped ${count} that the target does not support:`), list(reasons)];
}

function cameToEnd(ended: SearchEnd | null): boolean {
  return ended !== null && ended !== "interrupted" && ended !== "failed";
}

function overview(run: Run): Block {
  const { plan, target } = run;
  const ended = run.endedAt === null ? null : Date.parse(run.endedAt) - Date.parse(run.startedAt);
  const time = ended === null ? "has no recorded end" : `took ${formatDuration(ended * 1e6)}`;
  const repetitions = plan.repetitions > 1 ? `, ${plan.repetitions} repetitions` : "";
  const several = hostsText(run);
  const hosts = several === null ? "" : ` It ran on ${several}.`;
  const guide = plan.guide.length > 0 ? ` It tests ${plan.guide.join(", ")} of the guide.` : "";
  return paragraph(
    "Scenario ",
    code(plan.name),
    " ran on target ",
    code(target.name),
    `, declared as ${targetNoun(target)}`,
    ...whereIs(target),
    `${provisioned(target)}. It started at ${formatInstant(run.startedAt)} and ${time}; ` +
      `${formatCount(plan.phases.length)} ${plan.phases.length === 1 ? "phase" : "phases"}` +
      `${repetitions}; state: `,
    strong(run.state),
    `.${hosts}${guide}`,
  );
}

function provisioned(target: TargetSpec): string {
  const { sizeBytes, iops, throughputBytesPerSecond: throughput } = target.provisioned;
  const parts = [
    ...(sizeBytes === undefined ? [] : [formatBytes(sizeBytes)]),
    ...(iops === undefined ? [] : [`${formatCount(iops)} IOPS`]),
    ...(throughput === undefined
      ? []
      : [`${formatRate(throughput)} (${formatBytes(throughput)}/s)`]),
  ];
  return parts.length === 0 ? "" : `, provisioned with ${parts.join(", ")}`;
}
