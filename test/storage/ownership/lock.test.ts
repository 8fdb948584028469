// @module-tag system
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  HEARTBEAT_LIMIT_MS,
  isHeld,
  processStart,
  thisHolder,
} from "../../../src/storage/ownership/lock.ts";
import { scratch } from "../support.ts";

const self = thisHolder("run-1");
const NEVER = Number.POSITIVE_INFINITY;

test("this process holds, whatever the age of its heartbeat", () => {
  expect(isHeld(self, NEVER)).toBe(true);
  expect(self.processStart).toMatch(/^\d+$/);
});

test("nobody holds what was let go", () => {
  expect(isHeld(null, 0)).toBe(false);
});

test("a process holds until it is killed", async () => {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  const holder = { ...self, pid, processStart: processStart(pid) ?? "" };
  expect(isHeld(holder, NEVER)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(isHeld(holder, 0)).toBe(false);
});

test("a process that got the number of a dead one is not mistaken for it", () => {
  expect(isHeld({ ...self, processStart: "1" }, 0)).toBe(false);
});

test.each([
  ["another boot or machine", { ...self, bootId: "00000000-0000-0000-0000-000000000000" }],
  ["another container", { ...self, pidNamespace: "pid:[1]" }],
])("a process of %s is believed by its heartbeat", (_, holder) => {
  expect(isHeld(holder, HEARTBEAT_LIMIT_MS - 1)).toBe(true);
  expect(isHeld(holder, HEARTBEAT_LIMIT_MS)).toBe(false);
});

test("a process name with spaces and brackets does not shift the fields", async () => {
  const path = join(scratch(), "a) 1 (b");
  symlinkSync(execFileSync("which", ["sleep"], { encoding: "utf8" }).trim(), path);
  const child = spawn(path, ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  const start = Number(processStart(child.pid ?? 0));
  const name = readFileSync(`/proc/${child.pid}/comm`, "utf8").trim();
  const uptimeSeconds = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(name).toBe("a) 1 (b");
  // In ticks of 10 ms, which Linux shows to programs on every platform Node runs on.
  expect(start).toBeGreaterThanOrEqual(Number(self.processStart));
  expect(start).toBeLessThanOrEqual(uptimeSeconds * 100 + 1);
});
