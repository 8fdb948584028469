import { readText, SYSTEM_ROOTS, type SystemRoots } from "./roots.ts";

/** CPU time since boot in kernel ticks (usually 10 ms). */
export interface CpuTicks {
  readonly total: number;
  /** Idle time, including waits for I/O. */
  readonly idle: number;
  /** CPU steal: time that the hypervisor gave to other VMs. */
  readonly steal: number;
}

/** Ticks of all CPUs of the host; null if the kernel does not show them. */
export function readCpuTicks(roots: SystemRoots = SYSTEM_ROOTS): CpuTicks | null {
  return ticksOf(readText(`${roots.proc}/stat`) ?? "", "cpu");
}

/** Ticks of the CPUs that this process may run on, or of all CPUs if those are unknown. */
export function readAllowedTicks(roots: SystemRoots = SYSTEM_ROOTS): CpuTicks | null {
  const status = readText(`${roots.proc}/self/status`) ?? "";
  const stat = readText(`${roots.proc}/stat`) ?? "";
  const allowed = /^Cpus_allowed_list:\s*(.+)$/m.exec(status)?.[1];
  const each = listMembers(allowed ?? "").map((number) => ticksOf(stat, `cpu${number}`));
  const known = each.filter((ticks) => ticks !== null);
  if (known.length === 0) return ticksOf(stat, "cpu");
  return known.reduce((sum, { total, idle, steal }) => ({
    total: sum.total + total,
    idle: sum.idle + idle,
    steal: sum.steal + steal,
  }));
}

/** Expands a kernel list: `0-3,7` has the members 0, 1, 2, 3 and 7. */
export function listMembers(list: string): readonly number[] {
  return list.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range
      .split("-")
      .map((part) => (part === "" ? Number.NaN : Number(part)));
    if (!Number.isInteger(first)) return [];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function ticksOf(stat: string, name: string): CpuTicks | null {
  const line = new RegExp(`^${name}\\s+(.+)$`, "m").exec(stat)?.[1];
  const ticks = line?.split(/\s+/).map(Number) ?? [];
  // proc_stat(5): user nice system idle iowait irq softirq steal; user includes guest time.
  const [, , , idle, wait = 0, , , steal = 0] = ticks;
  if (idle === undefined || ticks.some((count) => !Number.isFinite(count))) return null;
  const total = ticks.slice(0, 8).reduce((sum, count) => sum + count, 0);
  return { total, idle: idle + wait, steal };
}

/** Shares of CPU time between two readings, 0 to 1; null if unknown. */
export function cpuShares(
  before: CpuTicks | null,
  after: CpuTicks | null,
): { readonly steal: number; readonly idle: number } | null {
  if (before === null || after === null || after.total <= before.total) return null;
  const share = (part: "idle" | "steal"): number =>
    Math.max(0, after[part] - before[part]) / (after.total - before.total);
  return { steal: share("steal"), idle: share("idle") };
}

/** CPU frequency governor, such as `performance` or `schedutil`; null if not shown. */
export function readGovernor(roots: SystemRoots = SYSTEM_ROOTS): string | null {
  return readText(`${roots.sys}/devices/system/cpu/cpu0/cpufreq/scaling_governor`);
}
