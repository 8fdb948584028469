import { closeSync } from "node:fs";
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import type { OwnTime } from "../../model/run/harness.ts";
import { openSchedule, readSchedule, type Schedule } from "./schedule.ts";

type LoopDelays = ReturnType<typeof monitorEventLoopDelay>;

/** Period of event-loop checks; the delay of a check is its lateness. */
const LOOP_LOOK_MS = 10;

/**
 * Measures the worker's CPU time and pauses in its thread. It is read once at the start and once at
 * the end of measurement, so that operations have no extra cost. The kernel's file is opened
 * before.
 */
export class OwnTimer {
  private readonly loop: LoopDelays | null;
  private readonly file = openSchedule();
  private readonly collections = { count: 0, totalNs: 0, longestNs: 0 };
  private readonly observer: PerformanceObserver;
  private fromMs = 0;
  private cpu = process.threadCpuUsage();
  private schedule: Schedule | null = null;

  /** `turns`: whether the thread's event loop runs during the measurement. */
  constructor(turns: boolean) {
    this.loop = turns ? monitorEventLoopDelay({ resolution: LOOP_LOOK_MS }) : null;
    this.observer = new PerformanceObserver((list) => this.collected(list.getEntries()));
    this.observer.observe({ entryTypes: ["gc"] });
    this.begin();
  }

  /** Resets at the start of measurement, again after a warm-up. */
  begin(): void {
    this.fromMs = performance.now();
    this.loop?.reset();
    this.loop?.enable();
    this.schedule = readSchedule(this.file);
    this.cpu = process.threadCpuUsage();
  }

  /** Returns the worker's times since the start of measurement and stops. */
  async end(): Promise<OwnTime> {
    const cpu = process.threadCpuUsage(this.cpu);
    const schedule = readSchedule(this.file);
    const watchedNs = Math.round((performance.now() - this.fromMs) * 1e6);
    const before = this.schedule;
    this.loop?.disable();
    // A blocked worker learns of its GC pauses when its event loop runs again.
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

/** Histogram of times between two checks, nominally `LOOP_LOOK_MS`. */
function loopDelay({ count, max }: LoopDelays): number {
  return count === 0 ? 0 : Math.max(0, max - LOOP_LOOK_MS * 1e6);
}
