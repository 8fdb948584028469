import { join } from "node:path";
import { matrixSettings } from "../../model/plan/matrix-settings.ts";
import { HOSTS_FOLDER, type HostRecord } from "../../model/run/hosts.ts";
import type { Series } from "../../model/run/measurement.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import type { Sample } from "../../model/run/sample.ts";
import type { HostsEnd } from "../../run/generator.ts";
import type { PhaseInterval } from "../../run/phase/intervals.ts";
import type { IntervalContext } from "../../run/store/interval-rows.ts";
import { RunStore } from "../../run/store/store.ts";
import type { OpenResult } from "../run-calls.ts";
import type { CrewHost } from "./crew.ts";

/** One ordinary run folder for each host, in the folder of the run. */
export class HostFolders {
  private readonly stores: readonly RunStore[];
  private runs: readonly Run[];

  /**
   * `run`: the merge as it is stored before its first phase; `opened`: facts of each host, which
   * replace those of the first.
   */
  constructor(
    folder: string,
    run: Run,
    hosts: readonly CrewHost[],
    opened: ReadonlyMap<CrewHost, OpenResult>,
  ) {
    this.runs = hosts.map((host) => {
      const { storage: _first, ...common } = run;
      const { environment = run.environment, storage = null } = opened.get(host) ?? {};
      const own = { environment, target: host.targetOf(run.target), hosts: [host.record] };
      return { ...common, ...own, ...(storage === null ? {} : { storage }) };
    });
    const { plan, id: runId, target, startedAt } = run;
    this.stores = hosts.map(
      ({ folderName }) =>
        new RunStore(join(folder, HOSTS_FOLDER), {
          ...{ runId, folderName, scenario: plan.name, target: target.name },
          startedAtMs: Date.parse(startedAt),
          settings: matrixSettings(plan.phases),
        }),
    );
  }

  interval(
    rank: number,
    interval: PhaseInterval,
    series: readonly Series[],
    context: IntervalContext,
  ): void {
    this.stores[rank]?.interval(interval, series, context);
  }

  sample(rank: number, sample: Sample, context: IntervalContext): void {
    this.stores[rank]?.sample(sample, context);
  }

  /** Adds the result of a phase on a host. */
  result(rank: number, result: PhaseResult): void {
    this.runs = this.runs.map((run, at) =>
      at === rank ? { ...run, phases: [...run.phases, result] } : run,
    );
    const run = this.runs[rank];
    if (run !== undefined) this.stores[rank]?.keep(run);
  }

  /** Stores how the run ended on each host; `end`: of all, for hosts that were complete. */
  end(records: readonly HostRecord[], end: HostsEnd | null): void {
    const endedAt = new Date().toISOString();
    this.runs = this.runs.map((run, rank) => {
      const record = records[rank];
      if (record === undefined) return run;
      const { state, reason } = record.state === "complete" && end !== null ? end : record;
      return { ...run, hosts: [record], state, reason, endedAt };
    });
    for (const [rank, run] of this.runs.entries()) this.stores[rank]?.save(run);
    for (const store of this.stores) store.close();
  }
}
