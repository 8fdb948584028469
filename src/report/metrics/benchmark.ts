import { printableJson } from "../../model/printable.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import { type MetricValue, metricValues } from "./metrics.ts";

/** An entry of github-action-benchmark's tools `customBiggerIsBetter` and `…Smaller…`. */
interface BenchmarkEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Half of the range over the repetitions: `± 12.3`; absent with one repetition. */
  readonly range?: string;
  readonly extra: string;
}

/**
 * Values of runs for github-action-benchmark, which keeps rates and latencies in separate files:
 * https://github.com/benchmark-action/github-action-benchmark. Latencies are in milliseconds.
 */
export function benchmarkJson(runs: readonly Run[], better: "bigger" | "smaller"): string {
  const values = runs.flatMap(metricValues).filter(({ kind }) => kind.better === better);
  return `${printableJson(values.map(entryOf))}\n`;
}

function entryOf({ kind, run, phase, operation, value, repetitions }: MetricValue): BenchmarkEntry {
  const isTime = kind.unit === "s";
  const scale = isTime ? 1000 : 1;
  const half = (Math.max(...repetitions) - Math.min(...repetitions)) / 2;
  const of = operation === "all" ? "" : `: ${operation}`;
  const what = kind.name.replace(/^assay\./, "").replaceAll(/[._]/g, " ");
  return {
    name: `${pairName(run)} / ${phase}${of} / ${what}`,
    unit: isTime ? "ms" : kind.unit === "By/s" ? "B/s" : "ops/s",
    value: Number((value * scale).toPrecision(12)),
    ...(repetitions.length > 1 ? { range: `± ${Number((half * scale).toPrecision(3))}` } : {}),
    extra: `run ${run.id}, ${repetitions.length} repetition${repetitions.length === 1 ? "" : "s"}`,
  };
}
