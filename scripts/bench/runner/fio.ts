import { readFileSync } from "node:fs";
import type { Length, Load } from "./assay.ts";
import { succeed } from "./child.ts";
import { CpuTrace } from "./cpu-trace.ts";
import { required } from "./programs.ts";
import type { Bench } from "./runner.ts";
import type { CpuCost, Percentiles, Sample, Timed } from "./statistics.ts";
import type { Place } from "./workspace.ts";

/** fio's side of a cell. */
export interface FioLoad {
  readonly load: Load;
  readonly ioengine: "psync" | "io_uring" | "libaio";
  /** Operations that fio gathers before a submission, and maximum that it takes back together. */
  readonly batch: number;
  /** Whether its buffers are on huge pages, from a pool that root sets aside. */
  readonly hugePages: boolean;
}

/** From this size a copy out of the page cache takes up to twice as long to unaligned memory. */
const ALIGN_FROM_BYTES = 65_536;
/** Default size of a huge page on x86-64, and on arm64 with pages of 4 KiB. */
const HUGE_PAGE_BYTES = 2 * 2 ** 20;

/**
 * fio's options for a load on a file. Left to itself fio empties the page cache before it starts
 * (`invalidate`), advises the kernel against read-ahead (`fadvise_hint`), and keeps a map of the
 * blocks it has visited (`norandommap` ends that): each would make it measure something else than
 * we do. Large blocks get page-aligned memory; small ones keep fio's own, which suits it better.
 * Ours are on huge pages where they are large; fio takes those only from a pool set aside for them.
 * Threads rather than processes, as ours are.
 *
 * Latency is fio's `lat`, from the moment it takes up an operation to its completion, as ours. Its
 * `clat` on io_uring begins only when the kernel has taken the submission, which hides the time of
 * that call; and it would be a second histogram, which fio need not keep.
 */
export function fioArguments(
  { load, ioengine, batch, hugePages }: FioLoad,
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
    ...[`--ioengine=${ioengine}`, ...(ioengine === "io_uring" ? RING : [])],
    `--iodepth=${queueDepth}`,
    ...[`--iodepth_batch_submit=${batch}`, `--iodepth_batch_complete_max=${batch}`],
    ...[`--direct=${cache === "direct" ? 1 : 0}`, `--numjobs=${workers}`, "--thread"],
    ...["--time_based", `--runtime=${seconds}s`, `--ramp_time=${warmupSeconds}s`],
    ...["--invalidate=0", "--fadvise_hint=0", "--norandommap", "--allow_file_create=0"],
    ...(blockBytes < ALIGN_FROM_BYTES ? [] : ["--iomem_align=4k"]),
    ...(hugePages ? ["--iomem=mmaphuge", `--hugepage-size=${HUGE_PAGE_BYTES}`] : []),
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

/** Why a load cannot have huge pages, and the remedy; null: enough are free. */
export function hugePagesMissing(
  { workers, queueDepth, blockBytes }: Load,
  meminfo = readFileSync("/proc/meminfo", "utf8"),
): string | null {
  const free = Number(/^HugePages_Free:\s+(\d+)/m.exec(meminfo)?.[1] ?? 0);
  // The buffers of a job are in one piece, with room to align them.
  const needed = workers * (Math.ceil((queueDepth * blockBytes) / HUGE_PAGE_BYTES) + 1);
  if (free >= needed) return null;
  return (
    `${free} huge pages of 2 MiB are free and it needs ${needed}; ` +
    `as root, \`sysctl vm.nr_hugepages=${needed}\` sets them aside`
  );
}

/** Runs fio once on a file that exists. */
export async function runFio(
  load: FioLoad,
  file: string,
  length: Length,
  { programs, signal }: Bench,
  {
    wrap = (command) => command,
    options = [],
  }: Pick<Place, "wrap"> & { readonly options?: readonly string[] } = {},
): Promise<FioSample> {
  const { path } = required(programs, "fio");
  const command = [path, ...fioArguments(load, file, length), ...options];
  const trace = new CpuTrace();
  const report = parseFio((await succeed("fio", wrap(command), signal, trace)).stdout);
  const cpuRate = trace.steadyRate(report.endedMs - length.seconds * 1000, report.endedMs);
  const cpuNs = cpuRate / report.operationsPerSecond;
  return { ...report, cpuNsPerOperation: cpuNs, workerCpuNsPerOperation: cpuNs };
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
  readonly read: FioDirection;
  readonly write: FioDirection;
  readonly sync: { readonly lat_ns?: FioLatency };
}

/** One run of fio; all its jobs are reported as one group. */
export interface FioSample extends Sample {
  readonly readBytes: number;
}

/** The report of a run; its CPU time lacks the threads that the kernel runs for the jobs. */
export interface FioReport extends Omit<FioSample, keyof CpuCost> {
  /** Milliseconds since 1970. */
  readonly endedMs: number;
}

/** Reads fio's JSON report of a group of jobs. Throws where it is not one, or has errors. */
export function parseFio(text: string): FioReport {
  // Some versions print warnings before the JSON.
  const start = text.indexOf("{");
  const parsed = JSON.parse(text.slice(Math.max(0, start))) as {
    readonly timestamp_ms: number;
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
  return {
    operationsPerSecond: job.read.iops + job.write.iops,
    latency,
    readBytes: job.read.io_bytes,
    endedMs: parsed.timestamp_ms,
  };
}

/** Null where nothing was timed: fio then leaves the percentiles out. */
function percentilesOf(latency: FioLatency | undefined): Percentiles | null {
  const { "50.000000": p50Ns, "99.000000": p99Ns, "99.900000": p999Ns } = latency?.percentile ?? {};
  if (p50Ns === undefined || p99Ns === undefined || p999Ns === undefined) return null;
  return { p50Ns, p99Ns, p999Ns };
}
