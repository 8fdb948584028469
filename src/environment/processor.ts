import { readText, SYSTEM_ROOTS, type SystemRoots } from "./roots.ts";

/** Processor time of the whole machine since it started, in the kernel's ticks (10 ms mostly). */
export interface ProcessorTicks {
  readonly total: number;
  /** Not used by anybody, waiting for I/O included. */
  readonly idle: number;
  /** What the hypervisor gave to other machines while this one had work to do. */
  readonly steal: number;
}

/** Null where the kernel does not count. */
export function readProcessorTicks(roots: SystemRoots = SYSTEM_ROOTS): ProcessorTicks | null {
  const line = /^cpu\s+(.+)$/m.exec(readText(`${roots.proc}/stat`) ?? "")?.[1];
  const ticks = line?.split(/\s+/).map(Number) ?? [];
  // proc_stat(5): user nice system idle iowait irq softirq steal; a guest's time is in user's.
  const [, , , idle, wait = 0, , , steal = 0] = ticks;
  if (idle === undefined || ticks.some((count) => !Number.isFinite(count))) return null;
  const total = ticks.slice(0, 8).reduce((sum, count) => sum + count, 0);
  return { total, idle: idle + wait, steal };
}

/** Shares of the machine's processor time between two readings, 0 to 1; null where unknown. */
export function processorShares(
  before: ProcessorTicks | null,
  after: ProcessorTicks | null,
): { readonly steal: number; readonly idle: number } | null {
  if (before === null || after === null || after.total <= before.total) return null;
  const share = (part: "idle" | "steal"): number =>
    Math.max(0, after[part] - before[part]) / (after.total - before.total);
  return { steal: share("steal"), idle: share("idle") };
}

/** Who decides how fast the processors run: `performance`, `schedutil`; null where not shown. */
export function readGovernor(roots: SystemRoots = SYSTEM_ROOTS): string | null {
  return readText(`${roots.sys}/devices/system/cpu/cpu0/cpufreq/scaling_governor`);
}
