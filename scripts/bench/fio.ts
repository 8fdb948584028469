import { codeOf } from "../../src/model/fault/errors.ts";
import { warmupSeconds } from "./assay.ts";
import { runChild } from "./children.ts";
import type { FioCell, Load } from "./fio-cells.ts";
import { type FioSample, parseFio } from "./fio-output.ts";

/** `fio-3.33`; null where there is no fio. */
export async function fioVersion(signal: AbortSignal): Promise<string | null> {
  try {
    const { code, stdout } = await runChild("fio", ["--version"], signal);
    return code === 0 ? stdout.trim() : null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** From here on a copy out of the page cache takes up to twice as long to unaligned memory. */
const ALIGN_FROM_BYTES = 65_536;

/**
 * fio's options for a cell on a file. Left to itself fio empties the page cache before it starts
 * (`invalidate`), advises the kernel against read-ahead (`fadvise_hint`), and keeps a map of the
 * blocks it has visited (`norandommap` ends that): each would make it measure something else than
 * we do. Large blocks get page-aligned memory; small ones keep fio's own, which suits it better.
 * Ours lie on huge pages where they are large, which fio takes only from a pool set aside for them.
 * Threads rather than processes, as ours are.
 *
 * Latency is fio's `lat`, from the moment it takes up an operation to its completion, as ours. Its
 * `clat` on io_uring begins only when the kernel has taken the submission, which hides the time of
 * that call; and it would be a second histogram, which fio need not keep.
 */
export function fioArguments(
  { load, beside, batch }: Pick<FioCell, "load" | "beside" | "batch">,
  file: string,
  seconds: number,
): readonly string[] {
  return [
    "--name=cell",
    `--filename=${file}`,
    ...(beside === "psync" ? ["--ioengine=psync"] : ringOptions(load, batch)),
    ...operationOptions(load),
    `--bs=${load.blockBytes}`,
    `--direct=${load.cache === "direct" ? 1 : 0}`,
    `--numjobs=${load.workers}`,
    "--thread",
    "--group_reporting",
    "--time_based",
    `--runtime=${seconds}s`,
    `--ramp_time=${warmupSeconds(load)}s`,
    "--invalidate=0",
    "--fadvise_hint=0",
    "--norandommap",
    ...(load.blockBytes < ALIGN_FROM_BYTES ? [] : ["--iomem_align=4k"]),
    "--lat_percentiles=1",
    "--clat_percentiles=0",
    "--percentile_list=50:99:99.9",
    "--allow_file_create=0",
    "--output-format=json",
  ];
}

/**
 * Registered buffers and files are the fastest way to use io_uring, and ours. What else there is
 * helps fio nothing: `nonvectored` (registered buffers imply it), `clocksource`, aligned memory for
 * small blocks. `sqthread_poll` and `gtod_cpu` take a second processor, and were slower on two.
 * Without `clat` and `slat` (`disable_clat`, `disable_slat`) there is no `lat` in 3.33 either.
 */
function ringOptions(load: Load, batch: number): readonly string[] {
  return [
    "--ioengine=io_uring",
    "--fixedbufs=1",
    "--registerfiles=1",
    `--iodepth=${load.queueDepth}`,
    `--iodepth_batch_submit=${batch}`,
    "--iodepth_batch_complete_min=1",
    `--iodepth_batch_complete_max=${batch}`,
  ];
}

function operationOptions({ access, readPercent, sync }: Load): readonly string[] {
  const random = access === "random" ? "rand" : "";
  const durable = sync === null ? [] : [`--${sync.call}=${sync.every}`];
  if (readPercent === 100) return [`--rw=${random}read`, "--readonly"];
  if (readPercent === 0) return [`--rw=${random}write`, ...durable];
  return [`--rw=${random}rw`, `--rwmixread=${readPercent}`, ...durable];
}

/** Runs fio once on a file that is there. */
export async function runFio(
  cell: FioCell,
  file: string,
  seconds: number,
  signal: AbortSignal,
): Promise<FioSample> {
  const child = await runChild("fio", fioArguments(cell, file, seconds), signal);
  if (child.code !== 0) {
    throw new Error(`fio ended with ${child.code ?? "a signal"}: ${child.stderr.trim()}`);
  }
  return parseFio(child.stdout);
}
