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

test("takes this process as active at any age of its heartbeat", () => {
  expect(isHeld(self, NEVER)).toBe(true);
  expect(self.processStart).toMatch(/^\d+$/);
});

test("takes released data as unused", () => {
  expect(isHeld(null, 0)).toBe(false);
});

test("takes a process as active until it is killed", async () => {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  const holder = { ...self, pid, processStart: processStart(pid) ?? "" };
  expect(isHeld(holder, NEVER)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(isHeld(holder, 0)).toBe(false);
});

test("distinguishes a process from an ended one with the same PID", () => {
  expect(isHeld({ ...self, processStart: "1" }, 0)).toBe(false);
});

test.each([
  ["another boot or machine", { ...self, bootId: "00000000-0000-0000-0000-000000000000" }],
  ["another container", { ...self, pidNamespace: "pid:[1]" }],
])("decides by the heartbeat for a process of %s", (_, holder) => {
  expect(isHeld(holder, HEARTBEAT_LIMIT_MS - 1)).toBe(true);
  expect(isHeld(holder, HEARTBEAT_LIMIT_MS)).toBe(false);
});

test("reads the start time of a process with spaces and brackets in its name", async () => {
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
