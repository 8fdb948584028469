import { fileURLToPath } from "node:url";
import { formatBytes, formatLatency, formatRatio } from "../../../src/report/parts/format.ts";
import type { MergeFigures } from "../hosts/merge.ts";
import { BLOCK, lengthOf, runAssay } from "../runner/assay.ts";
import { succeed } from "../runner/child.ts";
import { table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import { median } from "../runner/statistics.ts";

/** Runs on several hosts, which are processes of this one. */
export interface HostsCell extends Named<"hosts"> {
  /** `start`: first operations; `rate`: against one process; `merge`: of a thousand hosts. */
  readonly measures: "start" | "rate" | "merge";
}

export const HOSTS_CELLS: readonly HostsCell[] = [
  { kind: "hosts", name: "hosts-start", title: "start of 3 hosts, 20 phases", measures: "start" },
  {
    kind: "hosts",
    name: "hosts-rate",
    title: "2 hosts x 1 worker against 2 workers, null engine",
    measures: "rate",
  },
  {
    kind: "hosts",
    name: "hosts-merge",
    title: "merge of 1,000 hosts x 8 series",
    measures: "merge",
  },
];

/** One figure with its limit. */
interface Figure {
  readonly title: string;
  readonly value: string;
  readonly limit: string;
  readonly met: boolean;
}

const STARTS = 20;
const MERGE = fileURLToPath(new URL("../hosts/merge.ts", import.meta.url));

export const HOSTS: Family<HostsCell, readonly Figure[]> = {
  measure(cell, bench) {
    if (cell.measures === "start") return startFigures(cell, bench);
    if (cell.measures === "rate") return rateFigures(cell, bench);
    return mergeFigures(cell, bench);
  },
  show(results) {
    const rows = results
      .flat()
      .map(({ title, value, limit, met }) => [title, value, limit, verdict(met)]);
    return rows.length === 0 ? [] : [table(["several hosts", "measured", "target", ""], rows)];
  },
};

function nullScenario(workers: number, seconds: number, warmupSeconds: number, repetitions = 1) {
  const { access, blockBytes, queueDepth, cache } = BLOCK;
  const load = { operation: "read", access, blockSize: `${blockBytes}B`, workers, queueDepth };
  const length = { warmup: `${warmupSeconds}s`, duration: `${seconds}s` };
  const datasets = { data: { count: 1, size: "64MiB" } };
  return {
    name: "bench",
    repetitions,
    datasets,
    phases: [{ name: "cell", ...load, cache, ...length }],
  };
}

const NULL_TARGET = { target: "null:" } as const;

async function startFigures({ title }: HostsCell, bench: Bench): Promise<readonly Figure[]> {
  const hosts = ["--hosts", "local:3", "--max-start-spread", "10s"];
  const { run } = await runAssay(nullScenario(1, 0.5, 0, STARTS), NULL_TARGET, hosts, bench);
  const spreads = run.phases.flatMap(({ start }) => start?.spreadNs ?? []);
  const figure = (what: string, ns: number, mostNs: number): Figure => ({
    title: `${title}: ${what}`,
    value: formatLatency(ns),
    limit: `≤ ${formatLatency(mostNs)}`,
    met: spreads.length === STARTS && ns <= mostNs,
  });
  return [
    figure("median spread", median(spreads), 0.5e6),
    figure("worst spread", Math.max(...spreads), 5e6),
  ];
}

async function rateFigures(cell: HostsCell, bench: Bench): Promise<readonly Figure[]> {
  const { seconds, warmupSeconds } = lengthOf({ workers: 2 }, bench.options.seconds);
  const rateOf = async (workers: number, hosts: readonly string[]): Promise<number> => {
    const scenario = nullScenario(workers, seconds, warmupSeconds);
    const { run } = await runAssay(scenario, NULL_TARGET, hosts, bench);
    return run.phases[0]?.summaries[0]?.operationsPerSecond ?? 0;
  };
  const hosts = ["--hosts", "local:2", "--max-start-spread", "10s"];
  const sides = { hosts: () => rateOf(1, hosts), process: () => rateOf(2, []) };
  const samples = await alternate(cell, sides, (rate) => `${Math.round(rate)} ops/s`, bench);
  const ratio = median(samples("hosts")) / median(samples("process"));
  return [{ title: cell.title, value: formatRatio(ratio), limit: "≥ 0.98x", met: ratio >= 0.98 }];
}

async function mergeFigures({ title }: HostsCell, { signal }: Bench): Promise<readonly Figure[]> {
  const child = await succeed("merge", [process.execPath, MERGE, "1000", "10"], signal);
  const figures: MergeFigures = JSON.parse(child.stdout);
  const { cpuMsPerInterval, lastToResultMs, peakBytes, wireBytes } = figures;
  const row = (what: string, value: string, limit: string, met: boolean): Figure => ({
    ...{ title: `${title}: ${what}`, value, limit, met },
  });
  const ms = (value: number): string => formatLatency(value * 1e6);
  return [
    row("CPU time per interval", ms(cpuMsPerInterval), "≤ 60 ms", cpuMsPerInterval <= 60),
    row("last interval to result", ms(lastToResultMs), "≤ 1 s", lastToResultMs <= 1000),
    row("memory", formatBytes(peakBytes), "≤ 300 MB", peakBytes <= 300e6),
    row("message of a host and second", formatBytes(wireBytes), "≤ 25 kB", wireBytes <= 25e3),
  ];
}
