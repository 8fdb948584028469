import { parseArgs } from "node:util";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { fileName } from "../../src/model/plan/dataset.ts";
import type { BucketAddress } from "../../src/model/target/target.ts";
import { makeClient } from "../../src/s3/client.ts";
import { startMinio } from "../minio.ts";
import { runChild } from "./children.ts";
import {
  MEMORY_CELL,
  S3_CELLS,
  type S3Bound,
  type S3Cell,
  type S3Load,
  type Side,
  WORKERS_CELL,
} from "./s3-cells.ts";
import type { ClientSample, ClientTask } from "./s3-client.ts";
import { benchDataset } from "./s3-side.ts";
import { startWaitingServer } from "./s3-waiting-server.ts";
import { median } from "./sample.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    runs: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
  },
});
const RUNS = Number(values.runs);
const SECONDS = Number(values.seconds);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

function wanted(name: string): boolean {
  return values.only.length === 0 || values.only.includes(name);
}

async function runClient(task: ClientTask): Promise<ClientSample> {
  const script = new URL("s3-client.ts", import.meta.url).pathname;
  const child = await runChild(process.execPath, [script, JSON.stringify(task)], stop.signal);
  if (child.code !== 0) throw new Error(`${task.side}: ${child.stderr.trim()}`);
  return JSON.parse(child.stdout) as ClientSample;
}

/** Runs `work` with a MinIO of its own and the objects of a load in it. */
async function withStore(
  load: S3Load,
  work: (address: BucketAddress) => Promise<void>,
): Promise<void> {
  const minio = await startMinio({ log, own: true, tls: load.tls });
  if ("unavailable" in minio) throw new Error(minio.unavailable);
  const { endpoint, region, bucket, caPath } = minio;
  const where = { endpoint, region, bucket, prefix: "bench/", pathStyle: true };
  const address = caPath === null ? where : { ...where, caPath };
  Object.assign(process.env, minio.environment);
  try {
    if (load.operation === "fetch") await fill(address, load);
    await work(address);
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

/** Ours, a peer, ours, a peer …: what the machine does meanwhile meets all of them. */
async function measureCell(cell: S3Cell): Promise<void> {
  const peers = new Set(cell.bounds.map(({ peer }) => peer));
  const sides: readonly Side[] = ["s3-wire", ...peers];
  const samples = new Map<Side, ClientSample[]>(sides.map((side) => [side, []]));
  await withStore(cell.load, async (address) => {
    for (let run = 0; run < RUNS; run++) {
      for (const side of sides) {
        const { load } = cell;
        const sample = await runClient({ side, address, load, seconds: SECONDS, workers: 1 });
        samples.get(side)?.push(sample);
        log(`${cell.name} ${run + 1}/${RUNS} ${side}: ${textOf(sample)}`);
      }
    }
  });
  const of = (side: Side, measure: S3Bound["measure"]): number =>
    median((samples.get(side) ?? []).map((sample) => sample[measure]));
  process.stdout.write(`\n${cell.title}\n`);
  for (const side of sides) {
    const medians = {
      operationsPerSecond: of(side, "operationsPerSecond"),
      cpuNsPerOperation: of(side, "cpuNsPerOperation"),
      bytesPerCpuSecond: of(side, "bytesPerCpuSecond"),
    };
    process.stdout.write(`  ${side.padEnd(8)} ${textOf(medians)}\n`);
  }
  for (const { peer, measure, least, most } of cell.bounds) {
    const ratio = of("s3-wire", measure) / of(peer, measure);
    const met = ratio >= (least ?? 0) && ratio <= (most ?? Number.POSITIVE_INFINITY);
    const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
    const verdict = met ? "met" : "missed";
    process.stdout.write(`  ${measure} / ${peer}: ${ratio.toFixed(3)}, ${bound}: ${verdict}\n`);
  }
}

function textOf(sample: Pick<ClientSample, S3Bound["measure"]>): string {
  const { operationsPerSecond, cpuNsPerOperation, bytesPerCpuSecond } = sample;
  return (
    `${operationsPerSecond.toFixed(1)} ops/s, ` +
    `${(cpuNsPerOperation / 1e3).toFixed(1)} µs CPU/op, ` +
    `${(bytesPerCpuSecond / 1e9).toFixed(2)} GB/CPU s`
  );
}

async function measureWorkers(): Promise<void> {
  const load: S3Load = { ...MEMORY_CELL.load, objectBytes: 4096, connections: 16 };
  const server = await startWaitingServer(load.objectBytes);
  const rates: [number[], number[]] = [[], []];
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "stub", AWS_SECRET_ACCESS_KEY: "stub" });
  try {
    for (let run = 0; run < RUNS; run++) {
      for (const workers of [1, 2] as const) {
        const { address } = server;
        const task = { side: "s3-wire", address, load, seconds: SECONDS, workers } as const;
        const sample = await runClient(task);
        rates[workers - 1]?.push(sample.operationsPerSecond);
        log(`${WORKERS_CELL.name} ${run + 1}/${RUNS} ${workers}: ${textOf(sample)}`);
      }
    }
  } finally {
    server.stop();
  }
  const ratio = median(rates[1]) / median(rates[0]);
  const verdict = ratio >= WORKERS_CELL.least ? "met" : "missed";
  process.stdout.write(
    `\n${WORKERS_CELL.title}\n  ${ratio.toFixed(2)}, at least ${WORKERS_CELL.least}: ${verdict}\n`,
  );
}

async function measureMemory(): Promise<void> {
  const { load, title, mostBytes } = MEMORY_CELL;
  await withStore(load, async (address) => {
    const peaks: number[] = [];
    for (const seconds of [4, 20]) {
      const task = { side: "s3-wire", address, load, seconds, workers: 1 } as const;
      const sample = await runClient(task);
      peaks.push(sample.peakBytes);
      log(`memory ${seconds} s: ${(sample.peakBytes / 1e6).toFixed(0)} MB`);
    }
    const shown = peaks.map((peak) => (peak / 1e6).toFixed(0)).join(" and ");
    const verdict = Math.max(...peaks) <= mostBytes ? "met" : "missed";
    process.stdout.write(`\n${title}\n  ${shown} MB after 4 and 20 s: ${verdict}\n`);
  });
}

for (const cell of S3_CELLS) if (wanted(cell.name)) await measureCell(cell);
if (wanted(WORKERS_CELL.name)) await measureWorkers();
if (wanted(MEMORY_CELL.name)) await measureMemory();
