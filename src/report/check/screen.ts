import { formatBytes, formatCount, usd } from "../parts/format.ts";
import { type Screen, type ScreenLine, screenLine } from "../screen/screen.ts";
import type { ScreenTable } from "../screen/table-lines.ts";
import {
  type CheckedHost,
  type CheckedPair,
  type CheckedTarget,
  type CheckResult,
  checkHeadline,
  clientLimitsText,
  STATE_LABELS,
} from "./check.ts";

/** Returns the short answer of `assay check`. Reasons and errors are printed before it. */
export function checkScreen(result: CheckResult): Screen {
  const { host, targets } = result;
  return {
    headline: checkHeadline(result),
    table: pairTable(result) ?? targetTable(targets),
    lines: [
      ...reasonLines(result),
      ...listed("Warnings", targets, ({ warnings }) => warnings, "warning"),
      ...listed("Storage", targets, storageSentences),
      ...listed("Unknown", targets, ({ unknown }) => unknown),
      { label: "Host", items: hostSentences(host), tone: "plain" },
      screenLine("Limits", clientLimitsText(host.clientLimits)),
    ],
    others: "see --print report",
  };
}

/** One row per scenario and target; null without scenarios or targets. */
function pairTable({ scenarios }: CheckResult): ScreenTable | null {
  const rows = scenarios.flatMap(({ name, phases, targets }) =>
    targets.length === 0
      ? [[name, "-", formatCount(phases), "-", "-", "valid"]]
      : targets.map((pair) => pairRow(name, phases, pair)),
  );
  if (rows.length === 0) return null;
  return {
    columns: [
      { title: "SCENARIO", align: "left" },
      { title: "TARGET", align: "left" },
      { title: "PHASES", align: "right" },
      { title: "ENGINE", align: "left", optional: true },
      { title: "S3 COST", align: "right", optional: true },
      { title: "RESULT", align: "left" },
    ],
    rows,
    noun: "row",
  };
}

function pairRow(scenario: string, count: number, pair: CheckedPair): readonly string[] {
  const { target, state, cost, phases } = pair;
  const engines = [...new Set(phases.map(({ engine }) => engine))];
  return [
    scenario,
    target,
    formatCount(count),
    engines.length === 0 ? "-" : engines.join(", "),
    cost === null ? "-" : usd(cost.totalUsd),
    STATE_LABELS[state],
  ];
}

function targetTable(targets: readonly CheckedTarget[]): ScreenTable | null {
  if (targets.length === 0) return null;
  return {
    columns: [
      { title: "TARGET", align: "left" },
      { title: "KIND", align: "left" },
      { title: "RESULT", align: "left" },
    ],
    rows: targets.map(({ name, kind, usable }) => [name, kind, usable ? "usable" : "not usable"]),
    noun: "target",
  };
}

/** Data, costs and searches; reasons are on stderr and in the report. */
function reasonLines({ scenarios }: CheckResult): readonly ScreenLine[] {
  const pairs = scenarios.flatMap(({ targets }) => targets);
  const costs = pairs.flatMap(({ cost }) => (cost === null ? [] : [cost.text]));
  const data = pairs.flatMap(({ space }) => (space === null ? [] : [space.text]));
  const searches = scenarios.flatMap((scenario) => scenario.searches);
  const times = pairs.flatMap(({ time }) => (time === null ? [] : [time.text]));
  return [
    ...(data.length === 0 ? [] : [{ label: "Data", items: data, tone: "plain" } as const]),
    ...(times.length === 0 ? [] : [{ label: "Time", items: times, tone: "plain" } as const]),
    ...(costs.length === 0 ? [] : [{ label: "Cost", items: costs, tone: "plain" } as const]),
    ...(searches.length === 0
      ? []
      : [{ label: "Search", items: searches, tone: "plain" } as const]),
  ];
}

/** Sentences about several targets behind one label, each with the name of its target. */
function listed(
  label: string,
  targets: readonly CheckedTarget[],
  sentences: (target: CheckedTarget) => readonly string[],
  tone: ScreenLine["tone"] = "plain",
): readonly ScreenLine[] {
  const items = targets.flatMap((target) =>
    sentences(target).map((one) => (targets.length > 1 ? `${target.name}: ${one}` : one)),
  );
  return items.length === 0 ? [] : [{ label, items, tone }];
}

/** All facts of a target in one sentence per source. */
function storageSentences({ facts }: CheckedTarget): readonly string[] {
  const bySource = Map.groupBy(facts, ({ source }) => source);
  return [...bySource].map(([source, of]) => {
    const values = of.map(({ name, value }) => `${name}: ${value}`);
    return `${values.join("; ")} (${source})`;
  });
}

function hostSentences(host: CheckedHost): readonly string[] {
  const { cpus, cpuModel, memoryBytes, kernel, nodeVersion, engines } = host;
  return [
    `${cpus} x ${cpuModel}, ${formatBytes(memoryBytes)}, ${kernel}, Node ${nodeVersion}`,
    ...engines.map(({ name, note }) => `Engine ${name}: ${note}`),
  ];
}
