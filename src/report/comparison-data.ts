import type { ComparedRun, Comparison, ScenarioComparison } from "../metrics/compare.ts";
import type { ComparedCell, ComparedRow } from "../metrics/compare-rows.ts";
import { ratioTo } from "../metrics/compare-rows.ts";
import type { Table, Value } from "./document.ts";
import { dataTable } from "./document.ts";

/** The numbers that get a column of their own and one for the ratio to the first run. */
const NUMBERS: Readonly<Record<string, (one: ComparedCell) => number | null | undefined>> = {
  operations_per_second: (one) => one.operationsPerSecond,
  bytes_per_second: (one) => one.bytesPerSecond,
  latency_p50_ns: (one) => one.latency?.p50Ns,
  latency_p99_ns: (one) => one.latency?.p99Ns,
  latency_p999_ns: (one) => one.latency?.p999Ns,
  first_byte_p50_ns: (one) => one.firstByte?.p50Ns,
  first_byte_p99_ns: (one) => one.firstByte?.p99Ns,
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
  "phase_state",
  "elapsed_ns",
  ...Object.keys(NUMBERS),
  ...Object.keys(NUMBERS).map((key) => `${key.replace(/_ns$/, "")}_ratio`),
  "errors",
  "served_from_cache_share",
  "buffered_writes",
  "warnings",
  "absent_reason",
  "plan_hash",
  "plan_differences",
];

/** One row a workload and run, values in base units: what CSV and JSON hold. */
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
  const first = row.cells[0];
  const read = (from: ComparedCell | undefined): (number | null)[] =>
    Object.values(NUMBERS).map((number) => (from === undefined ? null : (number(from) ?? null)));
  const values = read(one);
  const firsts = read(first);
  return [
    scenario.scenario,
    row.phase,
    row.operation,
    run.label,
    run.target,
    run.targetKind,
    run.runId,
    run.state,
    one?.repetition ?? null,
    one?.repetitions ?? null,
    one?.state ?? null,
    one?.elapsedNs ?? null,
    ...values,
    ...values.map((value, at) => ratioTo(firsts[at] ?? null, value)),
    one?.errors ?? null,
    one?.servedFromCacheShare ?? null,
    one?.bufferedWrites ?? null,
    (one?.warnings ?? []).map((warning) => warning.code).join(";") || null,
    one?.absent ?? null,
    run.planHash,
    scenario.differentPlans,
  ];
}
