import { medianRepetition, overall, repetitionsOf } from "../../metrics/phase-result.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";
import { AMAZON_KINDS } from "../../model/target/kind.ts";
import type { StorageClass } from "../../model/target/storage-class.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { shortKind } from "../parts/kind.ts";
import { type CaveatKind, caveatKindsOf } from "./caveats.ts";

/** One storage: a target, or one storage class of a bucket. */
interface GridColumn {
  readonly target: TargetSpec;
  readonly storageClass: StorageClass | null;
  /** `io2 (EBS io2)`, `bucket (S3 Standard-IA)`, `vol (EBS gp3, emulated)`. */
  readonly title: string;
}

/** The median repetition of a workload on one storage. */
export interface GridCell {
  readonly run: Run;
  readonly result: PhaseResult;
  readonly summary: Summary;
  /** Its settings within a matrix: `queueDepth=32`; empty without a matrix. */
  readonly at: string;
  readonly caveats: readonly CaveatKind[];
}

/** One workload: a phase of a scenario, whatever its matrix. */
export interface GridRow {
  readonly scenario: string;
  readonly title: string;
  readonly phase: string;
  /** Mean bytes per operation; 0 if operations transfer no data. */
  readonly bytesEach: number;
  readonly plan: PhasePlan;
  /** All phases of the workload, by column. */
  readonly cells: readonly (readonly GridCell[])[];
}

export interface WorkloadGrid {
  readonly columns: readonly GridColumn[];
  readonly rows: readonly GridRow[];
}

/** Kinds in the order of the columns: block, file and object storage, then off AWS. */
const ORDER = [...AMAZON_KINDS];

/** Returns workloads by storage. `runs`: one run per scenario and target. */
export function gridOf(runs: readonly Run[]): WorkloadGrid {
  const columns = columnsOf(runs);
  const names = new Map<string, { readonly run: Run; readonly phase: PhasePlan }>();
  for (const run of runs) {
    for (const phase of run.plan.phases) {
      const key = JSON.stringify([run.plan.name, baseOf(phase.name)]);
      if (!names.has(key)) names.set(key, { run, phase });
    }
  }
  const rows = [...names.values()].flatMap(({ run, phase }) => {
    const scenario = run.plan.name;
    const base = baseOf(phase.name);
    const cells = columns.map((column) => cellsOf(runs, column, scenario, base));
    const [first] = cells.flat();
    if (first === undefined) return [];
    const { summary } = first;
    const bytesEach = summary.operations > 0 ? summary.bytes / summary.operations : 0;
    return [{ scenario, title: run.plan.title, phase: base, bytesEach, plan: phase, cells }];
  });
  return { columns, rows };
}

/** `read` of `read[queueDepth=4]`. */
function baseOf(phase: string): string {
  return phase.replace(/\[.*$/s, "");
}

function columnsOf(runs: readonly Run[]): readonly GridColumn[] {
  const found = new Map<string, GridColumn>();
  for (const { target, plan } of runs) {
    for (const phase of plan.phases) {
      const { storageClass } = phase.objects;
      const title = `${target.name} (${shortKind(target, storageClass)})`;
      const key = JSON.stringify([target.name, title]);
      if (!found.has(key)) found.set(key, { target, storageClass, title });
    }
  }
  const rank = ({ target }: GridColumn): number => {
    const at = ORDER.indexOf(target.kind);
    return at === -1 ? ORDER.length : at;
  };
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}

function cellsOf(
  runs: readonly Run[],
  column: GridColumn,
  scenario: string,
  base: string,
): readonly GridCell[] {
  const made = runs.filter(
    ({ plan, target }) => plan.name === scenario && target.name === column.target.name,
  );
  return made.flatMap((run) =>
    run.plan.phases.flatMap((phase) => {
      if (baseOf(phase.name) !== base) return [];
      const own = `${run.target.name} (${shortKind(run.target, phase.objects.storageClass)})`;
      if (own !== column.title) return [];
      const result = medianRepetition(repetitionsOf(run, phase.name));
      const summary = result === null ? null : overall(result);
      if (result === null || summary === null || summary.operations === 0) return [];
      const at = phase.name.slice(base.length).replace(/^\[|\]$/g, "");
      return [{ run, result, summary, at, caveats: caveatKindsOf(run, result) }];
    }),
  );
}
