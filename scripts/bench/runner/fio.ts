import { codeOf } from "../../../src/model/fault/errors.ts";
import type { Length, Load } from "./assay.ts";
import { runChild, succeed } from "./child.ts";
import type { Bench } from "./runner.ts";
import type { Percentiles, Sample, Timed } from "./statistics.ts";
import type { Place } from "./workspace.ts";

/** Version such as `fio-3.33`; null if fio is not installed. */
export async function fioVersion(signal: AbortSignal): Promise<string | null> {
  try {
    const { code, stdout } = await runChild(["fio", "--version"], signal);
    return code === 0 ? stdout.trim() : null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** fio's side of a cell. */
export interface FioLoad {
  readonly load: Load;
  readonly beside: "psync" | "io_uring" | "libaio";
  /**
   * Operations that fio gathers before it submits them, and maximum that it takes back together.
   * Chosen by measurement, whichever suits fio best.
   */
  readonly batch: number;
}

/** From this size a copy out of the page cache takes up to twice as long to unaligned memory. */
const ALIGN_FROM_BYTES = 65_536;

/**
 * fio's options for a load on a file. Left to itself fio empties the page cache before it starts
 * (`invalidate`), advises the kernel against read-ahead (`fadvise_hint`), and keeps a map of the
 * blocks it has visited (`norandommap` ends that): each would make it measure something else than
 * we do. Large blocks get page-aligned memory; small ones keep fio's own, which suits it better.
 * Ours are on huge pages where they are large, which fio takes only from a pool set aside for them.
 * Threads rather than processes, as ours are.
 *
 * Latency is fio's `lat`, from the moment it takes up an operation to its completion, as ours. Its
 * `clat` on io_uring begins only when the kernel has taken the submission, which hides the time of
 * that call; and it would be a second histogram, which fio need not keep.
 */
export function fioArguments(
  { load, beside, batch }: FioLoad,
  file: string,
  { seconds, warmupSeconds }: Length,
): readonly string[] {
  const { access, readPercent, sync, blockBytes, cache, workers, queueDepth } = load;
  const random = access === "random" ? "rand" : "";
  const mixed = readPercent > 0 && readPercent < 100;
  const operation = mixed ? "rw" : readPercent === 100 ? "read" : "write";
  return [
    ...["--name=cell", `--filename=${file}`, `--rw=${random}${operation}`, `--bs=${blockBytes}`],
    ...(mixed ? [`--rwmixread=${readPercent}`] : []),
    ...(readPercent === 100 ? ["--readonly"] : []),
    ...(sync === null ? [] : [`--${sync.call}=${sync.every}`]),
    ...[`--ioengine=${beside}`, ...(beside === "io_uring" ? RING : []), `--iodepth=${queueDepth}`],
    ...[`--iodepth_batch_submit=${batch}`, `--iodepth_batch_complete_max=${batch}`],
    ...[`--direct=${cache === "direct" ? 1 : 0}`, `--numjobs=${workers}`, "--thread"],
    ...["--time_based", `--runtime=${seconds}s`, `--ramp_time=${warmupSeconds}s`],
    ...["--invalidate=0", "--fadvise_hint=0", "--norandommap", "--allow_file_create=0"],
    ...(blockBytes < ALIGN_FROM_BYTES ? [] : ["--iomem_align=4k"]),
    ...["--lat_percentiles=1", "--clat_percentiles=0", "--percentile_list=50:99:99.9"],
    ...["--group_reporting", "--output-format=json"],
  ];
}

/**
 * Registered buffers and files are the fastest way to use io_uring, and ours. Its other options do
 * not help fio: `nonvectored` (registered buffers imply it), `clocksource`, aligned memory for
 * small blocks. `sqthread_poll` and `gtod_cpu` take a second core, and were slower on two. Without
 * `clat` and `slat` (`disable_clat`, `disable_slat`) there is no `lat` in 3.33 either.
 */
const RING = ["--fixedbufs=1", "--registerfiles=1", "--iodepth_batch_complete_min=1"];

/** Runs fio once on a file that exists. */
export async function runFio(
  load: FioLoad,
  file: string,
  length: Length,
  { signal }: Bench,
  {
    wrap = (command) => command,
    options = [],
  }: Pick<Place, "wrap"> & { readonly options?: readonly string[] } = {},
): Promise<FioSample> {
  const command = ["fio", ...fioArguments(load, file, length), ...options];
  return parseFio((await succeed("fio", wrap(command), signal)).stdout);
}

/** Operations of one direction (fio's documentation, "JSON output"). */
interface FioDirection {
  readonly iops: number;
  readonly io_bytes: number;
  readonly total_ios: number;
  readonly lat_ns: FioLatency;
}

/** `fsync` and its kind have latencies but no rate. */
interface FioLatency {
  readonly percentile?: Readonly<Record<string, number>>;
}

/** The part of fio's `--output-format=json` that is read. */
interface FioJob {
  readonly error: number;
  readonly job_runtime: number;
  readonly usr_cpu: number;
  readonly sys_cpu: number;
  readonly read: FioDirection;
  readonly write: FioDirection;
  readonly sync: { readonly lat_ns?: FioLatency };
}

/** One run of fio; all its jobs are reported as one group. */
export interface FioSample extends Sample {
  readonly readBytes: number;
}

/** Reads fio's JSON report of a group of jobs. Throws where it is not one, or has errors. */
export function parseFio(text: string): FioSample {
  // Some versions print warnings before the JSON.
  const start = text.indexOf("{");
  const parsed = JSON.parse(text.slice(Math.max(0, start))) as {
    readonly jobs?: readonly FioJob[];
  };
  const job = parsed.jobs?.[0];
  if (job === undefined || parsed.jobs?.length !== 1) {
    throw new Error("fio reported no group of jobs; expected --group_reporting");
  }
  if (job.error !== 0) throw new Error(`fio reported the error ${job.error}`);
  const operations = job.read.total_ios + job.write.total_ios;
  const latency: Partial<Record<Timed, Percentiles>> = {};
  for (const timed of ["read", "write", "sync"] as const) {
    const percentiles = percentilesOf(job[timed].lat_ns);
    if (percentiles !== null) latency[timed] = percentiles;
  }
  if (operations === 0 || (latency.read ?? latency.write) === undefined) {
    throw new Error("fio completed no operation or stored no latencies");
  }
  // The percentages refer to the sum of the jobs' run times in milliseconds.
  const cpuNs = ((job.usr_cpu + job.sys_cpu) / 100) * job.job_runtime * 1e6;
  return {
    operationsPerSecond: job.read.iops + job.write.iops,
    latency,
    cpuNsPerOperation: cpuNs / operations,
    readBytes: job.read.io_bytes,
  };
}

/** Null where nothing was timed: fio then leaves the percentiles out. */
function percentilesOf(latency: FioLatency | undefined): Percentiles | null {
  const { "50.000000": p50Ns, "99.000000": p99Ns, "99.900000": p999Ns } = latency?.percentile ?? {};
  if (p50Ns === undefined || p99Ns === undefined || p999Ns === undefined) return null;
  return { p50Ns, p99Ns, p999Ns };
}
