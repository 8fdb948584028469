import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatasetPlan } from "../../src/model/plan/dataset.ts";
import type { EngineName, PhasePlan, Plan } from "../../src/model/plan/plan.ts";
import type { PhaseResult } from "../../src/model/run/run.ts";
import type { SyntheticBehaviour, TargetSpec } from "../../src/model/target/target.ts";
import { executeRun } from "../../src/run/execute.ts";
import type { FinishedRun, RunRequest } from "../../src/run/request.ts";
import { phasePlan } from "../load/support.ts";
import { filesPlan, scratch } from "../storage/support.ts";

/** Events nobody looks at. */
export const SILENT: RunRequest["events"] = {
  started() {},
  preparing() {},
  warned() {},
  measuring() {},
  progress() {},
  finished() {},
  evaluated() {},
  cleaning() {},
  left() {},
};

export const NULL_TARGET: TargetSpec = {
  name: "null",
  kind: "null",
  address: { kind: "memory", synthetic: null },
  provisioned: {},
};

/** A target of known behaviour: 10 ms an operation unless told otherwise. */
export function syntheticTarget(changes: Partial<SyntheticBehaviour> = {}): TargetSpec {
  const latency = { kind: "fixed", ns: 10e6 } as const;
  const synthetic = { latency, stalls: [], errorEvery: 0, bytesPerSecond: 0, ...changes };
  return {
    name: "synthetic",
    kind: "synthetic",
    address: { kind: "memory", synthetic },
    provisioned: {},
  };
}

/** What a test may say of a run; the rest is filled. */
export interface RunOf {
  readonly target: TargetSpec;
  readonly engine: EngineName;
  readonly phases: readonly Partial<PhasePlan>[];
  readonly dataset?: Partial<DatasetPlan>;
  readonly intervalNs?: number;
  readonly repetitions?: number;
  readonly request?: Partial<RunRequest>;
}

/** A request as the command line would make it. */
export function requestOf(run: RunOf, resultsFolder: string): RunRequest {
  const dataset = filesPlan({
    name: "data",
    count: 4,
    size: { kind: "fixed", bytes: 1048576 },
    ...run.dataset,
  });
  const phases = run.phases.map((phase, index) => phasePlan({ name: `phase${index}`, ...phase }));
  const plan: Plan = {
    name: "known",
    title: "Known answers",
    description: "",
    guide: [],
    seed: 11,
    repetitions: run.repetitions ?? 1,
    intervalNs: run.intervalNs ?? 100e6,
    datasets: [dataset],
    phases,
  };
  const inThread = run.engine !== "sync";
  return {
    plan,
    planHash: "0".repeat(64),
    target: run.target,
    resolve: ({ workers, queueDepth }) => ({
      engine: run.engine,
      threads: inThread ? workers : workers * queueDepth,
      depth: inThread ? queueDepth : 1,
      fallback: null,
    }),
    runId: "run-known",
    assayVersion: "0.0.0",
    resultsFolder,
    keepData: false,
    reuseData: false,
    signal: new AbortController().signal,
    events: SILENT,
    ...run.request,
  };
}

/** Runs it for real, worker threads and all. */
export function execute(run: RunOf): Promise<FinishedRun> {
  return executeRun(requestOf(run, scratch()));
}

/** The result of a phase and its `all` summary; a run without them is a failed test. */
export function resultOf(finished: FinishedRun, index = 0) {
  const result: PhaseResult | undefined = finished.run.phases[index];
  const all = result?.summaries[0];
  if (result === undefined || all === undefined) {
    throw new Error(`no result: ${finished.run.reason ?? "no reason given"}`);
  }
  return { result, all };
}

/** One row of `intervals.csv` by column name. */
export type Row = Readonly<Record<string, string>>;

/** The rows of `intervals.csv`. No cell holds a quote here; a quoted one may hold commas. */
export function readIntervals(folder: string): readonly Row[] {
  const text = readFileSync(join(folder, "intervals.csv"), "utf8").trim();
  const [names = [], ...rows] = text.split("\n").map(cellsOf);
  return rows.map((cells) =>
    Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""])),
  );
}

function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? "",
  );
}
