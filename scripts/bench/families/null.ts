import { makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import { formatShare } from "../../../src/report/parts/format.ts";
import { type Load, lengthOf, runLoad } from "../runner/assay.ts";
import { table, verdict } from "../runner/markdown.ts";
import { alternate, type Family, type Named } from "../runner/runner.ts";
import { median, spread } from "../runner/statistics.ts";

/** The null engine with recording on: the cost of the load generator itself. */
export interface NullCell extends Named<"null"> {
  readonly load: Load;
  /** Maximum in nanoseconds per operation and worker. */
  readonly mostNs: number;
}

/** One run, and a bare loop right after it; nanoseconds per operation and worker. */
interface NullRun {
  readonly ns: number;
  /** CPU time, which a busy machine cannot lengthen. */
  readonly cpuNs: number;
  readonly floorNs: number;
}

/** Medians and verdict of the null engine's runs. */
export function nullResult(cell: NullCell, runs: readonly NullRun[]) {
  const nsRuns = runs.map(({ ns }) => ns);
  const cpuNsRuns = runs.map(({ cpuNs }) => cpuNs);
  const floorNsRuns = runs.map(({ floorNs }) => floorNs);
  const ns = median(nsRuns);
  const medians = { ns, cpuNs: median(cpuNsRuns), floorNs: median(floorNsRuns) };
  const verdict = { spread: spread(nsRuns), met: ns <= cell.mostNs };
  return { cell, nsRuns, cpuNsRuns, floorNsRuns, ...medians, ...verdict };
}

export const NULL: Family<NullCell, ReturnType<typeof nullResult>> = {
  async measure(cell, bench) {
    const { load } = cell;
    const length = lengthOf(load, bench.options.seconds);
    const assay = async (): Promise<NullRun> => {
      const sample = await runLoad(load, "null", length, bench.space.place, bench);
      const ns = (load.workers * 1e9) / sample.operationsPerSecond;
      return { ns, cpuNs: sample.workerCpuNsPerOperation, floorNs: bareLoopNs(load.queueDepth) };
    };
    const textOf = ({ ns, floorNs }: NullRun) =>
      `${ns.toFixed(1)} ns, a bare loop ${floorNs.toFixed(1)}`;
    return nullResult(cell, (await alternate(cell, { assay }, textOf, bench))("assay"));
  },
  show(results) {
    const rows = results.map((one) => [
      ...[one.cell.title, `${one.ns.toFixed(1)} ns`, `≤ ${one.cell.mostNs} ns`, verdict(one.met)],
      ...[`${one.cpuNs.toFixed(1)} ns`, `${one.floorNs.toFixed(1)} ns`, formatShare(one.spread)],
    ]);
    const head = ["own cost, recording on", "an operation and worker", "target", ""];
    return [table([...head, "CPU", "a bare loop now", "spread"], rows)];
  },
};

/**
 * The least that any load generator costs on this machine right now: a loop that reads the clock
 * once for `batch` operations and records each latency, and does nothing else. Nanoseconds per
 * operation.
 */
function bareLoopNs(batch: number): number {
  const histogram = makeHistogram("interval");
  const issuedMs = new Float64Array(batch);
  run(200);
  const nsPerOperation = run(500);
  histogram.destroy();
  return nsPerOperation;

  function run(lengthMs: number): number {
    const start = performance.now();
    issuedMs.fill(start);
    let now = start;
    let operations = 0;
    while (now < start + lengthMs) {
      now = performance.now();
      for (let slot = 0; slot < batch; slot++) {
        histogram.recordValue(Math.round((now - (issuedMs[slot] ?? 0)) * 1e6));
        issuedMs[slot] = now;
      }
      operations += batch;
    }
    return ((now - start) * 1e6) / operations;
  }
}
