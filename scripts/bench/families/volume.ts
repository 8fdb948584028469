import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { uringRefusal } from "../../../src/engine/uring/refusal.ts";
import { formatCount, formatShare } from "../../../src/report/parts/format.ts";
import { Bucket } from "../../../src/testbed/volume/limits/bucket.ts";
import type { Limits } from "../../../src/testbed/volume/limits/kinds.ts";
import {
  profileOfOptions,
  startVolume,
  type Volume,
  type VolumeOptions,
  volumeRefusal,
} from "../../../src/testbed/volume/start.ts";
import { type Length, type Load, layOut, runLoad } from "../runner/assay.ts";
import { runFio } from "../runner/fio.ts";
import { table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import { median, spread } from "../runner/statistics.ts";

/** An emulated volume, a load that asks for more than it promises, and the figure measured. */
export interface VolumeCell extends Named<"volume"> {
  readonly volume: Omit<VolumeOptions, "folder">;
  /** Direct, and of one worker. */
  readonly load: Load;
  /** A burst is measured from full burst credits; everything else when it has settled. */
  readonly measures: "operations" | "bytes" | "burst";
}

/** One run of either tool. */
interface VolumeRun {
  readonly operationsPerSecond: number;
  /** Completed operations over the time of the run, in seconds. */
  readonly completed: readonly { readonly atS: number; readonly operations: number }[];
}

/** One number that a volume promises, and how it is read from a run. */
interface Promised {
  readonly title: string;
  readonly unit: "IOPS" | "B/s" | "s";
  readonly promised: number;
  readonly read: (run: VolumeRun) => number;
}

/** The largest error of a median that is met. */
export const MAX_ERROR = 0.01;

/** Median, error and verdict of the runs of one tool; the error is below 0 for too little. */
function measured(runs: readonly number[], promised: number) {
  const middle = median(runs);
  const error = middle / promised - 1;
  return { runs, median: middle, error, spread: spread(runs), met: Math.abs(error) <= MAX_ERROR };
}
type Measured = ReturnType<typeof measured>;

/** A set limit and the measured values; fio is null if it is not installed. */
interface VolumeFigure extends Omit<Promised, "read"> {
  readonly assay: Measured;
  readonly fio: Measured | null;
}

interface VolumeResult {
  readonly cell: VolumeCell;
  readonly figures: readonly VolumeFigure[];
}

/** A slice of the throttle more or less is half a percent of this. */
const MIN_SECONDS = 20;
/** A load that settles: a throttle gives its first slices twice. */
const SETTLE_SECONDS = 2;
/** Around the end of a burst, which neither of its rates is read from. */
const KNEE_SECONDS = 1;
const DATA_BYTES = 64 * 2 ** 20;
const IN_MEMORY = "/dev/shm";

export const VOLUME: Family<VolumeCell, VolumeResult> = {
  async available({ log }) {
    const refusal = await volumeRefusal();
    if (refusal !== null) log(`No emulated volume is measured: ${refusal}.`);
    return refusal === null;
  },
  async measure(cell, bench) {
    // Memory if available: a disk may be slower than the volume.
    const folder = bench.options.folder ?? (existsSync(IN_MEMORY) ? IN_MEMORY : undefined);
    const volume = await startVolume({ ...cell.volume, ...(folder !== undefined && { folder }) });
    if ("unavailable" in volume) throw new Error(volume.unavailable);
    try {
      return { cell, figures: await figuresOf(cell, volume, bench) };
    } finally {
      await volume.stop();
    }
  },
  show(results) {
    const head = ["emulated volume", "promised", "assay", "error", "fio", "error", "target", ""];
    const figures = results.flatMap((result) => result.figures);
    return [table([...head, "spread of each"], figures.map(row))];
  },
};

async function figuresOf(
  cell: VolumeCell,
  volume: Volume,
  bench: Bench,
): Promise<readonly VolumeFigure[]> {
  const { load } = cell;
  const { length, promises } = promisedBy(cell, bench.options.seconds);
  const place = { target: volume.path, fileBytes: DATA_BYTES, wrap: volume.throttled };
  // Laid out before the first run, which is to find the volume at rest, its credits full.
  const file = await layOut(load, place, bench);
  const rested = (run: () => Promise<VolumeRun>) => async () => {
    if (cell.measures === "burst") await volume.refill();
    return run();
  };
  const assay = rested(async () => {
    const { operationsPerSecond, folder } = await runLoad(load, "auto", length, place, bench);
    return { operationsPerSecond, completed: await intervalsOf(folder) };
  });
  const fio = rested(async () => {
    const ioengine = uringRefusal() === null ? "io_uring" : "libaio";
    const log = join(bench.space.root, "fio");
    const extra = { wrap: volume.throttled, options: [`--write_lat_log=${log}`] };
    const { operationsPerSecond } = await runFio(
      { load, ioengine, batch: 1, hugePages: false },
      file,
      length,
      bench,
      extra,
    );
    return { operationsPerSecond, completed: await loggedBy(log) };
  });
  const textOf = (run: VolumeRun) =>
    promises
      .map(({ read, unit, promised }) => [read(run), unit, read(run) / promised] as const)
      .map(([value, unit, share]) => `${formatCount(value)} ${unit} (${formatShare(share)})`)
      .join(", ");
  const installed = bench.programs.fio !== null;
  const sides = installed ? { assay, fio } : { assay };
  const runs = await alternate<VolumeRun>(cell, sides, textOf, bench);
  return promises.map(({ read, ...figure }) => {
    const of = (side: string) => measured(runs(side).map(read), figure.promised);
    return { ...figure, assay: of("assay"), fio: installed ? of("fio") : null };
  });
}

/**
 * The numbers by Amazon's formulas, and the length of a run that shows them. Throws where the cell
 * has no such limit.
 */
function promisedBy(
  { volume, measures, title, load }: VolumeCell,
  seconds: number,
): { readonly length: Length; readonly promises: readonly Promised[] } {
  const profile = profileOfOptions(volume);
  if ("problem" in profile) throw new Error(profile.problem);
  const limit = measures === "bytes" ? "bytesPerSecond" : "iops";
  const least = (limits: Limits): number =>
    Math.min(...[limits, volume.instance].map((one) => one?.[limit] ?? Number.POSITIVE_INFINITY));
  const promised = least(profile.sustained);
  const steady = Math.max(MIN_SECONDS, seconds);
  if (measures !== "burst" || profile.burst === null) {
    const [unit, size] =
      measures === "bytes" ? (["B/s", load.blockBytes] as const) : (["IOPS", 1] as const);
    const read = ({ operationsPerSecond }: VolumeRun) => operationsPerSecond * size;
    const length = { seconds: steady, warmupSeconds: SETTLE_SECONDS };
    return { length, promises: [{ title, unit, promised, read }] };
  }
  const burst = least(profile.burst.limits);
  const endS = new Bucket(profile.burst).secondsLeft(profile.burst.limits);
  const lastS = endS + KNEE_SECONDS + steady;
  const rate = (fromS: number, toS: number) => (run: VolumeRun) =>
    completedBetween(run, fromS, toS) / (toS - fromS);
  // The total says when it turned from one rate to the other.
  const turnedS = (run: VolumeRun) =>
    (completedBetween(run, 0, lastS) - promised * lastS) / (burst - promised);
  const [first, then] = [rate(0, endS - KNEE_SECONDS), rate(endS + KNEE_SECONDS, lastS)];
  return {
    length: { seconds: lastS, warmupSeconds: 0 },
    promises: [
      { title: `${title}: burst`, unit: "IOPS", promised: burst, read: first },
      { title: "… then", unit: "IOPS", promised, read: then },
      { title: "… after", unit: "s", promised: endS, read: turnedS },
    ],
  };
}

function completedBetween({ completed }: VolumeRun, fromS: number, toS: number): number {
  return completed
    .filter(({ atS }) => atS >= fromS && atS < toS)
    .reduce((sum, { operations }) => sum + operations, 0);
}

/** Operations by the middle of each interval, from a stored run's intervals.csv. */
async function intervalsOf(folder: string): Promise<VolumeRun["completed"]> {
  const [head = [], ...rows] = await csv(join(folder, "intervals.csv"));
  return rows.map((row) => {
    const at = (column: string) => Number(row[head.indexOf(column)]);
    return { atS: at("from_s") + at("width_s") / 2, operations: at("operations") };
  });
}

/** Operations in fio's latency log: one per line, which begins with the milliseconds. */
async function loggedBy(log: string): Promise<VolumeRun["completed"]> {
  const rows = await csv(`${log}_lat.1.log`);
  return rows.map(([ms]) => ({ atS: Number(ms) / 1000, operations: 1 }));
}

async function csv(path: string): Promise<readonly (readonly string[])[]> {
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  return lines.map((line) => line.split(","));
}

function row({ title, unit, promised, assay, fio }: VolumeFigure): readonly string[] {
  const shown = (one: Measured | null) =>
    one === null
      ? ["–", "–"]
      : [amount(one.median, unit), `${one.error >= 0 ? "+" : ""}${percent(one.error)}`];
  const spreads = [assay, fio].map((one) => (one === null ? "–" : percent(one.spread)));
  const met = assay.met && fio?.met !== false;
  return [
    ...[title, amount(promised, unit), ...shown(assay), ...shown(fio)],
    ...[`± ${(100 * MAX_ERROR).toFixed(0)} %`, verdict(met), spreads.join(", ")],
  ];
}

/** Rates in MiB/s, in which volumes are sold. */
function amount(value: number, unit: VolumeFigure["unit"]): string {
  if (unit === "B/s") return `${(value / 2 ** 20).toFixed(2)} MiB/s`;
  if (unit === "s") return `${value.toFixed(2)} s`;
  return value < 1000 ? `${value.toFixed(1)} IOPS` : `${formatCount(value)} IOPS`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
