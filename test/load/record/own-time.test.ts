// @module-tag system
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { OwnTimer } from "../../../src/load/record/own-time.ts";
import type { OwnTime } from "../../../src/model/run/harness.ts";

const SPIN_MS = 400;

/** Whether the kernel keeps scheduler statistics. */
function hasSchedule(): boolean {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[2]) > 0;
  } catch {
    return false;
  }
}

function spin(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

function cpuNs({ cpuUserNs, cpuSystemNs }: OwnTime): number {
  return cpuUserNs + cpuSystemNs;
}

/** Programs that use all CPUs of the host until the end of the test. */
async function neighbours(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const script = 'process.stdout.write("."); for (;;);';
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
  }
}

test("collections are counted from the start of measuring, though nothing waited", async () => {
  const collecting = async (before: number, after: number): Promise<OwnTime> => {
    const url = new URL("../collecting-worker.ts", import.meta.url);
    const worker = new Worker(url, { workerData: { before, after }, execArgv: [] });
    const [own] = await once(worker, "message");
    return own;
  };
  const { collections, ...own } = await collecting(7, 5);
  // One of V8's own may come between; each forced one is counted once.
  expect(collections.count).toBeGreaterThanOrEqual(5);
  expect(collections.count).toBeLessThan(12);
  expect(collections.longestNs).toBeGreaterThan(0);
  expect(collections.totalNs).toBeGreaterThanOrEqual(collections.longestNs);
  expect(collections.totalNs).toBeLessThanOrEqual(own.watchedNs);
  expect((await collecting(7, 0)).collections.count).toBeLessThan(5);
});

test("CPU time counts from the start and excludes sleep", async () => {
  const own = new OwnTimer(false);
  spin(SPIN_MS);
  own.begin();
  await sleep(SPIN_MS);
  const slept = await own.end();
  expect(slept.watchedNs).toBeGreaterThanOrEqual(SPIN_MS * 0.99e6);
  expect(cpuNs(slept)).toBeLessThan(SPIN_MS * 0.5e6);
  expect(slept.loopDelayLongestNs).toBeNull();
});

test.skipIf(!hasSchedule())(
  "a worker that spins either runs or waits for a processor",
  async () => {
    await neighbours(3 * cpus().length);
    const own = new OwnTimer(false);
    spin(SPIN_MS);
    const spun = await own.end();
    const waitNs = spun.processorWaitNs ?? expect.fail("the kernel did not say");
    // Four or more threads per CPU: at most half of a fair share.
    expect(waitNs / spun.watchedNs).toBeGreaterThan(0.3);
    expect((waitNs + cpuNs(spun)) / spun.watchedNs).toBeGreaterThan(0.9);
    expect((waitNs + cpuNs(spun)) / spun.watchedNs).toBeLessThan(1.05);
    expect(spun.processorTurns).toBeGreaterThan(0);
  },
);

test("an event loop that was held up was late by as much", async () => {
  const own = new OwnTimer(true);
  own.begin();
  await sleep(50);
  spin(300);
  await sleep(50);
  const { loopDelayLongestNs: late } = await own.end();
  // The look that was due first came up to one look before.
  expect(late).toBeGreaterThan(280e6);
  expect(late).toBeLessThan(3000e6);
});
