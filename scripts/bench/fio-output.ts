import type { Percentiles, Sample, Timed } from "./sample.ts";

/** Operations of one direction (fio's documentation, "JSON output"). */
interface FioDirection {
  readonly iops: number;
  readonly io_bytes: number;
  readonly total_ios: number;
  readonly lat_ns: FioLatency;
}

/** Of `fsync` and its kind there are latencies but no rate. */
interface FioLatency {
  readonly percentile?: Readonly<Record<string, number>>;
}

/** What is read of fio's `--output-format=json`. */
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
  // Warnings stand before the JSON on some versions.
  const start = text.indexOf("{");
  const parsed = JSON.parse(text.slice(Math.max(0, start))) as {
    readonly jobs?: readonly FioJob[];
  };
  const job = parsed.jobs?.[0];
  if (job === undefined || parsed.jobs?.length !== 1) {
    throw new Error("fio reported no group of jobs; --group_reporting is expected");
  }
  if (job.error !== 0) throw new Error(`fio reported the error ${job.error}`);
  const operations = job.read.total_ios + job.write.total_ios;
  const latency: Partial<Record<Timed, Percentiles>> = {};
  for (const timed of ["read", "write", "sync"] as const) {
    const percentiles = percentilesOf(job[timed].lat_ns);
    if (percentiles !== null) latency[timed] = percentiles;
  }
  if (operations === 0 || (latency.read ?? latency.write) === undefined) {
    throw new Error("fio completed no operation, or kept no latencies");
  }
  // The percentages are of the jobs' run times added, which are in milliseconds.
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
