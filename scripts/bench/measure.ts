import { formatCount, formatLatency, formatShare } from "../../src/report/parts/format.ts";
import { type AssaySample, runAssay } from "./assay.ts";
import type { MemoryCell, NullCell } from "./cells.ts";
import { runFio } from "./fio.ts";
import { BLOCK, type FioCell, type Load } from "./fio-cells.ts";
import { bareLoopNs } from "./floor.ts";
import type { BenchOptions } from "./options.ts";
import {
  type FioResult,
  fioResult,
  type MemoryResult,
  memoryResult,
  type NullResult,
  nullResult,
} from "./result.ts";
import { CONTROL, type Sample } from "./sample.ts";
import type { Workspace } from "./workspace.ts";

/** What measuring goes through. */
export interface Bench {
  readonly options: BenchOptions;
  readonly space: Workspace;
  readonly signal: AbortSignal;
  /** Told of every run as it ends. */
  readonly log: (line: string) => void;
}

/** More than this from the device, and a run was not one of the cache. */
const CACHED_SHARE = 0.01;
const ATTEMPTS = 4;
const LAYOUT_SECONDS = 0.1;

/** A run and the share of it that came from the device. */
interface Attempt {
  readonly sample: Sample;
  readonly deviceShare: number | null;
}

/**
 * Ours, fio, fio, ours, ours, fio …: what the machine does meanwhile meets both, and one that gets
 * slower all the time favours neither.
 */
export async function measureFio(cell: FioCell, bench: Bench): Promise<FioResult> {
  const file = (await bench.space.dataFile()) ?? (await layOut(bench));
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  let discarded = 0;
  const keep = async (side: string, into: Sample[], run: () => Promise<Attempt>) => {
    await bench.space.settle(bench.signal);
    const kept = await undisturbed(cell, side, run, bench.log);
    discarded += kept.discarded;
    into.push(kept.sample);
    const { operationsPerSecond, latency } = kept.sample;
    const p50Ns = (latency.read ?? latency.write)?.p50Ns;
    const rate = `${formatCount(operationsPerSecond)} ops/s, p50 ${formatLatency(p50Ns)}`;
    bench.log(`${cell.name} ${into.length}/${bench.options.runs} ${side}: ${rate}`);
  };
  const fio = () => fioAttempt(cell, file, bench);
  const { control } = bench.options;
  const first = control ? fio : () => assayAttempt(cell, bench);
  const sides = [
    () => keep(control ? CONTROL : "assay", ours, first),
    () => keep("fio", theirs, fio),
  ];
  for (let run = 0; run < bench.options.runs; run++) {
    for (const side of run % 2 === 0 ? sides : sides.toReversed()) await side();
  }
  return fioResult(cell, ours, theirs, discarded);
}

/** Repeats a run of the cache that was none; gives up where the cache cannot hold the file. */
async function undisturbed(
  { name, load }: FioCell,
  side: string,
  run: () => Promise<Attempt>,
  log: Bench["log"],
): Promise<{ readonly sample: Sample; readonly discarded: number }> {
  for (let discarded = 0; discarded < ATTEMPTS; discarded++) {
    const { sample, deviceShare } = await run();
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

async function assayAttempt({ engine, load }: FioCell, bench: Bench): Promise<Attempt> {
  const sample = await assay(engine, load, bench.options.seconds, bench);
  return { sample, deviceShare: sample.deviceShare };
}

/** A run that only leaves its data, or the first one measured would find the device still busy. */
async function layOut(bench: Bench): Promise<string> {
  await assay("sync", BLOCK, LAYOUT_SECONDS, bench);
  const file = await bench.space.dataFile();
  if (file === null) throw new Error(`no data file was left in ${bench.space.target}`);
  return file;
}

async function fioAttempt(
  cell: FioCell,
  file: string,
  { options, space, signal }: Bench,
): Promise<Attempt> {
  if (cell.load.cache === "warm") await space.warm(file);
  const before = space.deviceReadBytes();
  const sample = await runFio(cell, file, options.seconds, signal);
  const after = space.deviceReadBytes();
  const known = before !== null && after !== null;
  return { sample, deviceShare: known ? (after - before) / sample.readBytes : null };
}

/** The null engine and, right after each of its runs, a bare loop. */
export async function measureNull(cell: NullCell, bench: Bench): Promise<NullResult> {
  const nsRuns: number[] = [];
  const cpuNsRuns: number[] = [];
  const floorNsRuns: number[] = [];
  const { workers, queueDepth } = cell.load;
  for (let run = 1; run <= bench.options.runs; run++) {
    const sample = await assay("null", cell.load, bench.options.seconds, bench);
    const ns = (workers * 1e9) / sample.operationsPerSecond;
    const floorNs = bareLoopNs(queueDepth);
    nsRuns.push(ns);
    cpuNsRuns.push(sample.cpuNsPerOperation);
    floorNsRuns.push(floorNs);
    const floor = `a bare loop ${floorNs.toFixed(1)}`;
    bench.log(`${cell.name} ${run}/${bench.options.runs}: ${ns.toFixed(1)} ns, ${floor}`);
  }
  return nullResult(cell, { nsRuns, cpuNsRuns, floorNsRuns });
}

/** One short and one long run; peaks hardly vary, so neither is repeated. */
export async function measureMemory(cell: MemoryCell, bench: Bench): Promise<MemoryResult> {
  const [short, long] = bench.options.memorySeconds;
  const peak = async (seconds: number): Promise<number> => {
    const { peakBytes } = await assay(cell.engine, cell.load, seconds, bench);
    bench.log(`${cell.name} ${seconds} s: ${formatCount(peakBytes / 1e6)} MB`);
    return peakBytes;
  };
  return memoryResult(cell, [short, long], [await peak(short), await peak(long)]);
}

function assay(
  engine: "null" | FioCell["engine"],
  load: Load,
  seconds: number,
  { options, space, signal }: Bench,
): Promise<AssaySample> {
  return runAssay({ engine, load, seconds, sizeBytes: options.sizeBytes }, space, signal);
}
