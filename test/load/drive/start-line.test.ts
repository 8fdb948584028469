import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { makeStartLine, Starter, StartLine } from "../../../src/load/drive/start-line.ts";

test("ready is seen, go releases, and a stop is seen", async () => {
  const memory = makeStartLine();
  const starter = new Starter(memory);
  const line = new StartLine(memory);
  const before = performance.now();
  starter.go();
  const startMs = line.wait();
  await starter.allReady(1);
  expect(startMs).toBeGreaterThanOrEqual(before - 1);
  expect(startMs).toBeLessThanOrEqual(performance.now());
  expect(line.stopped()).toBe(false);
  starter.stop();
  expect(line.stopped()).toBe(true);
});

test("a start that was called off stays so, for who waits and for who comes late", async () => {
  const memory = makeStartLine();
  const starter = new Starter(memory);
  starter.cancel();
  await starter.allReady(5);
  starter.go();
  const line = new StartLine(memory);
  expect(line.wait()).toBeNull();
  expect(line.stopped()).toBe(true);
});

test("after the start, calling off is an early end", () => {
  const memory = makeStartLine();
  const starter = new Starter(memory);
  starter.go();
  starter.cancel();
  const line = new StartLine(memory);
  expect(line.wait()).not.toBeNull();
  expect(line.stopped()).toBe(true);
});

test("threads that wait are let go at one instant", async () => {
  const memory = makeStartLine();
  const starter = new Starter(memory);
  const module = new URL("../../../src/load/drive/start-line.ts", import.meta.url).href;
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(${JSON.stringify(module)}).then(({ StartLine }) => {
      const startMs = new StartLine(workerData).wait();
      const offsets = Array.from({ length: 99 }, () => {
        const hereMs = performance.now();
        return Number(process.hrtime.bigint()) / 1e6 - hereMs;
      });
      parentPort.postMessage(startMs + Math.min(...offsets));
    });`;
  const instants = Array.from({ length: 3 }, () => {
    const worker = new Worker(code, { eval: true, workerData: memory });
    return new Promise<number>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  });
  await starter.allReady(3);
  starter.go();
  const [first = 0, ...others] = await Promise.all(instants);
  // The same instant, each taken from a clock of the thread's own that began at another time.
  for (const other of others) expect(Math.abs(other - first)).toBeLessThan(1);
});
