import type { Job } from "../../../src/cli/live/steps.ts";
import { RANDOM_DATA } from "../../../src/model/plan/data.ts";
import type { DatasetPlan } from "../../../src/model/plan/dataset.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";

/** A run of these phases on a directory, with one dataset of files of 1 MiB. */
export function jobOf(run: {
  readonly phases: readonly PhasePlan[];
  readonly repetitions?: number;
  readonly files?: number;
}): Job {
  const { phases, repetitions = 1, files = 1 } = run;
  const dataset: DatasetPlan = {
    name: "data",
    kind: "files",
    count: files,
    size: { kind: "fixed", bytes: 2 ** 20 },
    seed: 1,
    shardBytes: 0,
    filesPerDirectory: 1000,
    suffix: ".bin",
    data: RANDOM_DATA,
  };
  const plan = { name: "plan", title: "Plan", description: "", guide: [], seed: 1 };
  return {
    plan: { ...plan, repetitions, intervalNs: 0, datasets: [dataset], phases },
    target: {
      name: "vol",
      kind: "directory",
      address: { kind: "path", path: "/mnt/vol" },
      provisioned: {},
    },
  };
}
