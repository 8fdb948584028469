import { cpuCost, runAssay } from "../runner/assay.ts";
import type { Bench } from "../runner/runner.ts";
import {
  KEYS_PER_LIST,
  objectsOf,
  PART_BYTES,
  type S3Load,
  type S3Sample,
  type S3Server,
  WARMUP_SECONDS,
} from "./load.ts";

/** One of our engines in a run; `connections` of a load are those of each worker. */
export interface AssayS3 {
  readonly engine: "s3-wire" | "s3-sdk";
  readonly workers: number;
}

/** One run of our command line on a bucket. Its objects stay for the next one. */
export async function assayS3(
  side: AssayS3,
  load: S3Load,
  { address, accessKey, secretKey }: S3Server,
  seconds: number,
  bench: Bench,
): Promise<S3Sample & { readonly peakBytes: number }> {
  const { endpoint = "", region, bucket, prefix, caPath } = address;
  const options = ["--endpoint", endpoint, "--region", region, "--keep-data", "--reuse-data"];
  if (caPath !== undefined) options.push("--ca", caPath);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey });
  const target = `s3://${bucket}/${prefix}`;
  const scenario = s3Scenario(side, load, seconds);
  const { run, peakBytes } = await runAssay(scenario, { target }, options, bench);
  const [phase] = run.phases;
  const [all] = phase?.summaries ?? [];
  if (phase === undefined || all === undefined || all.operations === 0 || all.errors > 0) {
    throw new Error(`${side.engine}: ${all?.errors ?? 0} requests failed, or none completed`);
  }
  return {
    operationsPerSecond: all.operationsPerSecond,
    bytesPerSecond: all.bytesPerSecond,
    ...cpuCost(phase),
    peakBytes,
  };
}

/** The scenario of a run. */
export function s3Scenario({ engine, workers }: AssayS3, load: S3Load, seconds: number) {
  const { operation, objectBytes, connections, partConcurrency, hashed } = load;
  const objects = {
    count: objectsOf(load),
    size: `${objectBytes}B`,
    filesPerDirectory: KEYS_PER_LIST,
  };
  const phase = {
    // A phase of PUTs alone makes each object once, without warm-up; in a mix they overwrite.
    ...(operation === "create" ? { mix: { create: 999, stat: 1 } } : { operation }),
    ...{ name: "cell", engine, workers, queueDepth: connections },
    ...(operation === "upload" ? { partSize: `${PART_BYTES}B`, partConcurrency } : {}),
    ...(operation === "create" || operation === "upload"
      ? { payload: hashed ? "signed" : "unsigned" }
      : {}),
    ...{ warmup: `${WARMUP_SECONDS}s`, duration: `${seconds}s` },
  };
  return { name: "bench-s3", datasets: { objects }, phases: [phase] };
}
