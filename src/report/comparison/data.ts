import type { ComparedValue } from "../../metrics/compare/cells.ts";
import type { ComparedRun } from "../../metrics/compare/columns.ts";
import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { Contrast } from "../../metrics/compare/contrasts.ts";
import { COMPARED, METRIC_NAMES } from "../../metrics/compare/metrics.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import type { Table, Value } from "../parts/document.ts";
import { dataTable } from "../parts/document.ts";
import { markOf } from "./outcome.ts";

const NUMBERS = METRIC_NAMES.map((name) => COMPARED[name].key);
/** The same without their unit, for values without one. */
const PLAIN = NUMBERS.map((key) => key.replace(/_ns$/, ""));

/** Columns of the contrast with the first column, by the end of their key. */
const CONTRASTED: Readonly<Record<string, (one: Contrast) => Value>> = {
  ratio: (one) => one.ratio,
  ratio_low: (one) => one.interval?.low ?? null,
  ratio_high: (one) => one.interval?.high ?? null,
  ratio_confidence: (one) => one.interval?.confidence ?? null,
  ratio_basis: (one) => one.basis,
  p: (one) => one.p,
  p_holm: (one) => one.adjustedP,
  superiority: (one) => one.superiority,
  shown: (one) => one.shown ?? markOf(one),
  withheld: (one) => one.withheld,
  shown_by: (one) => one.shownBy,
};

/** Bounds of a median over repetitions. */
const BOUNDS: Readonly<Record<string, (one: ComparedValue) => Value>> = {
  low: (one) => one.interval?.low ?? null,
  high: (one) => one.interval?.high ?? null,
};

const KEYS: readonly string[] = [
  "scenario",
  "phase",
  "operation",
  "column",
  "target",
  "target_kind",
  "run_id",
  "run_state",
  "repetition",
  "repetitions",
  "repetitions_compared",
  "phase_state",
  "elapsed_ns",
  ...NUMBERS,
  ...NUMBERS.flatMap((key) => Object.keys(BOUNDS).map((end) => withEnd(key, end))),
  ...PLAIN.flatMap((key) => Object.keys(CONTRASTED).map((end) => `${key}_${end}`)),
  "errors",
  "served_from_cache_share",
  "buffered_writes",
  "warnings",
  "absent_reason",
  "plan_hash",
  "plan_differences",
  "surroundings_differences",
];

/** `latency_p50_low_ns`: the unit stays last. */
function withEnd(key: string, end: string): string {
  return key.endsWith("_ns") ? key.replace(/_ns$/, `_${end}_ns`) : `${key}_${end}`;
}

/** One row per workload and column, in base units, for CSV and JSON. */
export function comparisonData(comparison: Comparison): Table {
  const rows = comparison.scenarios.flatMap((scenario) =>
    scenario.rows.flatMap((row) =>
      scenario.runs.map((run, index) => dataRow(scenario, row, run, index)),
    ),
  );
  return dataTable("comparison", KEYS, rows);
}

function dataRow(
  scenario: ScenarioComparison,
  row: ComparedRow,
  run: ComparedRun,
  index: number,
): readonly Value[] {
  const one = row.cells[index];
  const values = METRIC_NAMES.map((name) => one?.values[name]);
  const contrasts = METRIC_NAMES.map((name) => row.contrasts[index]?.[name]);
  return [
    scenario.scenario,
    row.phase,
    row.operation,
    run.label,
    run.target,
    run.targetKind,
    run.runs.map(({ id }) => id).join(";"),
    [...new Set(run.runs.map(({ state }) => state))].join(";"),
    one?.repetition ?? null,
    one?.repetitions ?? null,
    one?.compared ?? null,
    one?.state ?? null,
    one?.elapsedNs ?? null,
    ...values.map((value) => value?.value ?? null),
    ...values.flatMap((value) => read(value, BOUNDS)),
    ...contrasts.flatMap((contrast) => read(contrast, CONTRASTED)),
    one?.errors ?? null,
    one?.servedFromCacheShare ?? null,
    one?.bufferedWrites ?? null,
    (one?.warnings ?? []).map((warning) => warning.code).join(";") || null,
    one?.absent ?? null,
    run.planHash,
    scenario.differentPlans,
    scenario.differentSurroundings,
  ];
}

function read<From>(
  from: From | undefined,
  readers: Readonly<Record<string, (one: From) => Value>>,
): readonly Value[] {
  return Object.values(readers).map((reader) => (from === undefined ? null : reader(from)));
}
