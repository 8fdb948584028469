import { existsSync } from "node:fs";
import { formatCount, formatShare } from "../../src/report/parts/format.ts";
import { startVolume, type Volume } from "../emulated-volume/start.ts";
import { fioVersion } from "./fio.ts";
import type { Bench } from "./measure.ts";
import { promisedBy, type VolumeCell } from "./volume-cells.ts";
import { measured, type VolumeFigure, type VolumeResult } from "./volume-result.ts";
import {
  runAssayOn,
  runFioOn,
  SETTLE_SECONDS,
  type VolumeRun,
  type VolumeSample,
} from "./volume-runs.ts";

/** A slice of the throttle more or less is half a percent of this. */
const LEAST_SECONDS = 20;
/** Around the end of a burst, which neither of its rates is read from. */
const KNEE_SECONDS = 1;
const IN_MEMORY = "/dev/shm";

/** What each tool came to, in the order of the runs; nothing of fio where there is none. */
interface Samples {
  readonly assay: VolumeSample[];
  readonly fio: VolumeSample[];
}

/** One volume, measured by assay and by fio in turn. Throws where there can be none here. */
export async function measureVolume(cell: VolumeCell, bench: Bench): Promise<VolumeResult> {
  // Memory, where there is any: a disk may be slower than the volume is to be.
  const folder = bench.options.folder ?? (existsSync(IN_MEMORY) ? IN_MEMORY : undefined);
  const volume = await startVolume({ ...cell.volume, ...(folder !== undefined && { folder }) });
  if ("unavailable" in volume) throw new Error(volume.unavailable);
  try {
    return { cell, figures: await figuresOf(cell, volume, bench) };
  } finally {
    await volume.stop();
  }
}

async function figuresOf(
  cell: VolumeCell,
  volume: Volume,
  bench: Bench,
): Promise<readonly VolumeFigure[]> {
  const { runs } = bench.options;
  const bursts = cell.measures === "burst";
  const seconds = secondsOf(cell, bench);
  const run = { volume, load: cell.load, seconds, warmupSeconds: bursts ? 0 : SETTLE_SECONDS };
  const tools = [["assay", runAssayOn] as const, ["fio", runFioOn] as const];
  const known = (await fioVersion(bench.signal)) === null ? tools.slice(0, 1) : tools;
  const samples: Samples = { assay: [], fio: [] };
  // Files are laid out before the first run: it is to find the volume at rest, its bucket full.
  for (const [, go] of known) await go({ ...run, seconds: 1, warmupSeconds: 0 }, bench);
  for (let turn = 1; turn <= runs; turn++) {
    for (const [tool, go] of known) {
      if (bursts) await volume.refill();
      samples[tool].push(await go(run satisfies VolumeRun, bench));
      const figures = figuresFrom(cell, samples, seconds);
      bench.log(`${cell.name} ${turn}/${runs} ${tool}: ${figures.map(told(tool)).join(", ")}`);
    }
  }
  return figuresFrom(cell, samples, seconds);
}

function secondsOf(cell: VolumeCell, { options }: Bench): number {
  const steady = Math.max(LEAST_SECONDS, options.seconds);
  return cell.measures === "burst" ? promisedBy(cell).endS + KNEE_SECONDS + steady : steady;
}

function told(tool: "assay" | "fio"): (figure: VolumeFigure) => string {
  return ({ [tool]: measured, unit, promised }) => {
    const last = measured?.runs.at(-1) ?? Number.NaN;
    return `${formatCount(last)} ${unit} (${formatShare(last / promised)})`;
  };
}

function figuresFrom(cell: VolumeCell, samples: Samples, seconds: number): readonly VolumeFigure[] {
  const { sustained, burst, endS } = promisedBy(cell);
  const figure = (
    title: string,
    unit: VolumeFigure["unit"],
    promised: number,
    read: (sample: VolumeSample) => number,
  ): VolumeFigure => ({
    ...{ title, unit, promised, assay: measured(samples.assay.map(read), promised) },
    fio: samples.fio.length === 0 ? null : measured(samples.fio.map(read), promised),
  });
  if (cell.measures === "operations") {
    return [figure(cell.title, "IOPS", sustained, (sample) => sample.operationsPerSecond)];
  }
  if (cell.measures === "bytes") {
    return [figure(cell.title, "B/s", sustained, (sample) => sample.bytesPerSecond)];
  }
  const rate = (sample: VolumeSample, fromS: number, toS: number) =>
    sample.between(fromS, toS) / (toS - fromS);
  return [
    figure(`${cell.title}: burst`, "IOPS", burst, (s) => rate(s, 0, endS - KNEE_SECONDS)),
    figure("… then", "IOPS", sustained, (s) => rate(s, endS + KNEE_SECONDS, seconds)),
    // What was done in all says when it turned from one rate to the other.
    figure("… after", "s", endS, (s) => {
      return (s.between(0, seconds) - sustained * seconds) / (burst - sustained);
    }),
  ];
}
