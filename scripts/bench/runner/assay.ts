import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LatencySummary } from "../../../src/model/run/latency.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { readRun, type StoredRun } from "../../../src/run/store/read.ts";
import { succeed } from "./child.ts";
import type { Bench } from "./runner.ts";
import type { CpuCost, Percentiles, Sample, Timed } from "./statistics.ts";
import type { Place } from "./workspace.ts";

const PROGRAM = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
const PEAK = new URL("./peak.ts", import.meta.url).href;

/** The load of a cell, in the words of a scenario; fio's options are derived from it. */
export interface Load {
  readonly access: "random" | "sequential";
  /** Operations that read, in percent; the others write. */
  readonly readPercent: number;
  readonly blockBytes: number;
  readonly workers: number;
  readonly queueDepth: number;
  readonly cache: "warm" | "direct";
  /** Writes before the call that makes them durable; null: nothing does. */
  readonly sync: { readonly call: "fsync" | "fdatasync"; readonly every: number } | null;
}

/** One worker reading 4 KiB blocks at random out of the page cache, one at a time. */
export const BLOCK: Load = {
  access: "random",
  readPercent: 100,
  blockBytes: 4096,
  workers: 1,
  queueDepth: 1,
  cache: "warm",
  sync: null,
};

/** Seconds of load, and of the same load before anything counts; for fio too. */
export interface Length {
  readonly seconds: number;
  readonly warmupSeconds: number;
}

/** Sixteen threads that compile their loops on few cores are not done after one second. */
export function lengthOf({ workers }: Pick<Load, "workers">, seconds: number): Length {
  return { seconds, warmupSeconds: workers > 1 ? 2 : 1 };
}

/** One run of a load. */
export interface AssaySample extends Sample {
  readonly peakBytes: number;
  /** Share of the bytes read that came from the device; null where it is unknown. */
  readonly deviceShare: number | null;
  /** The stored run. */
  readonly folder: string;
}

/** Runs a load once; the null engine on the null target instead. */
export async function runLoad(
  load: Load,
  engine: "auto" | "null" | "sync" | "uring",
  length: Length,
  place: Place,
  bench: Bench,
): Promise<AssaySample> {
  const scenario = scenarioOf(load, length, place.fileBytes, engine);
  const { run, folder, peakBytes } = await (engine === "null"
    ? runAssay(scenario, { target: "null:" }, [], bench)
    : runAssay(scenario, place, ["--keep-data", "--reuse-data"], bench));
  return { ...sampleOf(run.phases[0]), peakBytes, folder };
}

/** The file of a load on a directory: the one that an earlier run left, else one of a short run. */
export async function layOut(load: Load, place: Place, bench: Bench): Promise<string> {
  const file = await dataFile(place.target);
  if (file !== null) return file;
  // A separate run, because the device would still be busy in the first measured one.
  await runLoad(load, "auto", lengthOf(load, 0.1), place, bench);
  const left = await dataFile(place.target);
  if (left === null) throw new Error(`no data file was left in ${place.target}`);
  return left;
}

async function dataFile(target: string): Promise<string | null> {
  for (const run of await readdir(target)) {
    const data = join(target, run, "data");
    const [name] = await readdir(data).catch((): string[] => []);
    if (name !== undefined) return join(data, name);
  }
  return null;
}

function scenarioOf(
  load: Load,
  { seconds, warmupSeconds }: Length,
  fileBytes: number,
  engine: "auto" | "null" | "sync" | "uring",
): object {
  const { access, blockBytes, workers, queueDepth, cache, readPercent, sync } = load;
  const phase = {
    name: "cell",
    ...(readPercent > 0 && readPercent < 100
      ? { mix: { read: readPercent, write: 100 - readPercent } }
      : { operation: readPercent === 100 ? "read" : "write" }),
    ...{ access, blockSize: `${blockBytes}B`, workers, queueDepth, cache },
    ...(engine === "null" || engine === "auto" ? {} : { engine }),
    ...(sync === null ? {} : { sync }),
    warmup: `${warmupSeconds}s`,
    duration: `${seconds}s`,
  };
  const datasets = { data: { count: 1, size: `${fileBytes}B` } };
  return { name: "bench", datasets, phases: [phase] };
}

/**
 * Runs assay as its users do, in a separate process. Returns the stored run and the peak resident
 * memory of the process.
 */
export async function runAssay(
  scenario: object,
  { target, wrap = (command) => command }: Pick<Place, "target" | "wrap">,
  options: readonly string[],
  { space, signal }: Bench,
): Promise<StoredRun & { readonly peakBytes: number }> {
  const command = wrap([
    ...[process.execPath, "--import", PEAK, PROGRAM, "run", await space.scenario(scenario)],
    ...["--target", target, "--results", space.results, "--print", "path", "--quiet", ...options],
  ]);
  const child = await succeed("assay", command, signal);
  const stored = await readRun(child.stdout.trim(), space.results);
  return { ...stored, peakBytes: Number(child.aside) };
}

/** The numbers of a phase, without its warm-up. */
function sampleOf(phase: PhaseResult | undefined): Omit<AssaySample, "peakBytes" | "folder"> {
  const all = phase?.summaries.find(({ operation }) => operation === "all");
  if (phase === undefined || all === undefined || all.operations === 0) {
    throw new Error("no operation completed");
  }
  if (all.errors > 0) throw new Error(`${all.errors} operations failed`);
  const { logicalReadBytes, deviceReadBytes } = phase.cache;
  return {
    operationsPerSecond: all.operationsPerSecond,
    latency: latencyOf(phase),
    ...cpuCost(phase),
    deviceShare: deviceReadBytes === null ? null : deviceReadBytes / logicalReadBytes,
  };
}

/** CPU time of a phase per operation; kernel threads of io_uring count to its workers. */
export function cpuCost({ cpu, harness, summaries: [all] }: PhaseResult): CpuCost {
  const operations = all?.operations ?? Number.NaN;
  const kernelNs = harness?.kernelThreads?.cpuNs ?? 0;
  return {
    cpuNsPerOperation: (cpu.processUserNs + cpu.processSystemNs) / operations,
    workerCpuNsPerOperation: (cpu.workersUserNs + cpu.workersSystemNs + kernelNs) / operations,
  };
}

/** In a phase with one operation, `all` is that operation. */
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
