/** The process of a client that is not assay: prints one sample of `undici.ts`. */

import { setTimeout as sleep } from "node:timers/promises";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { type S3Load, type S3Sample, WARMUP_SECONDS } from "./load.ts";
import { startUndici } from "./undici.ts";

/** The task of the process, as JSON in its first parameter. */
export interface ClientTask {
  readonly address: BucketAddress;
  readonly load: S3Load;
  readonly seconds: number;
}

async function measure({ address, load, seconds }: ClientTask): Promise<S3Sample> {
  let operations = 0;
  let bytes = 0;
  startUndici(address, load, (more) => {
    operations += 1;
    bytes += more;
  });
  await sleep(WARMUP_SECONDS * 1000);
  const before = { operations, bytes, ms: performance.now() };
  const cpuBefore = process.cpuUsage();
  await sleep(seconds * 1000);
  const cpu = process.cpuUsage(cpuBefore);
  const took = (performance.now() - before.ms) / 1000;
  const done = operations - before.operations;
  const cpuNs = ((cpu.user + cpu.system) * 1000) / done;
  return {
    operationsPerSecond: done / took,
    bytesPerSecond: (bytes - before.bytes) / took,
    ...{ cpuNsPerOperation: cpuNs, workerCpuNsPerOperation: cpuNs },
  };
}

const sample = await measure(JSON.parse(process.argv[2] ?? "") as ClientTask);
process.stdout.write(`${JSON.stringify(sample)}\n`, () => process.exit());
