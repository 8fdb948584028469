import { closeSync } from "node:fs";
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import type { OwnTime } from "../../model/run/harness.ts";
import { openSchedule, readSchedule, type Schedule } from "./schedule.ts";

type LoopDelays = ReturnType<typeof monitorEventLoopDelay>;

/** How often the event loop is looked at; a delay is what a look is late by. */
const LOOP_LOOK_MS = 10;

/**
 * Times the worker itself, in its own thread: it is read once where measuring begins and once where
 * it ends, so that an operation costs what it did. The kernel's file is opened beforehand.
 */
export class OwnTimer {
  private readonly loop: LoopDelays | null;
  private readonly file = openSchedule();
  private readonly collections = { count: 0, totalNs: 0, longestNs: 0 };
  private readonly observer: PerformanceObserver;
  private fromMs = 0;
  private cpu = process.threadCpuUsage();
  private schedule: Schedule | null = null;

  /** `turns`: the thread has an event loop that turns while it measures. */
  constructor(turns: boolean) {
    this.loop = turns ? monitorEventLoopDelay({ resolution: LOOP_LOOK_MS }) : null;
    this.observer = new PerformanceObserver((list) => this.collected(list.getEntries()));
    this.observer.observe({ entryTypes: ["gc"] });
    this.begin();
  }

  /** Forgets what was before: measuring begins, once more where there was a warm-up. */
  begin(): void {
    this.fromMs = performance.now();
    this.loop?.reset();
    this.loop?.enable();
    this.schedule = readSchedule(this.file);
    this.cpu = process.threadCpuUsage();
  }

  /** What the worker took since measuring began. Ends the watch. */
  async end(): Promise<OwnTime> {
    const cpu = process.threadCpuUsage(this.cpu);
    const schedule = readSchedule(this.file);
    const watchedNs = Math.round((performance.now() - this.fromMs) * 1e6);
    const before = this.schedule;
    this.loop?.disable();
    // A worker that blocked is told of its collections once its event loop turns again.
    await new Promise(setImmediate);
    this.collected(this.observer.takeRecords());
    this.observer.disconnect();
    if (this.file !== null) closeSync(this.file);
    const known = before !== null && schedule !== null;
    return {
      watchedNs,
      cpuUserNs: cpu.user * 1000,
      cpuSystemNs: cpu.system * 1000,
      processorWaitNs: known ? schedule.waitNs - before.waitNs : null,
      processorTurns: known ? schedule.turns - before.turns : null,
      collections: this.collections,
      loopDelayLongestNs: this.loop === null ? null : loopDelay(this.loop),
    };
  }

  private collected(
    entries: readonly { readonly startTime: number; readonly duration: number }[],
  ): void {
    for (const { startTime, duration } of entries) {
      if (startTime < this.fromMs) continue;
      const lengthNs = Math.round(duration * 1e6);
      this.collections.count++;
      this.collections.totalNs += lengthNs;
      this.collections.longestNs = Math.max(this.collections.longestNs, lengthNs);
    }
  }
}

/** Histogram of the times between two looks, which are `LOOP_LOOK_MS` apart where none is late. */
function loopDelay({ count, max }: LoopDelays): number {
  return count === 0 ? 0 : Math.max(0, max - LOOP_LOOK_MS * 1e6);
}
