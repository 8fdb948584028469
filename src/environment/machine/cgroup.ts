import { dirname, posix } from "node:path";
import type { Environment } from "../../model/run/environment.ts";
import { type MountLine, readMounts } from "./mount.ts";
import { readNumber, readText, type SystemRoots } from "./roots.ts";

/** Strictest limits of this process's control group and its parents. */
export function readCgroup(roots: SystemRoots): Environment["cgroup"] {
  const groups = parseGroups(readText(`${roots.proc}/self/cgroup`) ?? "");
  const mounts = readMounts(roots);
  const memory = groups.get("memory");
  const cpu = groups.get("cpu");
  if (memory !== undefined || cpu !== undefined) {
    return {
      version: 1,
      cpuQuotaCores: strictest(folders("cpu", cpu, mounts, roots), quotaV1),
      memoryLimitBytes: strictest(folders("memory", memory, mounts, roots), memoryV1),
    };
  }
  const unified = groups.get("");
  if (unified === undefined) return { version: null, cpuQuotaCores: null, memoryLimitBytes: null };
  const at = folders(null, unified, mounts, roots);
  return {
    version: 2,
    cpuQuotaCores: strictest(at, quotaV2),
    memoryLimitBytes: strictest(at, (folder) => limited(readNumber(`${folder}/memory.max`))),
  };
}

/** Counters of how often CPU quotas throttled a control group since its creation. */
export interface ThrottlingCounters {
  readonly folder: string;
  readonly periods: number;
  readonly throttledPeriods: number;
  /** Sum over all CPUs. */
  readonly throttledNs: number;
}

/** Directories of the control groups that can throttle this process. */
export interface CpuGroups {
  readonly version: 1 | 2;
  readonly folders: readonly string[];
}

/** Finds the control group of this process and its parents. */
export function findCpuGroups(roots: SystemRoots): CpuGroups {
  const groups = parseGroups(readText(`${roots.proc}/self/cgroup`) ?? "");
  const mounts = readMounts(roots);
  const first = groups.get("cpu");
  return first === undefined
    ? { version: 2, folders: folders(null, groups.get(""), mounts, roots) }
    : { version: 1, folders: folders("cpu", first, mounts, roots) };
}

/**
 * Counters of control groups, as far as they have a CPU quota (kernel: scheduler/sched-bwc.rst).
 * Empty if none has a quota or shows its counters.
 */
export function readThrottling({ version, folders }: CpuGroups): readonly ThrottlingCounters[] {
  const hasQuota = version === 2 ? quotaV2 : quotaV1;
  return folders.flatMap((folder) => {
    const text = hasQuota(folder) === null ? null : readText(`${folder}/cpu.stat`);
    if (text === null) return [];
    const counters = new Map(text.split("\n").map((line) => pair(line)));
    const periods = counters.get("nr_periods");
    const throttledPeriods = counters.get("nr_throttled");
    // Nanoseconds in version 1, microseconds in version 2.
    const micros = counters.get("throttled_usec");
    const nanos = counters.get("throttled_time") ?? (micros ?? Number.NaN) * 1000;
    if (periods === undefined || throttledPeriods === undefined || Number.isNaN(nanos)) return [];
    return [{ folder, periods, throttledPeriods, throttledNs: nanos }];
  });
}

function pair(line: string): readonly [string, number] {
  const [name = "", value = ""] = line.split(" ");
  return [name, Number(value)];
}

/** Parses `/proc/self/cgroup`: path of the group by controller, `""` for the unified tree. */
function parseGroups(text: string): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, controllers, ...path] = line.split(":");
    if (controllers === undefined) continue;
    for (const controller of controllers.split(",")) groups.set(controller, path.join(":"));
  }
  return groups;
}

/** Directories of a group and its parents, up to the mount point of the tree. */
function folders(
  controller: string | null,
  group: string | undefined,
  mounts: readonly MountLine[],
  roots: SystemRoots,
): readonly string[] {
  const mount = mounts.findLast(({ type, options }) =>
    controller === null ? type === "cgroup2" : type === "cgroup" && options.includes(controller),
  );
  if (group === undefined || mount === undefined) return [];
  // In a container, the mount shows only the part of the tree below `root`.
  const inside = posix.relative(mount.root, group);
  const top = mount.mountPoint.replace(/^\/sys(?=\/|$)/, roots.sys);
  const found: string[] = [];
  let folder = inside.startsWith("..") ? top : posix.join(top, inside);
  for (; folder.length > top.length; folder = dirname(folder)) found.push(folder);
  return [...found, top];
}

function strictest(at: readonly string[], read: (folder: string) => number | null): number | null {
  const limits = at.map(read).filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Converts a limit to null if it is v1's largest number of whole pages, which means none. */
function limited(bytes: number | null): number | null {
  return bytes === null || bytes >= 2 ** 62 ? null : bytes;
}

function memoryV1(folder: string): number | null {
  return limited(readNumber(`${folder}/memory.limit_in_bytes`));
}

function quotaV1(folder: string): number | null {
  const quota = readNumber(`${folder}/cpu.cfs_quota_us`);
  const period = readNumber(`${folder}/cpu.cfs_period_us`);
  return quota === null || period === null || quota <= 0 ? null : quota / period;
}

/** Quota in cores from `cpu.max`: "200000 100000", or "max 100000" for none. */
function quotaV2(folder: string): number | null {
  const [quota, period] = (readText(`${folder}/cpu.max`) ?? "max").split(" ");
  return quota === "max" ? null : Number(quota) / Number(period ?? 100_000);
}
