import { cpuCost, lengthOf, runAssay } from "../runner/assay.ts";
import type { Bench } from "../runner/runner.ts";
import type { FilesLoad, FilesOperation, FilesSample } from "./side.ts";

/** One run of our command line; its files stay for the next one in the same directory. */
export async function assayFiles(
  load: FilesLoad,
  operations: readonly FilesOperation[],
  target: string,
  bench: Bench,
): Promise<FilesSample> {
  const scenario = filesScenario(load, operations, bench.options.seconds);
  const options = [
    ...(operations.includes("create") ? [] : ["--reuse-data"]),
    ...(operations.includes("delete") ? [] : ["--keep-data"]),
  ];
  const { phases } = (await runAssay(scenario, { target }, options, bench)).run;
  return Object.fromEntries(
    phases.slice(-operations.length).map((phase, place) => {
      const [all] = phase.summaries;
      if (all === undefined || all.errors > 0) {
        throw new Error(`${phase.phase.name}: operations failed`);
      }
      const { operationsPerSecond } = all;
      return [operations[place], { operationsPerSecond, ...cpuCost(phase) }];
    }),
  );
}

/**
 * The scenario of a run. A phase that is counted is one pass in the order of the names, as the
 * threads of elbencho do it; a rehearsal is the same phases before, in the same process.
 */
export function filesScenario(
  { count, fileBytes, filesPerDirectory, workers, queueDepth, passes }: FilesLoad,
  operations: readonly FilesOperation[],
  seconds: number,
) {
  const { warmupSeconds, seconds: duration } = lengthOf({ workers }, seconds);
  const timed = { warmup: `${warmupSeconds}s`, duration: `${duration}s` };
  const pass = { epochs: 1, access: "sequential" };
  const phaseOf = (prefix: string) => (operation: FilesOperation) => {
    const again = operation === "stat" || operation === "fetch";
    const length = passes === "timed" ? timed : pass;
    return { name: `${prefix}${operation}`, operation, ...(again ? length : {}) };
  };
  const rehearsal = passes === "warm" ? operations.map(phaseOf("rehearse-")) : [];
  return {
    name: "bench-files",
    datasets: { data: { count, size: `${fileBytes}B`, filesPerDirectory } },
    defaults: { workers, queueDepth, cache: "warm", blockSize: `${fileBytes}B` },
    phases: [...rehearsal, ...operations.map(phaseOf(""))],
  };
}
