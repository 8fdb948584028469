// @module-tag system
import { describe, expect, test } from "vitest";
import { cleanTarget, findLeftovers, openTarget } from "../../../src/storage/index.ts";
import type { Asked } from "../../engine/objects/object-store.ts";
import { setEnvironment } from "../../env.ts";
import { type FaultyStore, startFaultyStore } from "./faulty-store.ts";
import { datasetPlan, optionsOf, specOf } from "./run.ts";

setEnvironment({ AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" });

const MIB = 1024 * 1024;
/** Longest time from abort to end; the host may be busy. */
const MAX_END_MS = 2_500;
const REASON = new Error("interrupted");
const large = datasetPlan({ name: "large", count: 1, size: { kind: "fixed", bytes: 9 * MIB } });
const datasets = [datasetPlan(), large];

/** Aborts when the server stops responding, and measures the time until the work ends. */
async function endAfterSilence<T>(
  store: FaultyStore,
  silent: (asked: Asked) => boolean,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly ms: number; readonly result: T | Error; readonly met: boolean }> {
  const interrupt = new AbortController();
  let met = false;
  let abortedAt = Number.NaN;
  store.fault = (asked) => {
    if (!met && !silent(asked)) return null;
    if (!met) {
      setTimeout(() => {
        abortedAt = performance.now();
        interrupt.abort(REASON);
      }, 20);
    }
    met = true;
    // From then on it stays connected but sends no response, like a stopped process.
    return "silent";
  };
  const result = await work(interrupt.signal).catch((error: unknown) => {
    if (error instanceof Error) return error;
    throw error;
  });
  store.fault = () => null;
  return { ms: performance.now() - abortedAt, result, met };
}

const prepared = async (store: FaultyStore) => {
  const session = await openTarget(specOf(store.address), optionsOf("r1", { datasets }));
  return session;
};
const progress = () => {};

describe("opening and preparing end after an abort if the server does not respond", () => {
  test.each(["GET ?versioning", "GET ?list-type", "DELETE", "PUT", "GET"])(
    "open, no response to %s",
    async (what) => {
      await using store = await startFaultyStore();
      // Another run, whose manifest is read.
      store.objects.set("assay-x/manifest.json", "{}");
      const end = await endAfterSilence(
        store,
        (asked) => asked.what === what,
        (signal) => openTarget(specOf(store.address), optionsOf("r1", { signal })),
      );
      expect(end.met).toBe(true);
      expect(end.result).toBe(REASON);
      // It tries to remove what it wrote, for at most five seconds.
      expect(end.ms).toBeLessThan(MAX_END_MS + 5_000);
    },
    20_000,
  );

  test.each(["GET ?list-type", "PUT", "POST ?uploads", "PUT ?uploadId", "POST ?uploadId"])(
    "prepare, no response to %s",
    async (what) => {
      await using store = await startFaultyStore();
      const session = await prepared(store);
      const parts: Asked["what"][] = [];
      const end = await endAfterSilence(
        store,
        (asked) => {
          parts.push(asked.what);
          return asked.what === what;
        },
        (signal) =>
          session.prepare(what.includes("upload") ? large : datasetPlan(), "present", {
            progress,
            signal,
          }),
      );
      if (end.met) expect(end.result).toBe(REASON);
      expect(end.met || !what.includes("?list-type")).toBe(true);
      if (end.met) expect(end.ms).toBeLessThan(MAX_END_MS);
      await session.close(AbortSignal.timeout(500));
    },
  );
});

describe("the end of a run ends after an abort if the server does not respond", () => {
  test.each(["GET ?uploads", "GET ?versioning", "GET ?list-type", "POST ?delete", "HEAD"])(
    "clean of a session, no response to %s",
    async (what) => {
      await using store = await startFaultyStore();
      const session = await openTarget(specOf(store.address), optionsOf("r1"));
      const { signal: steady } = new AbortController();
      await session.prepare(datasetPlan(), "present", { progress, signal: steady });
      const end = await endAfterSilence(
        store,
        (asked) => asked.what === what,
        (signal) => session.clean({ signal }),
      );
      if (!end.met) throw new Error(`the cleanup sends no ${what}`);
      expect(end.ms).toBeLessThan(MAX_END_MS);
      if (end.result instanceof Error) throw end.result;
      const { left, incomplete, leftFiles = 0, listedFiles } = end.result;
      expect({ incomplete, listedFiles }).toEqual({ incomplete: true, listedFiles: 20 });
      expect(left.join()).toMatch(/was stopped: up to \d+ of 20 objects .* remain/);
      const there = [...store.objects.keys()].filter((key) => key.endsWith(".bin")).length;
      expect(leftFiles).toBeGreaterThanOrEqual(there);
      await session.close();
      expect((await cleanTarget(specOf(store.address), "r1")).left).toEqual([]);
      expect(store.objects.size).toBe(0);
    },
  );

  test.each(["GET", "PUT"])("keep and close, silent at %s", async (what) => {
    await using store = await startFaultyStore();
    const session = await openTarget(specOf(store.address), optionsOf("r1"));
    const silent = (asked: Asked) => asked.what === what;
    if (what === "PUT") {
      const kept = await endAfterSilence(store, silent, (signal) => session.keep(signal));
      expect(kept.result).toBe(REASON);
      expect(kept.ms).toBeLessThan(MAX_END_MS);
    }
    const closed = await endAfterSilence(store, silent, (signal) => session.close(signal));
    expect(closed.result).toBe(undefined);
    expect(closed.ms).toBeLessThan(MAX_END_MS);
  });
});

describe("commands on a target end after an abort if the server does not respond", () => {
  test.each(["GET", "GET ?list-type", "GET ?uploads", "POST ?delete"])(
    "clean and list of a target, no response to %s",
    async (what) => {
      await using store = await startFaultyStore();
      const session = await openTarget(specOf(store.address), optionsOf("r1"));
      const { signal: steady } = new AbortController();
      await session.prepare(datasetPlan(), "present", { progress, signal: steady });
      await session.close();
      const silent = (asked: Asked) => asked.what === what;
      const spec = specOf(store.address);
      if (what.length < 16 && what !== "GET ?uploads" && what !== "POST ?delete") {
        const found = await endAfterSilence(store, silent, (signal) =>
          findLeftovers(spec, "look", signal),
        );
        expect(found.result).toBe(REASON);
        expect(found.ms).toBeLessThan(MAX_END_MS);
      }
      const end = await endAfterSilence(store, silent, (signal) =>
        cleanTarget(spec, "r1", { signal }),
      );
      expect(end.met).toBe(true);
      expect(end.result).toMatchObject({
        incomplete: true,
        left: [expect.stringMatching(/stopped/)],
      });
      expect(end.ms).toBeLessThan(MAX_END_MS);
    },
  );
});
