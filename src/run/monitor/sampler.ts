import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { type CpuTicks, cpuShares, readAllowedTicks } from "../../environment/machine/cpu.ts";
import { readSchedule } from "../../load/record/schedule.ts";
import type { TransferCounters } from "../../model/run/cache.ts";
import type { Sample } from "../../model/run/sample.ts";

const EVERY_MS = 1000;

/** A shorter phase, or rest at the end of one, is not sampled: its ticks are too coarse. */
export const MIN_SAMPLE_NS = 0.5e9;

/** Maximum worker threads whose CPU wait is read. */
const MAX_THREADS = 64;

/** Name of the threads that issue operations; other threads of assay have names of their own. */
const WORKER_NAME = "WorkerThread";

interface Reading {
  readonly atNs: bigint;
  readonly ticks: CpuTicks | null;
  readonly waitNs: number | null;
  readonly device: TransferCounters | null;
}

/** Samples the host once per second while a phase is measured, on the main thread. */
export class Sampler {
  private readonly readDevice: () => TransferCounters | null;
  private readonly onSample: (sample: Sample) => void;
  private timer: NodeJS.Timeout | null = null;
  private files: readonly number[] = [];
  private startNs = 0n;
  private last: Reading | null = null;

  constructor(readDevice: () => TransferCounters | null, onSample: (sample: Sample) => void) {
    this.readDevice = readDevice;
    this.onSample = onSample;
  }

  /** Called when measuring starts. */
  begin(): void {
    this.end();
    this.files = openWorkers();
    this.last = this.read();
    this.startNs = this.last.atNs;
    this.timer = setInterval(() => this.sample(), EVERY_MS);
    this.timer.unref();
  }

  /** Takes the last sample and stops. */
  end(): void {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.sample();
    for (const file of this.files) closeSync(file);
    this.files = [];
  }

  private sample(): void {
    const { last } = this;
    if (last === null) return;
    const now = this.read();
    const widthNs = Number(now.atNs - last.atNs);
    if (widthNs < MIN_SAMPLE_NS) return;
    this.last = now;
    const waitedNs = now.waitNs === null || last.waitNs === null ? null : now.waitNs - last.waitNs;
    const moved = (of: keyof TransferCounters): number | null =>
      now.device === null || last.device === null
        ? null
        : Math.max(0, now.device[of] - last.device[of]);
    this.onSample({
      fromNs: Number(last.atNs - this.startNs),
      widthNs,
      stealShare: cpuShares(last.ticks, now.ticks)?.steal ?? null,
      cpuWaitShare:
        waitedNs === null ? null : Math.min(1, waitedNs / (widthNs * this.files.length)),
      deviceReadBytes: moved("readBytes"),
      deviceWriteBytes: moved("writeBytes"),
    });
  }

  private read(): Reading {
    return {
      atNs: process.hrtime.bigint(),
      ticks: readAllowedTicks(),
      waitNs: waitOf(this.files),
      device: this.readDevice(),
    };
  }
}

/** Opens the scheduler statistics of the worker threads; empty if the kernel has none. */
function openWorkers(): readonly number[] {
  const files: number[] = [];
  try {
    for (const thread of readdirSync("/proc/self/task")) {
      if (files.length === MAX_THREADS) break;
      const folder = `/proc/self/task/${thread}`;
      if (readFileSync(`${folder}/comm`, "utf8").trim() !== WORKER_NAME) continue;
      files.push(openSync(`${folder}/schedstat`, "r"));
    }
  } catch {
    // A thread that has just ended, or too many open files: the others are enough.
  }
  return files;
}

/** Total time on run queues, nanoseconds; null without statistics. */
function waitOf(files: readonly number[]): number | null {
  if (files.length === 0) return null;
  let sum = 0;
  try {
    for (const file of files) {
      const schedule = readSchedule(file);
      if (schedule === null) return null;
      sum += schedule.waitNs;
    }
  } catch {
    return null;
  }
  return sum;
}
