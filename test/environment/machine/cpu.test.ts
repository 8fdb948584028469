import { expect, test } from "vitest";
import {
  cpuShares,
  readAllowedTicks,
  readCpuTicks,
  readGovernor,
} from "../../../src/environment/machine/cpu.ts";
import { recorded } from "../recorded.ts";

test("reads the ticks of all CPUs and counts guest time once", () => {
  const stat = "cpu  100 20 30 400 50 6 7 8 90 10\ncpu0 1 2 3 4 5 6 7 8 9 10";
  const roots = recorded({ "proc/stat": stat });
  expect(readCpuTicks(roots)).toEqual({ total: 621, idle: 450, steal: 8 });
});

test("reads the ticks of the allowed CPUs", () => {
  const stat = "cpu  9 9 9 9\ncpu0 1 2 3 4 0 0 0 1\ncpu1 5 5 5 5\ncpu10 1 0 0 9 0 0 0 2";
  const on = (list: string) =>
    readAllowedTicks(recorded({ "proc/stat": stat, "proc/self/status": list }));
  expect(on("Cpus_allowed_list:\t0,10")).toEqual({ total: 23, idle: 13, steal: 3 });
  expect(on("Cpus_allowed_list:\t0-1")).toEqual({ total: 31, idle: 9, steal: 1 });
  expect(on("Name: node")).toEqual({ total: 36, idle: 9, steal: 0 });
});

test("handles a kernel without steal or without the file", () => {
  expect(readCpuTicks(recorded({ "proc/stat": "cpu  1 2 3 4" }))).toEqual({
    total: 10,
    idle: 4,
    steal: 0,
  });
  expect(readCpuTicks(recorded({ "proc/uptime": "1 2" }))).toBeNull();
});

test("computes shares of the time between two readings", () => {
  const before = { total: 1000, idle: 500, steal: 10 };
  const after = { total: 1200, idle: 650, steal: 14 };
  expect(cpuShares(before, after)).toEqual({ steal: 0.02, idle: 0.75 });
  expect(cpuShares(before, before)).toBeNull();
  expect(cpuShares(null, after)).toBeNull();
});

test("reads increasing ticks of this host", () => {
  const before = readCpuTicks();
  const untilMs = performance.now() + 100;
  while (performance.now() < untilMs);
  const shares = cpuShares(before, readCpuTicks());
  expect(shares?.idle).toBeLessThan(1);
});

test("reads the governor; null if not shown", () => {
  const path = "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
  expect(readGovernor(recorded({ [path]: "schedutil" }))).toBe("schedutil");
  expect(readGovernor(recorded({ "proc/stat": "cpu 1 2 3 4" }))).toBeNull();
});
