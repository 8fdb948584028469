import { fileURLToPath } from "node:url";
import type { LatencySummary, PhaseResult } from "../../src/model/run/run.ts";
import { readRun } from "../../src/run/store/read.ts";
import { runChild } from "./children.ts";
import type { FioCell, Load } from "./fio-cells.ts";
import type { Percentiles, Sample, Timed } from "./sample.ts";
import type { Workspace } from "./workspace.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));
const PEAK = new URL("./peak.ts", import.meta.url).href;

/**
 * Seconds of load before anything counts, for fio too. Sixteen threads that compile their loops on
 * few cores are not done after one.
 */
export function warmupSeconds({ workers }: Pick<Load, "workers">): number {
  return workers > 1 ? 2 : 1;
}

/** One run of our own command line. */
export interface AssayRun {
  readonly engine: "null" | FioCell["engine"];
  readonly load: Load;
  readonly seconds: number;
  readonly sizeBytes: number;
}

/** What it came to. */
export interface AssaySample extends Sample {
  readonly peakBytes: number;
  /** Share of what was read that came from the device; null where it does not say. */
  readonly deviceShare: number | null;
}

/** Runs assay as its users do, in a process of its own, and reads the stored run. */
export async function runAssay(
  run: AssayRun,
  space: Workspace,
  signal: AbortSignal,
): Promise<AssaySample> {
  const scenario = await space.scenario("cell", scenarioOf(run));
  const target = run.engine === "null" ? "null:" : space.target;
  const options = ["--results", space.results, "--print", "path", "--quiet"];
  const data = run.engine === "null" ? [] : ["--keep-data", "--reuse-data"];
  const child = await runChild(
    process.execPath,
    ["--import", PEAK, PROGRAM, "run", scenario, "--target", target, ...options, ...data],
    signal,
  );
  if (child.code !== 0) {
    throw new Error(`assay ended with ${child.code ?? "a signal"}: ${child.stderr.trim()}`);
  }
  const stored = await readRun(child.stdout.trim(), space.results);
  const [phase] = stored.run.phases;
  if (phase === undefined) throw new Error("assay stored a run without a phase");
  return { ...sampleOf(phase), peakBytes: Number(child.aside) };
}

function scenarioOf({ engine, load, seconds, sizeBytes }: AssayRun): object {
  const { readPercent } = load;
  return {
    name: "bench",
    datasets: { data: { count: 1, size: `${sizeBytes}B` } },
    phases: [
      {
        name: "cell",
        ...(readPercent > 0 && readPercent < 100
          ? { mix: { read: readPercent, write: 100 - readPercent } }
          : { operation: readPercent === 100 ? "read" : "write" }),
        access: load.access,
        blockSize: `${load.blockBytes}B`,
        workers: load.workers,
        queueDepth: load.queueDepth,
        cache: load.cache,
        // What a target leaves to `auto` is sync at depth 1, and the null target has one engine.
        ...(engine === "null" ? {} : { engine }),
        ...(load.sync === null ? {} : { sync: load.sync }),
        warmup: `${warmupSeconds(load)}s`,
        duration: `${seconds}s`,
      },
    ],
  };
}

/** The numbers of a phase; the warm-up is in none of them. */
function sampleOf(phase: PhaseResult): Omit<AssaySample, "peakBytes"> {
  const all = phase.summaries.find(({ operation }) => operation === "all");
  if (all === undefined || all.operations === 0) throw new Error("no operation was completed");
  if (all.errors > 0) throw new Error(`${all.errors} operations failed`);
  const cpuNs = phase.cpu.workersUserNs + phase.cpu.workersSystemNs;
  const { logicalReadBytes, deviceReadBytes } = phase.cache;
  return {
    operationsPerSecond: all.operationsPerSecond,
    latency: latencyOf(phase),
    cpuNsPerOperation: cpuNs / all.operations,
    deviceShare: deviceReadBytes === null ? null : deviceReadBytes / logicalReadBytes,
  };
}

/** Where a phase does one thing only, `all` is that thing. */
function latencyOf({ phase, summaries }: PhaseResult): Sample["latency"] {
  const latency: Partial<Record<Timed, Percentiles>> = {};
  for (const timed of ["read", "write"] as const) {
    if (!phase.mix.some(({ operation }) => operation === timed)) continue;
    const summary = summaries.find(({ operation }) => operation === timed) ?? summaries[0];
    if (summary?.latency) latency[timed] = percentilesOf(summary.latency);
    if (summary?.sync) latency.sync = percentilesOf(summary.sync);
  }
  return latency;
}

function percentilesOf({ p50Ns, p99Ns, p999Ns }: LatencySummary): Percentiles {
  return { p50Ns, p99Ns, p999Ns };
}
