/**
 * The client process of the S3 cells, and the clients it drives: `engine.ts` (ours, without the
 * rest of a run) and `undici.ts` (the peer). A client issues its next request as the last one
 * completes; the process prints one sample. `waiting-server.ts` is a server in a process of its
 * own.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { startEngine } from "./engine.ts";
import type { S3Load } from "./load.ts";
import { startUndici } from "./undici.ts";

/** Client that sends the requests. */
const CLIENTS = {
  "s3-wire": startEngine("s3-wire"),
  "s3-sdk": startEngine("s3-sdk"),
  undici: startUndici,
};

/** The task of a client process, as JSON in its first parameter. */
export interface ClientTask {
  readonly client: keyof typeof CLIENTS;
  readonly workers: number;
  readonly address: BucketAddress;
  readonly load: S3Load;
  readonly seconds: number;
}

/** Its result, as JSON on its standard output. */
export interface ClientSample {
  readonly operationsPerSecond: number;
  readonly cpuNsPerOperation: number;
  readonly bytesPerCpuSecond: number;
  readonly peakBytes: number;
}

const WARMUP_MS = 1500;
/** Places in the counts of a worker. */
const [OPERATIONS, BYTES] = [0, 1];

function start({ client, address, load }: ClientTask, counts: Float64Array) {
  return CLIENTS[client](address, load, (bytes) => {
    counts[OPERATIONS] = (counts[OPERATIONS] ?? 0) + 1;
    counts[BYTES] = (counts[BYTES] ?? 0) + bytes;
  });
}

/** In this thread if there is one worker, else in a thread each that shares its counts. */
async function startWorkers(task: ClientTask): Promise<readonly Float64Array[]> {
  const counts = Array.from(
    { length: task.workers },
    () => new Float64Array(new SharedArrayBuffer(16)),
  );
  for (const workerData of counts.map((own) => ({ task, counts: own }))) {
    if (task.workers === 1) await start(task, workerData.counts);
    else new Worker(new URL(import.meta.url), { workerData });
  }
  return counts;
}

async function measure(task: ClientTask): Promise<ClientSample> {
  const counts = await startWorkers(task);
  const sum = (place: number) => counts.reduce((all, one) => all + (one[place] ?? 0), 0);
  // On a busy host a thread may take longer to start than the warm-up lasts.
  while (counts.some((own) => own[OPERATIONS] === 0)) await sleep(10);
  await sleep(WARMUP_MS);
  const before = { operations: sum(OPERATIONS), bytes: sum(BYTES), ms: performance.now() };
  const cpuBefore = process.cpuUsage();
  await sleep(task.seconds * 1000);
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - before.ms) / 1000;
  const operations = sum(OPERATIONS) - before.operations;
  const bytes = sum(BYTES) - before.bytes;
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  return {
    operationsPerSecond: operations / seconds,
    cpuNsPerOperation: (cpuSeconds * 1e9) / operations,
    bytesPerCpuSecond: bytes / cpuSeconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

if (isMainThread) {
  const sample = await measure(JSON.parse(process.argv[2] ?? "") as ClientTask);
  process.stdout.write(`${JSON.stringify(sample)}\n`, () => process.exit());
} else {
  parentPort?.unref();
  const { task, counts } = workerData as { task: ClientTask; counts: Float64Array };
  await start(task, counts);
}
