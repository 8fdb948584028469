import { expect, test } from "vitest";
import {
  findCpuGroups,
  readCgroup,
  readThrottling,
} from "../../../src/environment/machine/cgroup.ts";
import { recorded } from "../recorded.ts";

const V1_MOUNTS = [
  "40 30 0:33 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
  "41 30 0:34 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
].join("\n");

const NONE = "9223372036854771712";

test("version 1: returns the strictest quota and limit of the parents", () => {
  const roots = recorded({
    "proc/self/mountinfo": V1_MOUNTS,
    "proc/self/cgroup": "5:cpu,cpuacct:/jobs/one\n4:memory:/jobs/one\n0::/",
    "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us": "50000",
    "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us": "100000",
    "sys/fs/cgroup/cpu,cpuacct/jobs/one/cpu.cfs_quota_us": "-1",
    "sys/fs/cgroup/cpu,cpuacct/jobs/one/cpu.cfs_period_us": "100000",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": NONE,
    "sys/fs/cgroup/memory/jobs/memory.limit_in_bytes": "2147483648",
    "sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes": NONE,
  });
  expect(readCgroup(roots)).toEqual({
    version: 1,
    cpuQuotaCores: 0.5,
    memoryLimitBytes: 2_147_483_648,
  });
});

test("returns throttling of groups with a quota in nanoseconds", () => {
  const first = recorded({
    "proc/self/mountinfo": V1_MOUNTS,
    "proc/self/cgroup": "5:cpu,cpuacct:/jobs/one\n4:memory:/jobs/one\n0::/",
    "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us": "50000",
    "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us": "100000",
    "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.stat":
      "nr_periods 100\nnr_throttled 43\nthrottled_time 1500000000",
    "sys/fs/cgroup/cpu,cpuacct/jobs/one/cpu.cfs_quota_us": "-1",
    "sys/fs/cgroup/cpu,cpuacct/jobs/one/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_time 0",
  });
  const found = { periods: 100, throttledPeriods: 43, throttledNs: 1.5e9 };
  expect(readThrottling(findCpuGroups(first))).toEqual([expect.objectContaining(found)]);
  const second = recorded({
    "proc/self/mountinfo": "40 30 0:33 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
    "proc/self/cgroup": "0::/pod/one",
    "sys/fs/cgroup/pod/cpu.max": "50000 100000",
    "sys/fs/cgroup/pod/cpu.stat":
      "usage_usec 9\nnr_periods 100\nnr_throttled 43\nthrottled_usec 1500000",
    "sys/fs/cgroup/pod/one/cpu.max": "max 100000",
    "sys/fs/cgroup/pod/one/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_usec 0",
  });
  expect(readThrottling(findCpuGroups(second))).toEqual([expect.objectContaining(found)]);
  expect(readThrottling(findCpuGroups(recorded({ "proc/self/cgroup": "0::/" })))).toEqual([]);
});

test("version 1 in a container: resolves the group below the mount's root", () => {
  const roots = recorded({
    "proc/self/mountinfo":
      "41 30 0:34 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
    "proc/self/cgroup": "4:memory:/docker/abc",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912",
  });
  expect(readCgroup(roots)).toEqual({
    version: 1,
    cpuQuotaCores: null,
    memoryLimitBytes: 536_870_912,
  });
});

test("version 2 in a container: takes the mount's root as the group", () => {
  const roots = recorded({
    "proc/self/mountinfo": "30 29 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw",
    "proc/self/cgroup": "0::/",
    "sys/fs/cgroup/memory.max": "1073741824",
    "sys/fs/cgroup/cpu.max": "400000 100000",
  });
  expect(readCgroup(roots)).toEqual({
    version: 2,
    cpuQuotaCores: 4,
    memoryLimitBytes: 1_073_741_824,
  });
});

test("returns null for unlimited groups", () => {
  const roots = recorded({
    "proc/self/mountinfo": V1_MOUNTS,
    "proc/self/cgroup": "4:memory:/\n5:cpu,cpuacct:/",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": NONE,
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
  });
  expect(readCgroup(roots)).toEqual({ version: 1, cpuQuotaCores: null, memoryLimitBytes: null });
});
