// @module-tag system
import { once } from "node:events";
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, type TestContext, test } from "vitest";
import {
  type SlowMount,
  type SlowMountOptions,
  slowMount,
} from "../storage/directory/slow-mount.ts";

const DELAY_MS = 60;

async function mounted(t: TestContext, options?: SlowMountOptions): Promise<SlowMount> {
  return (await slowMount(options)) ?? t.skip();
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function isMounted(path: string): boolean {
  return readFileSync("/proc/self/mounts", "utf8").includes(` ${path} `);
}

async function gone(path: string): Promise<void> {
  for (let look = 0; isMounted(path); look++) {
    if (look === 100) throw new Error(`${path} is still mounted`);
    await sleep(50);
  }
}

test("is a file system: writes are in its backing directory", async (t) => {
  const { path, backing } = await mounted(t);
  const bytes = Buffer.alloc(3_000_001, "abcdefghij");
  await fs.mkdir(join(path, "a", "b"), { recursive: true });
  await fs.writeFile(join(path, "a", "b", "one"), bytes);
  await fs.rename(join(path, "a", "b"), join(path, "c"));
  expect((await fs.readFile(join(path, "c", "one"))).equals(bytes)).toBe(true);
  expect((await fs.readFile(join(backing, "c", "one"))).equals(bytes)).toBe(true);
  await fs.truncate(join(path, "c", "one"), 10);
  expect((await fs.stat(join(path, "c", "one"))).size).toBe(10);
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => fs.writeFile(join(path, "c", `file ${i}`), "x")),
  );
  expect(await fs.readdir(join(path, "c"))).toHaveLength(301);
  await expect(fs.rmdir(join(path, "c"))).rejects.toThrow("ENOTEMPTY");
  await expect(fs.readFile(join(path, "none"))).rejects.toThrow("ENOENT");
  await fs.rm(join(path, "c"), { recursive: true });
  expect(await fs.readdir(path)).toEqual(["a"]);
});

test("answers each request after its delay, and all of them concurrently", async (t) => {
  const mount = await mounted(t, { attributesMs: 0 });
  mount.setDelay(DELAY_MS);
  await fs.stat(mount.path);
  const stat = () => fs.stat(mount.path);
  expect(await millisecondsOf(stat)).toBeGreaterThanOrEqual(DELAY_MS - 1);
  const four = Promise.all.bind(Promise, [stat(), stat(), stat(), stat()]);
  expect(await millisecondsOf(four)).toBeLessThan(3 * DELAY_MS);
});

test("holds every request while it is stalled", async (t) => {
  const mount = await mounted(t, { attributesMs: 0 });
  mount.stall();
  await sleep(200);
  let answered = false;
  const stat = fs.stat(mount.path).then(() => {
    answered = true;
  });
  await sleep(300);
  expect(answered).toBe(false);
  mount.resume();
  await stat;
});

test("reads again without delay what its cache holds", async (t) => {
  const mount = await mounted(t, { bypass: true, remembers: true, attributesMs: 60_000 });
  await fs.writeFile(join(mount.backing, "one"), Buffer.alloc(8192, 1));
  const file = await fs.open(join(mount.path, "one"));
  mount.setDelay(DELAY_MS);
  await sleep(100);
  const read = (at: number) => () => file.read(Buffer.alloc(4096), 0, 4096, at);
  expect(await millisecondsOf(read(0))).toBeGreaterThanOrEqual(DELAY_MS - 1);
  expect(await millisecondsOf(read(0))).toBeLessThan(DELAY_MS);
  expect(await millisecondsOf(read(4096))).toBeGreaterThanOrEqual(DELAY_MS - 1);
  mount.setDelay(0);
  await file.close();
});

test.each(["SIGTERM", "SIGKILL"] as const)("is unmounted after %s", async (signal) => {
  const mount = await slowMount();
  if (mount === null) return;
  expect(isMounted(mount.path)).toBe(true);
  const ended = once(mount.server, "exit");
  mount.server.kill(signal);
  await ended;
  await gone(mount.path);
});

test("is unmounted when its standard input ends", async (t) => {
  const mount = await mounted(t);
  const ended = once(mount.server, "exit");
  mount.server.stdin?.end();
  expect(await ended).toEqual([0, null]);
  await gone(mount.path);
});
