import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { BucketAddress } from "../../src/model/target/target.ts";
import type { S3Load, Side } from "./s3-cells.ts";
import { runEngine } from "./s3-side.ts";
import { runUndici } from "./s3-undici.ts";

/** What a client process is told, as JSON in its first parameter. */
export interface ClientTask {
  readonly side: Side;
  readonly address: BucketAddress;
  readonly load: S3Load;
  readonly seconds: number;
  readonly workers: number;
}

/** What it answers, as JSON on its standard output. */
export interface ClientSample {
  readonly operationsPerSecond: number;
  readonly cpuNsPerOperation: number;
  readonly bytesPerCpuSecond: number;
  readonly bytesPerSecond: number;
  readonly peakBytes: number;
}

const WARMUP_MS = 1500;
const COUNTS = { operations: 0, bytes: 1 } as const;

async function runSide(task: ClientTask, counts: Float64Array): Promise<() => Promise<void>> {
  const onDone = (bytes: number): void => {
    counts[COUNTS.operations] = (counts[COUNTS.operations] ?? 0) + 1;
    counts[COUNTS.bytes] = (counts[COUNTS.bytes] ?? 0) + bytes;
  };
  const { side, address, load } = task;
  return side === "undici"
    ? runUndici(address, load, onDone)
    : runEngine(side, address, load, onDone);
}

/** Counts of one worker, in memory that both threads see. */
async function startWorker(task: ClientTask, shared: SharedArrayBuffer) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { task, shared } });
  return async () => {
    await worker.terminate();
  };
}

async function measure(task: ClientTask): Promise<ClientSample> {
  const shared = Array.from({ length: task.workers }, () => new SharedArrayBuffer(16));
  const counts = shared.map((memory) => new Float64Array(memory));
  const stops = await Promise.all(
    shared.map((memory, i) =>
      task.workers === 1
        ? runSide(task, counts[i] ?? new Float64Array(2))
        : startWorker(task, memory),
    ),
  );
  const sum = (index: number): number => counts.reduce((all, one) => all + (one[index] ?? 0), 0);
  await sleep(WARMUP_MS);
  const before = { operations: sum(0), bytes: sum(1), ms: performance.now() };
  const cpuBefore = process.cpuUsage();
  await sleep(task.seconds * 1000);
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - before.ms) / 1000;
  const operations = sum(0) - before.operations;
  const bytes = sum(1) - before.bytes;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  for (const stop of stops) await stop();
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  return {
    operationsPerSecond: operations / seconds,
    cpuNsPerOperation: (cpuSeconds * 1e9) / operations,
    bytesPerCpuSecond: bytes / cpuSeconds,
    bytesPerSecond: bytes / seconds,
    peakBytes,
  };
}

if (isMainThread) {
  const sample = await measure(JSON.parse(process.argv[2] ?? "") as ClientTask);
  process.stdout.write(`${JSON.stringify(sample)}\n`);
} else {
  parentPort?.unref();
  const { task, shared } = workerData as { task: ClientTask; shared: SharedArrayBuffer };
  await runSide(task, new Float64Array(shared));
}
