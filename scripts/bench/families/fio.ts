/**
 * A family of cells in each file of this folder: the data of a cell, how it is measured, its
 * verdict and its tables. This one, next to fio, is the model for the others. Bounds are in
 * `../cells.ts`, never here.
 */

import {
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
} from "../../../src/report/parts/format.ts";
import {
  type AssaySample,
  BLOCK,
  type Length,
  type Load,
  layOut,
  lengthOf,
  runLoad,
} from "../runner/assay.ts";
import { type FioLoad, runFio } from "../runner/fio.ts";
import { table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import {
  agrees,
  median,
  medianSample,
  notAbove,
  PERCENTILES,
  type Sample,
  spread,
  TIMED,
} from "../runner/statistics.ts";

/** Side by side with fio: the rate as a share of fio's, at least `leastRatio`. */
export interface FioCell extends Named<"fio">, FioLoad {
  readonly engine: "sync" | "uring";
  readonly leastRatio: number;
  /**
   * `p50-agrees`: an instrument that reads too low is as wrong as one that reads too high.
   * `none-above`: no percentile may be above fio's; where the rates differ, so may latencies.
   */
  readonly latency: "p50-agrees" | "none-above";
  /** Whether an operation may cost no more CPU time than fio's. */
  readonly judgesCpu: boolean;
}

/** CPU time may be above fio's by as much as the rate may be below. */
const CPU_SHARE = 0.02;

/** Every run of both sides, medians and verdicts. */
export function fioResult(
  cell: FioCell,
  assayRuns: readonly Sample[],
  fioRuns: readonly Sample[],
  discarded: number,
) {
  const assay = medianSample(assayRuns);
  const fio = medianSample(fioRuns);
  const ourRates = assayRuns.map((run) => run.operationsPerSecond);
  const fioRates = fioRuns.map((run) => run.operationsPerSecond);
  // Decided by pairs of successive runs: a disturbance of the device meets both runs of a pair.
  const pairRatios = ourRates.map((rate, i) => rate / (fioRates[i] ?? Number.NaN));
  const ratio = median(pairRatios);
  return {
    ...{ cell, assayRuns, fioRuns, discarded, assay, fio, pairRatios, ratio },
    ratioOfMedians: assay.operationsPerSecond / fio.operationsPerSecond,
    assaySpread: spread(ourRates),
    fioSpread: spread(fioRates),
    ratioMet: ratio >= cell.leastRatio,
    latencyMet: latencyMet(cell, assay, fio),
    cpuMet: cell.judgesCpu
      ? assay.cpuNsPerOperation <= fio.cpuNsPerOperation * (1 + CPU_SHARE)
      : null,
  };
}
type FioResult = ReturnType<typeof fioResult>;

/** The calls that sync are shown without a verdict: their number differs with the rate. */
function latencyMet(cell: FioCell, assay: Sample, fio: Sample): boolean {
  return (["read", "write"] as const).every((timed) => {
    const ours = assay.latency[timed];
    const theirs = fio.latency[timed];
    if (ours === undefined || theirs === undefined) return ours === theirs;
    if (cell.latency === "p50-agrees") return agrees(ours.p50Ns, theirs.p50Ns);
    return PERCENTILES.every((percentile) => notAbove(ours[percentile], theirs[percentile]));
  });
}

/** The name of our side where fio is compared with itself. */
const CONTROL = "fio, too";

export const FIO: Family<FioCell, FioResult> = {
  available: async ({ fioVersion }) => fioVersion !== null,
  async measure(cell, bench) {
    const { space, options } = bench;
    const file = await layOut(BLOCK, space.place, bench);
    const length = lengthOf(cell.load, options.seconds);
    const ours = options.control ? CONTROL : "assay";
    let discarded = 0;
    const repeated = (side: string, run: () => Promise<Run>) => async () => {
      await space.writeOut(bench.signal);
      const kept = await undisturbed(cell, side, run, bench.log);
      discarded += kept.discarded;
      return kept.sample;
    };
    const fio = () => fioRun(cell, file, length, bench);
    const assay = () => runLoad(cell.load, cell.engine, length, space.place, bench);
    const sides = {
      [ours]: repeated(ours, options.control ? fio : assay),
      fio: repeated("fio", fio),
    };
    const samples = await alternate(cell, sides, textOf, bench);
    return fioResult(cell, samples(ours), samples("fio"), discarded);
  },
  show(results, { options }) {
    const ours = options.control ? CONTROL : "assay";
    return (["psync", "io_uring"] as const).flatMap((engine) => {
      const compared = results.filter((one) => one.cell.beside === engine);
      return compared.length === 0 ? [] : blocks(engine, compared, ours);
    });
  },
};

/** A run and the share of its bytes that came from the device. */
type Run = Sample & Pick<AssaySample, "deviceShare">;

/** A larger share from the device, and a run did not measure the cache. */
const CACHED_SHARE = 0.01;
const ATTEMPTS = 4;

/** Repeats a run of the cache that read from the device; gives up if the cache is too small. */
async function undisturbed(
  { name, load }: FioCell,
  side: string,
  run: () => Promise<Run>,
  log: Bench["log"],
): Promise<{ readonly sample: Sample; readonly discarded: number }> {
  for (let discarded = 0; discarded < ATTEMPTS; discarded++) {
    const sample = await run();
    const { deviceShare } = sample;
    const cached = load.cache === "warm" && load.readPercent > 0;
    if (!cached || deviceShare === null || deviceShare <= CACHED_SHARE) {
      return { sample, discarded };
    }
    const share = formatShare(deviceShare);
    log(`${name} ${side}: discarded and repeated, ${share} of it was read from the device`);
  }
  throw new Error(
    `${ATTEMPTS} runs of ${side} in a row read from the device although the file is cached; ` +
      "is memory short, or does something else use the device?",
  );
}

/** A run of fio, with the share of its bytes that it read from the device. */
async function fioRun(cell: FioCell, file: string, length: Length, bench: Bench): Promise<Run> {
  const { space } = bench;
  if (cell.load.cache === "warm") await space.warm(file);
  const before = space.deviceReadBytes();
  const sample = await runFio(cell, file, length, bench);
  const after = space.deviceReadBytes();
  const known = before !== null && after !== null;
  return { ...sample, deviceShare: known ? (after - before) / sample.readBytes : null };
}

function textOf({ operationsPerSecond, latency }: Sample): string {
  const p50Ns = (latency.read ?? latency.write)?.p50Ns;
  return `${formatCount(operationsPerSecond)} ops/s, p50 ${formatLatency(p50Ns)}`;
}

/** Rates, latencies and CPU time of the cells next to one of fio's engines. */
function blocks(engine: string, results: readonly FioResult[], ours: string): readonly string[] {
  const rates = [`assay and fio ${engine}`, ours, "fio", "ratio", "of medians", "target", ""];
  const latencies = ["p50", "p99", "p99.9"].flatMap((percentile) => [percentile, "fio"]);
  const title = `latency: medians of the runs' own percentiles, ${ours} and fio`;
  const tolerance = ["within 5% or 1 µs", ""];
  return [
    table([...rates, "spread of each"], results.map(rateRow)),
    table([title, ...latencies, ...tolerance], results.flatMap(latencyRows)),
    table(["CPU per operation", ours, "fio", "target", ""], results.map(cpuRow)),
    ...results
      .filter(({ discarded }) => discarded > 0)
      .map(({ cell, discarded }) => {
        return `${cell.title}: runs repeated because the device was read: ${discarded}.`;
      }),
  ];
}

function rateRow(one: FioResult): readonly string[] {
  return [
    ...[one.cell.title, rateOf(one.cell.load, one.assay), rateOf(one.cell.load, one.fio)],
    ...[one.ratio.toFixed(3), one.ratioOfMedians.toFixed(3)],
    ...[`≥ ${one.cell.leastRatio.toFixed(2)}`, verdict(one.ratioMet)],
    `${formatShare(one.assaySpread)}, ${formatShare(one.fioSpread)}`,
  ];
}

/** A row for reads, writes and syncs each; the verdict is the cell's and is in its first. */
function latencyRows({ cell, assay, fio, latencyMet }: FioResult): readonly (readonly string[])[] {
  const timed = TIMED.filter((one) => assay.latency[one] !== undefined);
  const judged = [cell.latency === "p50-agrees" ? "p50" : "all, or better", verdict(latencyMet)];
  return timed.map((one, row) => [
    timed.length === 1 ? cell.title : `${cell.title}: ${one}`,
    ...PERCENTILES.flatMap((percentile) =>
      [assay, fio].map(({ latency }) => formatLatency(latency[one]?.[percentile])),
    ),
    ...(row === 0 ? judged : ["", ""]),
  ]);
}

function cpuRow({ cell, assay, fio, cpuMet }: FioResult): readonly string[] {
  const costs = [assay, fio].map((side) => formatLatency(side.cpuNsPerOperation));
  return [cell.title, ...costs, ...(cpuMet === null ? ["", ""] : ["no more", verdict(cpuMet)])];
}

function rateOf(load: Load, { operationsPerSecond }: Sample): string {
  return load.access === "random"
    ? `${formatCount(operationsPerSecond)} IOPS`
    : formatRate(operationsPerSecond * load.blockBytes);
}
