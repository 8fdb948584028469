import { expect, test } from "vitest";
import { ProcessCpu } from "../../../src/run/phase/phase.ts";

test("CPU time excludes what starts the monitors", () => {
  const cpu = new ProcessCpu();
  const own = process.threadCpuUsage();
  cpu.start(() => {
    while (process.threadCpuUsage(own).user < 50_000);
  });
  const { user, system } = cpu.end();
  expect(user + system).toBeLessThan(50_000);
  expect(Math.min(user, system)).toBeGreaterThanOrEqual(0);
});

test.each([
  [
    { user: 100, system: 50 },
    { user: 30, system: 20 },
    { user: 70, system: 30 },
  ],
  [
    { user: 100, system: 10 },
    { user: 30, system: 20 },
    { user: 60, system: 0 },
  ],
  [
    { user: 10, system: 50 },
    { user: 30, system: 0 },
    { user: 0, system: 30 },
  ],
  [
    { user: 10, system: 10 },
    { user: 30, system: 20 },
    { user: 0, system: 0 },
  ],
])("no part of it is negative: %j without %j", (used, monitors, expected) => {
  expect(new ProcessCpu().end(used, monitors)).toEqual(expected);
});
