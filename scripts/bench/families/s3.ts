import { fileURLToPath } from "node:url";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { fileName } from "../../../src/model/plan/dataset.ts";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { makeClient } from "../../../src/s3/client.ts";
import { startMinio } from "../../../src/testbed/minio/minio.ts";
import { succeed } from "../runner/child.ts";
import { verdict } from "../runner/markdown.ts";
import { alternate, type Bench, type Family, type Named } from "../runner/runner.ts";
import { median } from "../runner/statistics.ts";
import type { ClientSample, ClientTask } from "../s3/client.ts";
import { benchDataset, type S3Load } from "../s3/load.ts";
import { startWaitingServer } from "../s3/waiting-server.ts";
import { peaksOf } from "./memory.ts";

/** Client processes, with their names in the output. */
const SIDES = {
  "s3-wire": { client: "s3-wire", workers: 1 },
  "s3-sdk": { client: "s3-sdk", workers: 1 },
  undici: { client: "undici", workers: 1 },
  "1 worker": { client: "s3-wire", workers: 1 },
  "2 workers": { client: "s3-wire", workers: 2 },
} as const;
type Side = keyof typeof SIDES;

type Rates = Pick<ClientSample, "operationsPerSecond" | "cpuNsPerOperation" | "bytesPerCpuSecond">;

/** One number of the first side divided by that of a peer. */
interface Bound {
  readonly peer: Side;
  readonly measure: keyof Rates;
  readonly least?: number;
  /** For a cost. */
  readonly most?: number;
}

/** S3 requests without the rest of a run: an engine alone, next to its peers. */
export interface S3Cell extends Named<"s3"> {
  readonly load: S3Load;
  /** A MinIO, or a server that answers any GET after 10 ms and leaves the client the CPU. */
  readonly server: "minio" | "waiting";
  /** Ours first. */
  readonly sides: readonly Side[];
  readonly bounds: readonly Bound[];
  /** Maximum of the peak memory after a short and a long run; null: rates are compared. */
  readonly mostBytes: number | null;
}

interface S3Result {
  readonly cell: S3Cell;
  /** Every run of each side. */
  readonly runs: Readonly<Record<string, readonly ClientSample[]>>;
  readonly bounds: readonly (Bound & { readonly ratio: number; readonly met: boolean })[];
  /** Peaks of a short and a long run; null where rates are compared. */
  readonly peakBytes: readonly [number, number] | null;
}

/** Lengths of the short and the long run for memory, in seconds. */
const MEMORY_SECONDS = [4, 20] as const;

export const S3: Family<S3Cell, S3Result> = {
  measure: (cell, bench) =>
    withServer(cell, bench, async (address) => {
      const run = (side: Side, seconds: number) =>
        runClient({ ...SIDES[side], address, load: cell.load, seconds }, bench);
      if (cell.mostBytes !== null) {
        const long = (seconds: number) => run("s3-wire", seconds);
        const peakBytes = await peaksOf(cell, MEMORY_SECONDS, long, bench);
        return { cell, runs: {}, bounds: [], peakBytes };
      }
      const sides = cell.sides.map((side) => [side, () => run(side, bench.options.seconds)]);
      const of = await alternate<ClientSample>(cell, Object.fromEntries(sides), textOf, bench);
      const runs = Object.fromEntries(cell.sides.map((side) => [side, of(side)]));
      return s3Result(cell, runs);
    }),
  show: (results) => results.map(blockOf),
};

/** Every run of the sides, with the verdict on each bound. */
export function s3Result(cell: S3Cell, runs: S3Result["runs"]): S3Result {
  const bounds = cell.bounds.map((bound) => {
    const medianOf = (side = "") => mediansOf(runs[side] ?? [])[bound.measure];
    const ratio = medianOf(cell.sides[0]) / medianOf(bound.peer);
    const { least = 0, most = Number.POSITIVE_INFINITY } = bound;
    return { ...bound, ratio, met: ratio >= least && ratio <= most };
  });
  return { cell, runs, bounds, peakBytes: null };
}

/** Runs `work` with a separate server and, for a load that reads, its objects. */
async function withServer<Result>(
  { load, server }: S3Cell,
  bench: Bench,
  work: (address: BucketAddress) => Promise<Result>,
): Promise<Result> {
  if (server === "waiting") {
    const waiting = await startWaitingServer(load.objectBytes);
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "stub", AWS_SECRET_ACCESS_KEY: "stub" });
    return work(waiting.address).finally(waiting.stop);
  }
  const minio = await startMinio({ log: bench.log, own: true, tls: load.tls });
  if ("unavailable" in minio) throw new Error(minio.unavailable);
  const { endpoint, region, bucket, caPath } = minio;
  const where = { endpoint, region, bucket, prefix: "bench/", pathStyle: true };
  const address = caPath === null ? where : { ...where, caPath };
  Object.assign(process.env, minio.environment);
  try {
    if (load.operation === "fetch") await fill(address, load);
    return await work(address);
  } finally {
    await minio.stop();
  }
}

async function fill(address: BucketAddress, load: S3Load): Promise<void> {
  const client = makeClient(address, { connections: 4, retries: 2 });
  const dataset = benchDataset(load);
  const Body = Buffer.alloc(load.objectBytes, "assay");
  for (let file = 0; file < dataset.count; file++) {
    const Key = address.prefix + fileName(dataset, file);
    await client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body }));
  }
  client.destroy();
}

const CLIENT = fileURLToPath(new URL("../s3/client.ts", import.meta.url));

async function runClient(task: ClientTask, { signal }: Bench): Promise<ClientSample> {
  const command = [process.execPath, CLIENT, JSON.stringify(task)];
  return JSON.parse((await succeed(task.client, command, signal)).stdout);
}

function mediansOf(samples: readonly ClientSample[]): Rates {
  const medianOf = (measure: keyof Rates) => median(samples.map((sample) => sample[measure]));
  return {
    operationsPerSecond: medianOf("operationsPerSecond"),
    cpuNsPerOperation: medianOf("cpuNsPerOperation"),
    bytesPerCpuSecond: medianOf("bytesPerCpuSecond"),
  };
}

function textOf({ operationsPerSecond, cpuNsPerOperation, bytesPerCpuSecond }: Rates): string {
  return (
    `${operationsPerSecond.toFixed(1)} ops/s, ` +
    `${(cpuNsPerOperation / 1e3).toFixed(1)} µs CPU/op, ` +
    `${(bytesPerCpuSecond / 1e9).toFixed(2)} GB/CPU s`
  );
}

/** The title of a cell, a line for each side and one for each bound. */
function blockOf({ cell, runs, bounds, peakBytes }: S3Result): string {
  const sides = Object.entries(runs).map(([side, samples]) => {
    return `${side.padEnd(8)} ${textOf(mediansOf(samples))}`;
  });
  const verdicts = bounds.map(({ measure, peer, ratio, least, most, met }) => {
    const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
    return `${measure} / ${peer}: ${ratio.toFixed(3)}, ${bound}: ${verdict(met)}`;
  });
  const peaks = (peakBytes ?? []).map((bytes) => (bytes / 1e6).toFixed(0));
  const met = Math.max(...(peakBytes ?? [])) <= (cell.mostBytes ?? Number.POSITIVE_INFINITY);
  const after = MEMORY_SECONDS.join(" and ");
  const memory = `${peaks.join(" and ")} MB after ${after} s: ${verdict(met)}`;
  const lines = peakBytes === null ? [...sides, ...verdicts] : [memory];
  return [cell.title, ...lines].join("\n  ");
}
