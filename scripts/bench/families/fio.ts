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
import { type FioLoad, hugePagesMissing, runFio } from "../runner/fio.ts";
import { ratioCells, table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import {
  agrees,
  medianSample,
  notAbove,
  PERCENTILES,
  pairsOf,
  type Sample,
  spread,
  TIMED,
} from "../runner/statistics.ts";

/** One way to run fio, and our share of its rate and CPU time. */
export interface FioSide extends Pick<FioLoad, "batch" | "hugePages"> {
  readonly title: string;
  readonly leastRatio: number;
  /** Maximum of our CPU time per operation as a share of fio's; null: shown without a verdict. */
  readonly mostCpuRatio: number | null;
}

/** A load of assay next to the same load of fio in one or several ways. */
export interface FioCell extends Named<"fio">, Pick<FioLoad, "load" | "ioengine"> {
  readonly engine: "sync" | "uring";
  /**
   * `p50-agrees`: an instrument that reads too low is as wrong as one that reads too high.
   * `none-above`: no percentile may be above fio's; where the rates differ, so may latencies.
   */
  readonly latency: "p50-agrees" | "none-above";
  /** The first one needs no huge pages. */
  readonly fios: readonly [FioSide, ...FioSide[]];
}

/** Every run of our side and of one of fio's, medians and verdicts. */
export function fioResult(
  cell: FioCell,
  side: FioSide,
  assayRuns: readonly Sample[],
  fioRuns: readonly Sample[],
) {
  const assay = medianSample(assayRuns);
  const fio = medianSample(fioRuns);
  const pairs = (of: (run: Sample) => number) => pairsOf(assayRuns.map(of), fioRuns.map(of));
  const rate = pairs((run) => run.operationsPerSecond);
  const cpu = pairs((run) => run.workerCpuNsPerOperation);
  return {
    ...{ cell, side, assayRuns, fioRuns, assay, fio, rate, cpu },
    processCpu: pairs((run) => run.cpuNsPerOperation),
    ratioMet: rate.ratio >= side.leastRatio,
    latencyMet: latencyMet(cell, assay, fio),
    cpuMet: side.mostCpuRatio === null ? null : cpu.ratio <= side.mostCpuRatio,
  };
}
type FioResult = ReturnType<typeof fioResult>;

interface FioResults {
  readonly compared: readonly FioResult[];
  /** Runs that were repeated, and sides of fio that were left out. */
  readonly notes: readonly string[];
}

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

const CAPTION =
  "Blocks of one file. assay: `assay run`. fio: threads, no map of blocks, page cache kept, " +
  "registered buffers and files with io_uring; its CPU time covers the whole process.";

export const FIO: Family<FioCell, FioResults> = {
  needs: () => "fio",
  async measure(cell, bench) {
    const { space, options } = bench;
    const file = await layOut(BLOCK, space.place, bench);
    const length = lengthOf(cell.load, options.seconds);
    const ours = options.control ? CONTROL : "assay";
    const { fios, notes } = withoutPool(cell, bench.log);
    let discarded = 0;
    const repeated = (side: string, run: () => Promise<Run>) => async () => {
      await space.writeOut(bench.signal);
      const kept = await undisturbed(cell, side, run, bench.log);
      discarded += kept.discarded;
      return kept.sample;
    };
    const fio = (side: FioSide) => () => fioRun({ ...cell, ...side }, file, length, bench);
    const assay = () => runLoad(cell.load, cell.engine, length, space.place, bench);
    const sides = {
      [ours]: repeated(ours, options.control ? fio(cell.fios[0]) : assay),
      ...Object.fromEntries(fios.map((side) => [side.title, repeated(side.title, fio(side))])),
    };
    const samples = await alternate(cell, sides, textOf, bench);
    const compared = fios.map((one) => fioResult(cell, one, samples(ours), samples(one.title)));
    const again = `${cell.title}: runs repeated because the device was read: ${discarded}.`;
    return { compared, notes: [...notes, ...(discarded === 0 ? [] : [again])] };
  },
  show(results, { options }) {
    const ours = options.control ? CONTROL : "assay";
    const compared = results.flatMap((one) => one.compared);
    const tables = (["psync", "io_uring"] as const).flatMap((engine) => {
      const results = compared.filter(({ cell }) => cell.ioengine === engine);
      return results.length === 0 ? [] : blocks(engine, results, ours);
    });
    return [CAPTION, ...tables, ...results.flatMap(({ notes }) => notes)];
  },
};

/** The sides of fio without those that need more huge pages than are free, and a note on each. */
function withoutPool({ title, load, fios }: FioCell, log: Bench["log"]) {
  const missing = hugePagesMissing(load);
  const without = fios.filter(({ hugePages }) => hugePages && missing !== null);
  const notes = without.map((side) => `${title}: ${side.title} was left out: ${missing}.`);
  for (const note of notes) log(note);
  return { fios: fios.filter((side) => !without.includes(side)), notes };
}

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
async function fioRun(cell: FioLoad, file: string, length: Length, bench: Bench): Promise<Run> {
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
  const rates = [`assay and fio ${engine}`, ours, "fio", "ratio of pairs", "range", "target", ""];
  const latencies = ["p50", "p99", "p99.9"].flatMap((percentile) => [percentile, "fio"]);
  const title = `latency: medians of the runs' own percentiles, ${ours} and fio`;
  const tolerance = ["within 5% or 1 µs", ""];
  const cpu = ["CPU per operation", `workers of ${ours}`, "fio", "ratio of pairs", "range"];
  return [
    table([...rates, "spread of each"], results.map(rateRow)),
    table([title, ...latencies, ...tolerance], results.flatMap(latencyRows)),
    table([...cpu, "target", "", "whole process", "ratio of pairs", "range"], results.map(cpuRow)),
  ];
}

/** Title of a comparison; the only or first side of fio is plain. */
function titleOf({ cell, side }: FioResult): string {
  return side === cell.fios[0] ? cell.title : `the same, ${side.title}`;
}

function rateRow(one: FioResult): readonly string[] {
  const { cell, side, assay, fio, assayRuns, fioRuns } = one;
  const rates = (runs: readonly Sample[]) => runs.map((run) => run.operationsPerSecond);
  const spreads = [assayRuns, fioRuns].map((runs) => formatShare(spread(rates(runs))));
  return [
    ...[titleOf(one), rateOf(cell.load, assay), rateOf(cell.load, fio)],
    ...[...ratioCells(one.rate), `≥ ${side.leastRatio.toFixed(2)}`, verdict(one.ratioMet)],
    spreads.join(", "),
  ];
}

/** A row for reads, writes and syncs each; the verdict is the cell's and is in its first. */
function latencyRows(one: FioResult): readonly (readonly string[])[] {
  const { cell, assay, fio } = one;
  const timed = TIMED.filter((operation) => assay.latency[operation] !== undefined);
  const judged = cell.latency === "p50-agrees" ? "p50" : "all, or better";
  return timed.map((operation, row) => [
    timed.length === 1 ? titleOf(one) : `${titleOf(one)}: ${operation}`,
    ...PERCENTILES.flatMap((percentile) =>
      [assay, fio].map(({ latency }) => formatLatency(latency[operation]?.[percentile])),
    ),
    ...(row === 0 ? [judged, verdict(one.latencyMet)] : ["", ""]),
  ]);
}

function cpuRow(one: FioResult): readonly string[] {
  const { side, assay, fio, cpu, cpuMet, processCpu } = one;
  const costs = [assay, fio].map((of) => formatLatency(of.workerCpuNsPerOperation));
  const whole = [formatLatency(assay.cpuNsPerOperation), ...ratioCells(processCpu)];
  const target = cpuMet === null ? ["", ""] : [`≤ ${side.mostCpuRatio}`, verdict(cpuMet)];
  return [titleOf(one), ...costs, ...ratioCells(cpu), ...target, ...whole];
}

function rateOf(load: Load, { operationsPerSecond }: Sample): string {
  return load.access === "random"
    ? `${formatCount(operationsPerSecond)} IOPS`
    : formatRate(operationsPerSecond * load.blockBytes);
}
