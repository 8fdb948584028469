import { readdirSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { probeWrites } from "../../../../src/storage/index.ts";
import { scratch } from "../../support.ts";

const at = (path: string) => ({
  name: "x",
  kind: "directory" as const,
  address: { kind: "path" as const, path },
  provisioned: {},
});

test("measures a rate within about a second and leaves nothing in the directory", async () => {
  const path = scratch();
  const before = statSync(path).mtimeMs;
  const startedMs = performance.now();
  const rates = await probeWrites(at(path), null);
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(rates?.bytesPerSecond).toBeGreaterThan(1e5);
  expect(rates?.filesPerSecond).toBeGreaterThan(1);
  expect(readdirSync(path)).toEqual([]);
  expect(statSync(path).mtimeMs).toBeGreaterThanOrEqual(before);
});

test("writes at most a tenth of the free space", async () => {
  expect(await probeWrites(at(scratch()), 10 * 2 ** 20)).toBeNull();
});

test("is unknown where nothing can be written", async () => {
  expect(await probeWrites(at("/proc/self"), null)).toBeNull();
  expect(await probeWrites(at("/does/not/exist"), null)).toBeNull();
});

test("stops with the signal's reason", async () => {
  const signal = AbortSignal.abort(new Error("stop"));
  await expect(probeWrites(at(scratch()), null, signal)).rejects.toThrow("stop");
});
