import { loadNative } from "../../../src/posix/koffi.ts";

const SAMPLE_MS = 20;
/** `struct timespec`: seconds and nanoseconds of 8 bytes each. */
const TIMESPEC_BYTES = 16;
/** Low bits of the clock of a process (`clock_getcpuclockid(3)`): scheduled time. */
const SCHEDULED = 2;

/** CPU time of a process so far, at an instant of the wall clock. */
interface CpuSample {
  readonly atMs: number;
  readonly cpuNs: number;
}

/**
 * CPU time of another process over its life: user and system time of all its threads, also of those
 * that ended and of those that the kernel runs for it (`iou-wrk`, `iou-sqp`). Other programs report
 * CPU time of some threads, rounded to ticks, or of the whole host.
 */
export class CpuTrace {
  private readonly samples: CpuSample[] = [];
  private timer: NodeJS.Timeout | undefined;

  /**
   * Begins to sample a process that was just started.
   *
   * @throws Error without koffi.
   */
  start(pid: number): void {
    const cpuNs = cpuClock(pid);
    this.samples.push({ atMs: wallMs(), cpuNs: 0 });
    this.timer = setInterval(() => {
      const now = cpuNs();
      // Null: the process ended, and its clock with it.
      if (now !== null) this.samples.push({ atMs: wallMs(), cpuNs: now });
    }, SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** CPU time between two instants (milliseconds since 1970), linear between samples. */
  between(fromMs: number, toMs: number): number {
    return cpuAt(this.samples, toMs) - cpuAt(this.samples, fromMs);
  }

  /**
   * CPU time per second of a steady load, from the middle of its time: start and end are known to a
   * few hundredths of a second only.
   */
  steadyRate(fromMs: number, toMs: number): number {
    const margin = (toMs - fromMs) / 10;
    const ns = this.between(fromMs + margin, toMs - margin);
    return (ns * 1000) / (toMs - fromMs - 2 * margin);
  }
}

/** CPU time at an instant; before the first sample it is that of the first, likewise at the end. */
export function cpuAt(samples: readonly CpuSample[], atMs: number): number {
  const next = samples.findIndex((sample) => sample.atMs >= atMs);
  const after = samples[next] ?? samples.at(-1);
  const before = samples[next - 1] ?? after;
  if (before === undefined || after === undefined) throw new Error("no CPU time was sampled");
  const share = after.atMs === before.atMs ? 0 : (atMs - before.atMs) / (after.atMs - before.atMs);
  return before.cpuNs + (after.cpuNs - before.cpuNs) * Math.min(1, share);
}

function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

function cpuClock(pid: number): () => number | null {
  const native = loadNative();
  if (typeof native === "string") throw new Error(`CPU time of other programs: ${native}`);
  const gettime = native.library.func("int clock_gettime(int, void*)");
  const time = Buffer.alloc(TIMESPEC_BYTES);
  const clock = (~pid << 3) | SCHEDULED;
  return () => {
    if (gettime(clock, time) !== 0) return null;
    return Number(time.readBigInt64LE(0)) * 1e9 + Number(time.readBigInt64LE(8));
  };
}
