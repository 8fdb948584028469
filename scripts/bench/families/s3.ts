import { fileURLToPath } from "node:url";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { formatCount, formatLatency, formatRate } from "../../../src/report/parts/format.ts";
import { makeClient } from "../../../src/s3/client.ts";
import { startMinio } from "../../../src/testbed/minio/minio.ts";
import { succeed } from "../runner/child.ts";
import { ratioCells, table, verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import { median, type Pairs, pairsOf } from "../runner/statistics.ts";
import { assayS3 } from "../s3/assay.ts";
import type { ClientTask } from "../s3/client.ts";
import { startRelay } from "../s3/delaying-relay.ts";
import {
  readObjects,
  type S3Load,
  type S3Sample,
  type S3Server,
  WARMUP_SECONDS,
} from "../s3/load.ts";
import { warpS3 } from "../s3/warp.ts";
import { peaksOf } from "./memory.ts";

/** Ways to send a load, with their names in the output: our engines in a run, and peers. */
type Side = "s3-wire" | "s3-sdk" | "1 worker" | "2 workers" | "undici" | "warp";

const OURS = {
  "s3-wire": { engine: "s3-wire", workers: 1 },
  "s3-sdk": { engine: "s3-sdk", workers: 1 },
  "1 worker": { engine: "s3-wire", workers: 1 },
  "2 workers": { engine: "s3-wire", workers: 2 },
} as const;

/** One number of the first side divided by that of a peer, run by run. */
interface Bound {
  readonly peer: Side;
  readonly measure: keyof S3Sample;
  readonly least?: number;
  /** For a cost. */
  readonly most?: number;
}

/** S3 requests of a run on a server of this host, next to those of peers. */
export interface S3Cell extends Named<"s3"> {
  readonly load: S3Load;
  /** A MinIO, directly or through a relay that delays its responses by 10 ms. */
  readonly server: "minio" | "delayed";
  /** Ours first. */
  readonly sides: readonly Side[];
  readonly bounds: readonly Bound[];
  /** Maximum of the peak memory after a short and a long run; null: rates are compared. */
  readonly mostBytes: number | null;
}

interface S3Result {
  readonly cell: S3Cell;
  /** Every run of each side. */
  readonly runs: Readonly<Record<string, readonly S3Sample[]>>;
  readonly bounds: readonly (Bound & { readonly pairs: Pairs; readonly met: boolean })[];
  /** Peaks of a short and a long run; null where rates are compared. */
  readonly peakBytes: readonly [number, number] | null;
}

/** Lengths of the short and the long run for memory, in seconds. */
const MEMORY_SECONDS = [4, 20] as const;

const CAPTION =
  "S3 requests to a MinIO of this host, path style. assay: `assay run`, 1 worker, as many " +
  `operations in flight as connections, no retries, ${WARMUP_SECONDS} s of warm-up; PUTs ` +
  "overwrite, with one HEAD per 1,000. warp: `--concurrent` as many, the warm-up counts; PUTs " +
  "make new objects. CPU time covers the whole process.";

export const S3: Family<S3Cell, S3Result> = {
  needs: ({ sides }) => (sides.includes("warp") ? "warp" : null),
  measure: (cell, bench) =>
    withServer(cell, bench, async (server) => {
      if (cell.mostBytes !== null) {
        const long = (seconds: number) =>
          assayS3(OURS["s3-wire"], cell.load, server, seconds, bench);
        const peakBytes = await peaksOf(cell, MEMORY_SECONDS, long, bench);
        return { cell, runs: {}, bounds: [], peakBytes };
      }
      const sides = cell.sides.map((side) => [side, () => runSide(side, cell, server, bench)]);
      const of = await alternate<S3Sample>(cell, Object.fromEntries(sides), textOf, bench);
      const runs = Object.fromEntries(cell.sides.map((side) => [side, of(side)]));
      return s3Result(cell, runs);
    }),
  show(results) {
    const rates = results.filter(({ peakBytes }) => peakBytes === null);
    const head = [
      "S3 requests",
      "rate",
      "throughput",
      "CPU per operation",
      "CPU per MB",
      "of the workers",
    ];
    const ratios = ["ratio of pairs of runs", "ratio", "range", "target", ""];
    return [
      ...(rates.length === 0 ? [] : [CAPTION, table(head, rates.flatMap(sideRows))]),
      ...(rates.length === 0 ? [] : [table(ratios, rates.flatMap(boundRows))]),
      ...results.flatMap(memoryLine),
    ];
  },
};

/** Every run of the sides, with the verdict on each bound. */
export function s3Result(cell: S3Cell, runs: S3Result["runs"]): S3Result {
  const bounds = cell.bounds.map((bound) => {
    const of = (side = "") => (runs[side] ?? []).map((sample) => sample[bound.measure]);
    const pairs = pairsOf(of(cell.sides[0]), of(bound.peer));
    const { least = 0, most = Number.POSITIVE_INFINITY } = bound;
    return { ...bound, pairs, met: pairs.ratio >= least && pairs.ratio <= most };
  });
  return { cell, runs, bounds, peakBytes: null };
}

function runSide(side: Side, { load }: S3Cell, server: S3Server, bench: Bench): Promise<S3Sample> {
  const { seconds } = bench.options;
  if (side === "warp") return warpS3(load, server, seconds, bench);
  if (side === "undici") return runUndici({ address: server.address, load, seconds }, bench);
  return assayS3(OURS[side], load, server, seconds, bench);
}

/** Runs `work` with a separate server. */
async function withServer<Result>(
  { load, server, sides }: S3Cell,
  bench: Bench,
  work: (server: S3Server) => Promise<Result>,
): Promise<Result> {
  const minio = await startMinio({ log: bench.log, own: true, tls: load.tls });
  if ("unavailable" in minio) throw new Error(minio.unavailable);
  const { region, bucket, caPath, accessKey, secretKey } = minio;
  Object.assign(process.env, minio.environment);
  try {
    const relay = server === "delayed" ? await startRelay(minio.endpoint) : null;
    const { endpoint } = relay ?? minio;
    const where = { endpoint, region, bucket, prefix: "bench/", pathStyle: true };
    const address = caPath === null ? where : { ...where, caPath };
    const started = { address, accessKey, secretKey };
    if (sides.includes("undici")) await fill(started, load);
    return await work(started).finally(() => relay?.stop());
  } finally {
    await minio.stop();
  }
}

/** Makes the objects that undici reads; the other sides make their own. */
async function fill({ address }: S3Server, load: S3Load): Promise<void> {
  const client = makeClient(address, { connections: 4, retries: 2 });
  const Body = Buffer.alloc(load.objectBytes, "assay");
  for (const name of readObjects(load)) {
    const Key = address.prefix + name;
    await client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body }));
  }
  client.destroy();
}

const CLIENT = fileURLToPath(new URL("../s3/client.ts", import.meta.url));

async function runUndici(task: ClientTask, { signal }: Bench): Promise<S3Sample> {
  const command = [process.execPath, CLIENT, JSON.stringify(task)];
  return JSON.parse((await succeed("undici", command, signal)).stdout);
}

function textOf({ operationsPerSecond, cpuNsPerOperation }: S3Sample): string {
  return `${operationsPerSecond.toFixed(1)} ops/s, ${formatLatency(cpuNsPerOperation)} CPU`;
}

function sideRows({ cell, runs }: S3Result): readonly (readonly string[])[] {
  return Object.entries(runs).map(([side, samples]) => {
    const of = (measure: keyof S3Sample) => median(samples.map((sample) => sample[measure]));
    const bytes = of("bytesPerSecond") / of("operationsPerSecond");
    const cpuNs = of("cpuNsPerOperation");
    return [
      ...[`${cell.title}: ${side}`, `${formatCount(of("operationsPerSecond"))}/s`],
      ...[bytes === 0 ? "" : formatRate(of("bytesPerSecond")), formatLatency(cpuNs)],
      bytes === 0 ? "" : formatLatency((cpuNs * 1e6) / bytes),
      side in OURS ? formatLatency(of("workerCpuNsPerOperation")) : "",
    ];
  });
}

function boundRows({ cell, bounds }: S3Result): readonly (readonly string[])[] {
  const what = (measure: Bound["measure"]) => (measure === "cpuNsPerOperation" ? "CPU" : "rate");
  return bounds.map(({ peer, measure, pairs, least, most, met }) => [
    `${cell.title}: ${what(measure)}, ${cell.sides[0]} / ${peer}`,
    ...ratioCells(pairs),
    ...[least === undefined ? `≤ ${most}` : `≥ ${least}`, verdict(met)],
  ]);
}

function memoryLine({ cell, peakBytes }: S3Result): readonly string[] {
  if (peakBytes === null || cell.mostBytes === null) return [];
  const peaks = peakBytes.map((bytes) => (bytes / 1e6).toFixed(0)).join(" and ");
  const met = Math.max(...peakBytes) <= cell.mostBytes;
  return [`${cell.title}: ${peaks} MB after ${MEMORY_SECONDS.join(" and ")} s: ${verdict(met)}`];
}
