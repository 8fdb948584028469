import type { Sample } from "./sample.ts";

/** What is read of fio's `--output-format=json` (fio's documentation, "JSON output"). */
interface FioJob {
  readonly error: number;
  readonly job_runtime: number;
  readonly usr_cpu: number;
  readonly sys_cpu: number;
  readonly read: {
    readonly iops: number;
    readonly io_bytes: number;
    readonly total_ios: number;
    readonly clat_ns: { readonly percentile?: Readonly<Record<string, number>> };
  };
}

/** One run of fio; all its jobs are reported as one group. */
export interface FioSample extends Sample {
  readonly bytes: number;
}

/** Reads fio's JSON report of a group of read jobs. Throws where it is not one, or has errors. */
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
  const p50Ns = job.read.clat_ns.percentile?.["50.000000"];
  if (p50Ns === undefined || job.read.total_ios === 0) throw new Error("fio completed no read");
  // The percentages are of the jobs' run times added, which are in milliseconds.
  const cpuNs = ((job.usr_cpu + job.sys_cpu) / 100) * job.job_runtime * 1e6;
  return {
    operationsPerSecond: job.read.iops,
    p50Ns,
    cpuNsPerOperation: cpuNs / job.read.total_ios,
    bytes: job.read.io_bytes,
  };
}
