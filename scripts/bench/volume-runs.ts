import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { uringRefusal } from "../../src/engine/uring/uring.ts";
import { readRun } from "../../src/run/store/read.ts";
import type { Volume } from "../emulated-volume/start.ts";
import { type Finished, runChild } from "./children.ts";
import type { Bench } from "./measure.ts";
import type { VolumeLoad } from "./volume-cells.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));
const DATA_BYTES = 64 * 2 ** 20;

/** What a run is made of. */
export interface VolumeRun {
  readonly volume: Volume;
  readonly load: VolumeLoad;
  readonly seconds: number;
  /** Seconds of load before anything counts; none where the beginning is what is measured. */
  readonly warmupSeconds: number;
}

/** What one run of either tool came to. */
export interface VolumeSample {
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Operations completed between two times of the run, in seconds. */
  readonly between: (fromS: number, toS: number) => number;
}

/** A load that settles is given this before it counts: a throttle gives its first slices twice. */
export const SETTLE_SECONDS = 2;

/** Runs assay under the volume's limits. */
export async function runAssayOn(run: VolumeRun, bench: Bench): Promise<VolumeSample> {
  const { load } = run;
  const phase = {
    name: "cell",
    mix: mixOf(load),
    access: load.access,
    blockSize: `${load.blockBytes}B`,
    workers: 1,
    queueDepth: load.queueDepth,
    cache: "direct",
    warmup: `${run.warmupSeconds}s`,
    duration: `${run.seconds}s`,
  };
  const datasets = { data: { count: 1, size: `${DATA_BYTES}B` } };
  const scenario = await bench.space.scenario("volume", {
    ...{ name: "bench-volume", datasets, phases: [phase] },
  });
  const { results } = bench.space;
  const child = await under(run.volume, bench, [
    ...[process.execPath, PROGRAM, "run", scenario, "--target", run.volume.path],
    ...["--results", results, "--print", "path", "--quiet", "--keep-data", "--reuse-data"],
  ]);
  if (child.code !== 0) throw new Error(`assay ended with ${child.code}: ${child.stderr.trim()}`);
  const stored = await readRun(child.stdout.trim(), results);
  const all = stored.run.phases[0]?.summaries.find(({ operation }) => operation === "all");
  if (all === undefined) throw new Error("assay stored a run without a phase");
  const cells = await timeLine(stored.folder);
  return {
    operationsPerSecond: all.operationsPerSecond,
    bytesPerSecond: all.bytesPerSecond,
    between: (fromS, toS) =>
      sumOf(cells.filter(({ middleS }) => middleS > fromS && middleS < toS).map((c) => c.done)),
  };
}

function mixOf({ readPercent }: VolumeLoad): Readonly<Record<string, number>> {
  if (readPercent === 100) return { read: 1 };
  return { read: readPercent, write: 100 - readPercent };
}

/** Operations by interval, from a stored run's intervals.csv. */
async function timeLine(folder: string): Promise<readonly { middleS: number; done: number }[]> {
  const text = await readFile(join(folder, "intervals.csv"), "utf8");
  const [head = "", ...lines] = text.trim().split("\n");
  const names = head.split(",");
  const [from, width, done] = ["from_s", "width_s", "operations"].map((n) => names.indexOf(n));
  return lines.map((line) => {
    const values = line.split(",").map(Number);
    const at = (column: number | undefined) => values[column ?? -1] ?? Number.NaN;
    return { middleS: at(from) + at(width) / 2, done: at(done) };
  });
}

/** Runs fio with the same load on a file of its own. */
export async function runFioOn(run: VolumeRun, bench: Bench): Promise<VolumeSample> {
  const folder = await mkdtemp(join(bench.space.root, "fio-"));
  try {
    const parameters = fioParameters(run, join(folder, "log"));
    const child = await under(run.volume, bench, ["fio", ...parameters]);
    if (child.code !== 0) throw new Error(`fio ended with ${child.code}: ${child.stderr.trim()}`);
    const report = JSON.parse(child.stdout.slice(child.stdout.indexOf("{")));
    const sides = [report.jobs[0].read, report.jobs[0].write];
    const log = await readFile(join(folder, "log_clat.1.log"), "utf8");
    const atMs = log
      .split("\n")
      .filter(Boolean)
      .map((line) => Number(line.split(",")[0]));
    return {
      operationsPerSecond: sumOf(sides.map((side) => side.iops)),
      bytesPerSecond: sumOf(sides.map((side) => side.bw_bytes)),
      between: (fromS, toS) => atMs.filter((ms) => ms >= 1000 * fromS && ms < 1000 * toS).length,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function fioParameters(run: VolumeRun, log: string): readonly string[] {
  const { load, volume } = run;
  const random = load.access === "random" ? "rand" : "";
  const kind = load.readPercent === 100 ? "read" : "rw";
  return [
    ...["--name=cell", `--filename=${join(volume.path, "fio")}`, `--size=${DATA_BYTES}`],
    ...[`--rw=${random}${kind}`, `--rwmixread=${load.readPercent}`, `--bs=${load.blockBytes}`],
    ...["--direct=1", `--iodepth=${load.queueDepth}`, "--norandommap", "--thread"],
    ...[`--ioengine=${uringRefusal() === null ? "io_uring" : "libaio"}`, "--time_based"],
    ...[`--runtime=${run.seconds}s`, `--ramp_time=${run.warmupSeconds}s`],
    ...["--output-format=json", `--write_lat_log=${log}`],
  ];
}

function under(volume: Volume, { signal }: Bench, command: readonly string[]): Promise<Finished> {
  const [program, ...parameters] = volume.throttled(command);
  return runChild(program, parameters, signal);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
