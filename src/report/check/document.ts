import {
  type Cell,
  cell,
  dataTable,
  list,
  sentenceText,
  type Table,
  tableColumns,
  words,
} from "../parts/document.ts";
import { formatBytes, formatCount, sentence } from "../parts/format.ts";
import type { Document, Section } from "../report.ts";
import {
  type CheckedFact,
  type CheckedHost,
  type CheckedPair,
  type CheckedPhase,
  type CheckedScenario,
  type CheckedTarget,
  type CheckResult,
  checkHeadline,
  clientLimitsText,
  counted,
  STATE_LABELS,
} from "./check.ts";

/** Returns the whole result as a document. */
export function checkReport(result: CheckResult): Document {
  return {
    title: checkHeadline(result),
    lead: [],
    sections: [
      { title: "Host", blocks: [factTable("host", hostFacts(result.host))] },
      ...result.targets.map(targetSection),
      ...result.scenarios.map(scenarioSection),
      ...problemSection(result),
    ],
    data: pairData(result),
  };
}

/** Returns the facts about the host as rows of name and value. */
function hostFacts(host: CheckedHost): readonly CheckedFact[] {
  const { cpus, cpuModel, memoryBytes, kernel, nodeVersion, engines, clientLimits } = host;
  const fact = (name: string, value: string): CheckedFact => ({ name, value, source: "detected" });
  return [
    fact("CPU", `${cpus} x ${cpuModel}`),
    fact("Memory", formatBytes(memoryBytes)),
    fact("Kernel", kernel),
    fact("Node", nodeVersion),
    ...engines.map(({ name, note }) => fact(`Engine ${name}`, note)),
    { name: "Client limits", value: clientLimitsText(clientLimits), source: "selftest" },
  ];
}

const FACT_COLUMNS = tableColumns([
  ["name", "Fact", "left"],
  ["value", "Value", "left"],
  ["source", "Source", "left"],
]);

function factTable(id: string, facts: readonly CheckedFact[]): Table {
  const rows = facts.map(({ name, value, source }) => [
    words(name),
    cell(sentenceText(value), value),
    words(source),
  ]);
  return { kind: "table", id, columns: FACT_COLUMNS, rows };
}

function targetSection(target: CheckedTarget): Section {
  const { name, kind, reason, facts, warnings, unknown } = target;
  const remarks = [
    ...(reason === null ? [] : [`Cannot be used: ${sentence(reason)}`]),
    ...warnings.map((warning) => `Warning: ${sentence(warning)}`),
    ...unknown.map((one) => `Unknown: ${sentence(one)}`),
  ];
  return {
    title: `Target ${name} (${kind})`,
    blocks: [
      ...(facts.length === 0 ? [] : [factTable(`target-${name}`, facts)]),
      ...(remarks.length === 0 ? [] : [list(remarks)]),
    ],
  };
}

const PHASE_COLUMNS = tableColumns([
  ["target", "Target", "left"],
  ["phase", "Phase", "left"],
  ["engine", "Engine", "left"],
  ["threads", "Threads", "right"],
  ["queue_depth", "Queue depth", "right"],
]);

function scenarioSection({ name, phases, searches, targets }: CheckedScenario): Section {
  const rows = targets.flatMap((pair) => pair.phases.map((phase) => phaseRow(pair, phase)));
  const remarks = [
    ...searches,
    ...targets.flatMap(({ space }) => (space === null ? [] : [space.text])),
    ...targets.flatMap(({ time }) => (time === null ? [] : [time.text])),
    ...targets.flatMap(({ cost }) => (cost === null ? [] : [cost.text])),
    ...targets.flatMap(({ target, state, reason }) =>
      reason === null ? [] : [`${target}: ${STATE_LABELS[state]}: ${reason}`],
    ),
    ...targets.flatMap(({ target, skippedPhases }) =>
      skippedPhases.map(({ phase, reason }) => `${target}: skips phase ${phase}: ${reason}`),
    ),
  ];
  const table = { kind: "table", id: `scenario-${name}`, columns: PHASE_COLUMNS, rows } as const;
  return {
    title: `Scenario ${name}: valid, ${counted(phases, "phase")}`,
    blocks: [
      ...(rows.length === 0 ? [] : [table]),
      ...(remarks.length === 0 ? [] : [list(remarks.map(sentence))]),
    ],
  };
}

function phaseRow({ target }: CheckedPair, phase: CheckedPhase): readonly Cell[] {
  const { name, engine, threads, queueDepth } = phase;
  return [
    words(target),
    words(name),
    words(engine),
    cell(formatCount(threads), threads),
    cell(formatCount(queueDepth), queueDepth),
  ];
}

function problemSection({ problems }: CheckResult): readonly Section[] {
  if (problems.length === 0) return [];
  const lines = problems.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  return [{ title: "Errors", blocks: [list(lines)] }];
}

/** One row per scenario, target and phase. */
function pairData({ scenarios }: CheckResult): Table {
  const keys = [
    ...["scenario", "target", "state", "reason", "phase", "engine", "threads", "queue_depth"],
    ...["estimated_usd", "written_bytes", "needed_bytes", "free_bytes"],
  ];
  const rows = scenarios.flatMap(({ name, targets }) =>
    targets.flatMap(({ target, state, reason, space, cost, phases }) => {
      const pair = [name, target, state, reason];
      const bytes = [
        space?.writtenBytes ?? null,
        space?.neededBytes ?? null,
        space?.freeBytes ?? null,
      ];
      const end = [cost?.totalUsd ?? null, ...bytes];
      if (phases.length === 0) return [[...pair, null, null, null, null, ...end]];
      return phases.map((phase) => [
        ...pair,
        ...[phase.name, phase.engine, phase.threads, phase.queueDepth],
        ...end,
      ]);
    }),
  );
  return dataTable("check", keys, rows);
}
